"""Every list of the admin answers every address with bounded queries, and without a server error."""

import re
from contextlib import suppress
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import ForeignKey, Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from curation.admin_site.changelists import BoundedAdmin, bounded_search
from curation.models import Alias, CuratedItem, Publisher
from curation.search.query import MAX_LENGTH, MAX_WORDS
from tests.factories import make_item, make_publisher

from .conftest import client_of
from .pages import text, tree

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LISTS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in MODELS]
PATTERN = re.compile(r" LIKE (?:UPPER\()?'([^']*)'")

SEARCHES = [
    "a " * 1_000,
    " ".join(map(str, range(3_000))),
    "b" * 100_000,
    "\x00",
    "me\x00digy",
    'say "a b',
    '" ' * 1_000,
    "half a surrogate \ud800",
    "% _ \\ ' ; --",
]


@pytest.fixture
def root(db: None) -> Client:
    return client_of(User.objects.create_superuser("root"))


def assert_bounded(queries: CaptureQueriesContext) -> None:
    """Assert that no query has more, or longer, patterns than a search may have words, in at most four fields."""
    for query in queries:
        assert query["sql"].count(" LIKE ") <= 4 * MAX_WORDS
        assert all(len(pattern) <= 2 * MAX_LENGTH for pattern in PATTERN.findall(query["sql"]))


def test_patterns_of_queries_are_found(root: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        root.get(reverse("admin:curation_topic_changelist"), {"q": "abc"})
    assert "%abc%" in [pattern.lower() for query in queries for pattern in PATTERN.findall(query["sql"])]


@pytest.mark.parametrize("name", LISTS)
def test_any_search_is_a_bounded_query(name: str, root: Client) -> None:
    make_item(title="Medigy")
    for search in SEARCHES:
        with CaptureQueriesContext(connection) as queries:
            answer = root.get(reverse(name), {"q": search.encode("utf-8", "surrogatepass")})
        assert answer.status_code == 200, search[:20]
        assert_bounded(queries)


#: The foreign keys whose admin form, or list filter, is an autocomplete.
AUTOCOMPLETES = sorted(
    (model._meta.app_label, model._meta.model_name, field.name)
    for model in MODELS
    for field in model._meta.get_fields(include_hidden=True)
    if isinstance(field, ForeignKey) and getattr(admin.site._registry.get(field.related_model), "search_fields", ())
)


def test_there_are_autocompletes() -> None:
    assert ("curation", "curateditem", "publisher") in AUTOCOMPLETES


@pytest.mark.parametrize("field", AUTOCOMPLETES, ids=".".join)
def test_any_autocomplete_is_a_bounded_query(field: tuple[str, str, str], root: Client) -> None:
    names = dict(zip(("app_label", "model_name", "field_name"), field, strict=True))
    for search in SEARCHES:
        with CaptureQueriesContext(connection) as queries:
            answer = root.get(reverse("admin:autocomplete"), names | {"term": search.encode("utf-8", "surrogatepass")})
        assert answer.status_code == 200, search[:20]
        assert_bounded(queries)


VALUES = ["x\x00", "", "99999999999999999999999", "-1", "é" * 10_000, "2024-13-45"]
LOOKUPS = ["", "__exact", "__in", "__range", "__regex", "__year", "__contains", "__isnull"]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label for model in MODELS])
def test_any_value_of_any_filter_gives_a_list_or_is_refused(model: type[Model]) -> None:
    """A refusal is an exception that Django answers with a redirect or with status 400."""
    make_item(title="Medigy")
    own, user = admin.site._registry[model], User.objects.create_superuser("root")
    made = 0
    for field, lookup, value in product(model._meta.concrete_fields, LOOKUPS, VALUES):
        request = RequestFactory().get("/", {f"{field.name}{lookup}": value})
        request.user = user
        with suppress(IncorrectLookupParameters, DisallowedModelAdminLookup):
            list(own.get_changelist_instance(request).result_list)
            made += 1
    assert made


ASKED = [
    "status__exact=%00",
    "slug=%00",
    "id=99999999999999999999",
    "slug__regex=(a%2B)%2B$",
    "id__in=a",
    "meta__contains=%7B%7D",
    "vocabulary=%00",
    "topic=%00",
    "published_from=%00",
    "o=%00",
    "all=%00",
]


@pytest.mark.parametrize("query", ASKED)
def test_no_filter_value_causes_a_server_error(query: str, root: Client) -> None:
    make_item()
    url = reverse("admin:curation_curateditem_changelist")
    assert root.get(f"{url}?{query}").status_code in (200, 302, 400)


DATES = ["99999999999999", "99999", "9999", "0", "-1", "x", "\x00"]


@pytest.mark.parametrize("value", DATES)
@pytest.mark.parametrize("part", ["year", "month", "day"])
def test_impossible_dates_are_not_an_error(value: str, part: str, root: Client) -> None:
    make_item()
    parts = {"year": "2024", "month": "12", "day": "31", part: value}
    query = {f"published_at__{name}": number for name, number in parts.items()}
    assert root.get(reverse("admin:curation_curateditem_changelist"), query, follow=True).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_page_number_out_of_range_gives_the_nearest_page(name: str, root: Client) -> None:
    for page in ("3", "999", "9" * 400, "0", "-1", "x", "", "\x00"):
        assert root.get(reverse(name), {"p": page, "q": "a"}).status_code == 200, page[:20]


def test_a_page_past_the_end_is_the_last_one_with_word_and_filters(editor: Client) -> None:
    publisher, other = make_publisher(), make_publisher()
    for number in range(101):
        make_item(title=f"xn {number}", publisher=publisher)
    make_item(title="xn elsewhere", publisher=other)
    query = {"q": "xn", "publisher": publisher.pk, "p": 999}
    answer = editor.get(reverse("admin:curation_curateditem_changelist"), query)
    changelist = answer.context["cl"]
    assert (changelist.page_num, len(changelist.result_list), changelist.result_count) == (3, 1, 101)
    page = tree(answer)
    assert page.find(".//input[@name='q']").get("value") == "xn"  # type: ignore[union-attr]  # there is one
    assert [text(mark) for mark in page.iter("span") if mark.get("class") == "this-page"] == ["3"]


@pytest.mark.parametrize("wrong", ["nonsense=1", "status__nonsense=1", "topic=999", "published_at__year=x", "slug=%00"])
def test_an_invalid_filter_is_ignored_and_named_and_the_others_stay(wrong: str, editor: Client) -> None:
    make_item()
    url = reverse("admin:curation_curateditem_changelist")
    answer = editor.get(f"{url}?q=xn&state=live&{wrong}&missing=image", follow=True)
    ((address, _),) = answer.redirect_chain
    assert parse_qs(urlsplit(address).query) == {"q": ["xn"], "state": ["live"], "missing": ["image"]}
    assert f"“{wrong.partition('=')[0]}”" in text(tree(answer))


def test_many_invalid_filters_are_ignored_together(editor: Client) -> None:
    query = "&".join(f"nonsense{number}=1" for number in range(500))
    answer = editor.get(f"{reverse('admin:curation_alias_changelist')}?q=xn&{query}", follow=True)
    ((address, _),) = answer.redirect_chain
    assert parse_qs(urlsplit(address).query) == {"q": ["xn"]}


def test_lookups_with_regular_expressions_are_refused(root: Client) -> None:
    for model, name in ((Publisher, "publisher"), (Alias, "alias"), (User, "user"), (Group, "group")):
        field = next(field.name for field in model._meta.concrete_fields if field.get_internal_type() == "CharField")
        url = reverse(f"admin:{model._meta.app_label}_{name}_changelist")
        assert root.get(url, {f"{field}__regex": "(a+)+$"}).status_code == 400


def test_every_list_is_bounded_those_of_other_applications_too() -> None:
    assert [own for own in admin.site._registry.values() if not isinstance(own, BoundedAdmin)] == []


def test_lists_of_other_applications_have_their_filters_in_a_row_as_well(root: Client) -> None:
    page = root.get(reverse("admin:auth_user_changelist"), {"is_staff__exact": "1"})
    assert "Staff status: Yes" in [text(summary) for summary in tree(page).iter("summary")]
    assert b"changelist-filter" not in page.content


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("a b", "a b"),
        ("  a\x00b \n", "a b"),
        ('say "two words" x', 'say "two words" x'),
        ("w " * 100, " ".join("w" * MAX_WORDS)),
        ("x" * 1_000, "x" * MAX_LENGTH),
    ],
)
def test_a_search_is_cut_to_the_limits(typed: str, searched: str) -> None:
    assert bounded_search(typed) == searched


def test_a_whole_link_beyond_the_limit_of_a_search_is_found(editor: Client) -> None:
    link = "https://example.org/" + "long/" * 100
    item = make_item(source_url=link + "a")
    make_item(source_url=link + "b")
    url = reverse("admin:curation_curateditem_changelist")
    found = list(editor.get(url, {"q": f"{link}a?utm_source=x"}).context["cl"].result_list)
    assert item in found
    assert CuratedItem.objects.count() == 2


ADDS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_add" for model in MODELS]


@pytest.mark.parametrize("value", ["x", "a\x00", "\x00", "1,x", "1,2", "9" * 30, "-1", "", "2024-01-01", "half \ud800"])
@pytest.mark.parametrize("name", ADDS)
def test_any_initial_value_in_an_address_is_answered(name: str, value: str, root: Client) -> None:
    model = MODELS[ADDS.index(name)]
    written = value.encode("utf-8", "surrogatepass")
    query = {field.name: written for field in model._meta.get_fields()} | {"no_field": written}
    assert root.get(reverse(name), query).status_code in (200, 403)


def test_a_new_object_gets_the_initial_values_of_the_address(editor: Client) -> None:
    publisher = make_publisher()
    query = {"publisher": publisher.pk, "title": "A title", "published_at": "2024-05-06 07:08", "image": "a\x00"}
    page = tree(editor.get(reverse("admin:curation_curateditem_add"), query))
    assert page.find(f".//select[@name='publisher']/option[@value='{publisher.pk}']") is not None
    title, day = (page.find(f".//*[@name='{name}']") for name in ("title", "published_at_0"))
    assert title is not None
    assert day is not None
    assert ((title.text or "").strip(), day.get("value")) == ("A title", "2024-05-06")
