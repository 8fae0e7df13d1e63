"""What items are filed under, in the API."""

import pytest

from curation.api.subjects import SUBJECTS, ApiSubject
from curation.listing.lists import LISTS, TextLists
from curation.models import Offering, Vocabulary
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .asking import ask, errors, get_json, queries

pytestmark = pytest.mark.django_db

each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.plural)
TEXT_LISTS = [lists for lists in LISTS if isinstance(lists, TextLists)]
KEYS = {
    "vocabularies": "symplur",
    "topics": "symplur-care",
    "offerings": "chart",
    "publishers": "example.org",
    "authors": "ann",
    "tags": "shared",
    **{lists.plural: "shared" for lists in TEXT_LISTS},
}


def texts(text: str) -> dict[str, str]:
    """Return a text for each column that has lists."""
    return {lists.column: text for lists in TEXT_LISTS}


@pytest.fixture(autouse=True)
def _rows() -> None:
    make_item(
        "Story",
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart", url="https://chart.example.com/")],
        publisher=make_publisher("example.org"),
        authors=[make_author("Ann", bio="Writes.")],
        tags=["shared"],
        **texts("Shared"),
    )


@each_subject
def test_a_subject_has_a_list_an_address_and_its_items(subject: ApiSubject) -> None:
    (listed,) = get_json(subject.plural)["results"]
    one = get_json(f"{subject.plural}/{KEYS[subject.plural]}")
    assert one == listed
    assert set(one) == set(subject.fields)
    assert one[subject.key] == KEYS[subject.plural]
    (item,) = ask(one["items_url"].removeprefix("http://testserver")).json()["results"]
    assert item["title"] == "Story"


def test_a_topic_names_its_vocabulary_and_an_offering_its_website() -> None:
    assert get_json("topics/symplur-care?fields=label,vocabulary,url") == {
        "label": "Care",
        "vocabulary": "symplur",
        "url": "http://testserver/topic/symplur-care/",
    }
    assert get_json("offerings/chart?fields=website,name") == {"website": "https://chart.example.com/", "name": "Chart"}


@each_subject
def test_pages_neither_skip_nor_repeat_subjects_while_some_are_added(subject: ApiSubject) -> None:
    def grow(number: int) -> None:
        relations = {"topics": [make_topic("New", f"Vocabulary {number}")], "authors": [make_author()]}
        own = {"publisher": make_publisher(), "tags": [f"tag {number}"], **texts(f"Text {number}")}
        make_item(**relations, offerings=[make_offering()], **own)

    grow(1)
    grow(2)
    page = get_json(f"{subject.plural}?limit=2&fields={subject.key}")
    grow(3)
    rest = get_json(page["next"].removeprefix("http://testserver"))
    found = [row[subject.key] for row in page["results"] + rest["results"]]
    assert len(set(found)) == len(found) == 4
    assert rest["next"] is None


@each_subject
def test_a_list_costs_one_query(subject: ApiSubject) -> None:
    assert len(queries(subject.plural)) == 1
    make_item(topics=[make_topic("New", "Another")], authors=[make_author()], offerings=[make_offering()])
    assert len(queries(subject.plural)) == 1


@each_subject
@pytest.mark.parametrize("key", ["none", "%00", "❤", "%ff", "x" * 2000, "1"])
def test_a_missing_subject_is_not_found(subject: ApiSubject, key: str) -> None:
    ((parameter, _detail, hint),) = errors(f"{subject.plural}/{key}", 404)
    assert (parameter, hint) == ("path", f"See /api/v1/{subject.plural} for those there are.")


def test_a_subject_without_published_items_is_in_no_list() -> None:
    make_topic("Unused", "Unused")
    make_offering("Unused"), make_publisher("unused.example.org"), make_author("Unused")
    for subject in SUBJECTS:
        assert len(get_json(subject.plural)["results"]) == 1
    assert Vocabulary.objects.count() == Offering.objects.count() == 2
    errors("vocabularies/unused", 404)
