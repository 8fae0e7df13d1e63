"""The promise of “Add a filter”: readers and programs filter by institution, with words and with every other filter."""

import json
from itertools import product

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.asking import get_json
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.views.pages import get

pytestmark = pytest.mark.django_db

OTHERS = ("topic=symplur-care", "offering=chart", "publisher=example.org", "author=ann", "tag=shared", "kind=News")
WORDS = ("", "remote", "monitoring clinic")
COMBINATIONS = list(product(WORDS, ("", *OTHERS)))


@pytest.fixture(autouse=True)
def _items() -> None:
    related = {
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "publisher": make_publisher("example.org"),
        "authors": [make_author("Ann")],
        "tags": ["shared"],
        "kind": "News",
        "body": "Remote monitoring in a clinic.",
    }
    make_item("Right", institution="Mayo Clinic", **related)
    make_item("Wrong", institution="Elsewhere", **related)
    make_item("None", **related)


def feed_titles(path: str) -> list[str]:
    response = Client().get(path)
    assert response.status_code == 200, path
    return [item["title"] for item in json.loads(response.content)["items"]]


@pytest.mark.parametrize(("words", "other"), COMBINATIONS)
@pytest.mark.parametrize("value", ["Mayo+Clinic", "mayo+clinic"])
def test_it_narrows_every_list_with_words_and_other_filters(words: str, other: str, value: str) -> None:
    filters = f"institution={value}&{other}".rstrip("&")
    news, search = (f"{filters}&{name}={words}" if words else filters for name in ("words", "q"))
    assert get(f"/news/?{news}").titles == ["Right"]
    assert feed_titles(f"/news/feed.json?{news}") == ["Right"]
    assert [item["title"] for item in get_json(f"items?{news}")["results"]] == ["Right"]
    assert get(f"/search/?{search}").titles == ["Right"]
    assert feed_titles(f"/search/feed.json?{search}") == ["Right"]


def test_readers_choose_it_in_the_form_and_beside_search_results_and_take_it_off() -> None:
    page = get("/news/")
    assert "Institution" in page.texts("label")
    assert {"Mayo Clinic", "Elsewhere"} <= set(page.texts("option"))
    assert "Mayo Clinic" in get("/search/?q=remote").text
    chosen = get("/news/?institution=Mayo+Clinic&kind=News")
    assert chosen.link("Remove the filter Institution: Mayo Clinic") == "/news/?kind=News"


def test_the_api_describes_it() -> None:
    parameters = get_json("openapi.json")["paths"]["/api/v1/items"]["get"]["parameters"]
    assert "institution" in {parameter["name"] for parameter in parameters}


def test_the_index_can_be_rebuilt_with_it() -> None:
    call_command("rebuild_search_index", verbosity=0)
    assert get("/search/?q=remote&institution=Mayo+Clinic").titles == ["Right"]
