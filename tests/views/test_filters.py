"""The filters of the news list."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from django.test import Client

from curation.models import CuratedItem
from curation.search.facets import RECENT_ITEMS
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic, make_vocabulary

from .pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> CuratedItem:
    """An item that every filter of `FILTERS` finds, among others that none does."""
    others = make_topic("Elsewhere", "KLAS"), make_offering("Other"), make_author("Bob"), make_publisher("else.org")
    topic, offering, author, publisher = others
    make_item("Other", topics=[topic], offerings=[offering], authors=[author], publisher=publisher, tags=["other"])
    return make_item(
        "Robots at home",
        summary="They help after a stroke.",
        body="The *trial* goes on.",
        topics=[make_topic("Remote Care", "Gartner")],
        offerings=[make_offering("Heart Watch")],
        authors=[make_author("Ada Lovelace")],
        publisher=make_publisher("paper.example.org", name="The Paper"),
        tags=["Digital Health"],
        kind="Opinion",
        format="feature",
        published_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
    )


#: A query, and how the filter is shown in words.
FILTERS = [
    ("topic", "gartner-remote-care", "Topic Remote Care ×"),
    ("vocabulary", "gartner", "Vocabulary Gartner ×"),
    ("offering", "heart-watch", "Offering Heart Watch ×"),
    ("publisher", "paper.example.org", "Publisher The Paper ×"),
    ("author", "ada-lovelace", "Author Ada Lovelace ×"),
    ("tag", "digital-health", "Tag Digital Health ×"),
    ("kind", "Opinion", "Kind Opinion ×"),
    ("format", "feature", "Format feature ×"),
    ("since", "2024-02-28", "From 28 February 2024 ×"),
    ("until", "2024-02-28", "To 28 February 2024 ×"),
    ("words", "robots trial STROKE", "Words robots trial STROKE ×"),
]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(("name", "value", "shown"), FILTERS)
def test_a_filter_keeps_its_items_and_shows_that_it_is_on(name: str, value: str, shown: str) -> None:
    page = get(f"/news/?{urlencode({name: value})}")
    expected = ["Robots at home", "Other"] if name == "until" else ["Robots at home"]
    assert page.titles == expected
    assert page.texts("ul[@class='chips active']/li") == [shown, "Clear all"]
    field = page.one(f"*[@name='{name}']")
    assert field.get("value") == value or page.one("option[@selected][@value!='']").get("value") == value


@pytest.mark.usefixtures("story")
def test_filters_combine_and_come_off_one_by_one() -> None:
    query = {name: value for name, value, _ in FILTERS}
    page = get(f"/news/?{urlencode(query)}")
    assert page.titles == ["Robots at home"]
    assert len(page.texts("ul[@class='chips active']/li")) == len(FILTERS) + 1
    rest = {name: value for name, value in query.items() if name != "tag"}
    assert dict(parse_qsl(urlsplit(page.link("Remove the filter Tag: Digital Health")).query)) == rest
    assert page.link("Clear all") == "/news/"
    assert get(f"/news/?{urlencode(query | {'tag': 'other'})}").titles == []


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("topic", "Remote Care"),
        ("offering", "  heart   WATCH "),
        ("publisher", "https://www.paper.example.org/a/story"),
        ("publisher", "the paper"),
        ("author", "ada lovelace"),
        ("tag", "DIGITAL HEALTH"),
        ("vocabulary", "Gartner"),
    ],
)
def test_a_name_typed_by_hand_is_understood(name: str, typed: str) -> None:
    assert get(f"/news/?{urlencode({name: typed})}").titles == ["Robots at home"]


def test_a_slug_that_is_another_ones_name_means_the_slug() -> None:
    make_item("By name", offerings=[make_offering("watch", slug="the-first")])
    make_item("By slug", offerings=[make_offering("Something else", slug="watch")])
    assert get("/news/?offering=watch").titles == ["By slug"]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("name", ["topic", "vocabulary", "offering", "publisher", "author", "tag"])
@pytest.mark.parametrize("value", ["nothing", "<script>x</script>", "a\0b", "' OR 1=1--", "x" * 5000, "❤"])
def test_an_unknown_value_gets_a_page_that_helps(name: str, value: str) -> None:
    page = get(f"/news/?{urlencode({name: value})}", 404)
    assert page.titles == []
    assert f"There is no {name}" in page.text
    assert page.link("Clear all") == "/news/"
    assert page.one(f"*[@name='{name}']").get("aria-invalid") == "true"


@pytest.mark.parametrize("value", ["x", "2024-02-30", "2024-13-01", "28.02.2024", "0", "99999-01-01", "\0"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_an_invalid_date_gets_a_page_that_helps(name: str, value: str) -> None:
    make_item()
    page = get(f"/news/?{name}={quote(value + '!')}")
    assert page.titles == []
    assert "Write a date as year-month-day" in page.text


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31"])
def test_dates_at_the_limits_are_answered(query: str) -> None:
    make_item("One")
    assert get(f"/news/?{query}").titles == ["One"]


def test_a_day_lasts_from_its_first_to_its_last_moment_in_utc() -> None:
    make_item("Start", published_at=datetime(2024, 2, 28, tzinfo=UTC))
    make_item("End", published_at=datetime(2024, 2, 28, 23, 59, 59, 999999, tzinfo=UTC))
    make_item("Before", published_at=datetime(2024, 2, 27, 23, 59, 59, 999999, tzinfo=UTC))
    make_item("After", published_at=datetime(2024, 2, 29, tzinfo=UTC))
    assert get("/news/?since=2024-02-28&until=2024-02-28").titles == ["End", "Start"]


HOSTILE_WORDS = [
    *('"', "'", '"unclosed', "*", "AND", "OR NOT", "(", "%", "_", "\\", "a\0b", "' OR 1=1--", "\ufffd"),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a " * 5000, "x" * 10_000, "😀" * 300),
]


@pytest.mark.parametrize("words", HOSTILE_WORDS, ids=lambda words: repr(words[:12]))
def test_any_words_are_a_search(words: str) -> None:
    make_item("One", summary="Two", body="Three")
    page = get(f"/news/?{urlencode({'words': words})}")
    assert page.titles in ([], ["One"])
    assert not page.all("main//script")
    assert not page.all("main//img")


def test_operators_of_databases_only_divide_words() -> None:
    make_item("100% sure_thing")
    make_item("1000 sure things")
    assert get("/news/?words=100%25").titles == ["100% sure_thing"]
    assert get("/news/?words=100%25+sure_thing").titles == ["100% sure_thing"]
    assert get("/news/?words=e_t").titles == []


def test_words_from_the_seventeenth_on_are_ignored() -> None:
    words = [f"w{number}" for number in range(16)]
    make_item(" ".join(words))
    page = get(f"/news/?words={'+'.join([*words, 'missing'])}")
    assert page.titles == [" ".join(words)]


def test_words_find_the_newest_first_within_the_other_filters() -> None:
    topic = make_topic("Care")
    make_item("Robots", topics=[topic])
    make_item("New", body="Of robots", topics=[topic])
    make_item("Elsewhere", body="Of robots")
    assert get("/news/?words=robot&topic=symplur-care").titles == ["New", "Robots"]
    assert get("/news/?words=-robot").titles == []


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("words=&topic=&kind=&since=", "/news/"),
        ("words=heart+attack&topic=&kind=+", "/news/?words=heart+attack"),
        ("topic=&page=3", "/news/"),
    ],
)
def test_a_form_with_empty_fields_leads_to_an_address_without_them(query: str, location: str) -> None:
    response = Client().get(f"/news/?{query}")
    assert response.status_code == 302
    assert response["Location"] == location


def test_page_links_keep_the_filters_and_drop_other_parameters() -> None:
    topic = make_topic("Care")
    for _ in range(21):
        make_item(topics=[topic], kind="News & more")
    page = get("/news/?topic=symplur-care&kind=News+%26+more&utm_source=x")
    assert page.link("Older") == "?topic=symplur-care&kind=News+%26+more&page=2"
    assert len(get(f"/news/{page.link('Older')}").titles) == 1


def test_an_item_with_two_topics_of_a_vocabulary_is_listed_once() -> None:
    make_item("Once", topics=[make_topic("A"), make_topic("B")])
    assert get("/news/?vocabulary=symplur").titles == ["Once"]


@pytest.mark.usefixtures("story")
def test_the_form_offers_what_the_newest_items_have() -> None:
    make_topic("Unused")
    page = get("/news/")
    groups = {group.get("label"): [option.text for option in group] for group in page.all("select/optgroup")}
    assert groups == {"Gartner": ["Remote Care"], "KLAS": ["Elsewhere"]}
    assert page.texts("select[@name='kind']/option") == ["Any", "Opinion"]
    suggested = {option.get("value") for option in page.all("datalist[@id='publisher-options']/option")}
    assert suggested == {"paper.example.org", "else.org"}
    assert page.one("input[@name='publisher']").get("list") == "publisher-options"


def test_a_value_that_newer_items_do_not_have_can_be_kept() -> None:
    make_item("Old", topics=[make_topic("Leeches")], kind="Obituary")
    fillers = [
        CuratedItem(title="x", slug=f"x-{n}", status="published", published_at=datetime.now(UTC))
        for n in range(RECENT_ITEMS)
    ]
    CuratedItem.objects.bulk_create(fillers)
    assert "Leeches" not in get("/news/").texts("option")
    page = get("/news/?topic=symplur-leeches&kind=Obituary")
    assert page.titles == ["Old"]
    assert {"Leeches", "Obituary"} <= set(page.texts("option"))


def test_spellings_of_a_kind_in_any_case_are_one() -> None:
    make_item("One", kind="News")
    make_item("Two", kind="NEWS")
    page = get("/news/?kind=news")
    assert sorted(page.titles) == ["One", "Two"]
    assert page.one("select[@name='kind']/option[@selected]").get("value") in ("News", "NEWS")
    assert page.texts("title")[0].startswith("News: Kind N")


@pytest.mark.parametrize("facet", ["kind", "format"])
@pytest.mark.parametrize(
    ("one", "other"),
    [("Überblick", "ÜBERBLICK"), ("Straße", "STRASSE"), ("Café", "Cafe\u0301"), ("News item", "news ITEM")],
)
def test_spellings_of_kinds_and_formats_are_one_by_their_key(facet: str, one: str, other: str) -> None:
    make_item("One", **{facet: one})
    make_item("Two", **{facet: other})
    make_item("Three", **{facet: "Else"})
    for typed in (one, other):
        assert sorted(get(f"/news/?{urlencode({facet: typed})}").titles) == ["One", "Two"]


def test_filtered_lists_are_not_for_search_engines() -> None:
    make_item(kind="News")
    make_vocabulary()
    assert get("/news/?kind=News").meta("robots") == "noindex, follow"
    assert get("/news/").meta("robots") is None


@pytest.mark.usefixtures("story")
def test_a_range_that_ends_before_it_starts_is_pointed_out() -> None:
    page = get("/news/?since=2024-03-01&until=2024-02-01")
    assert page.titles == []
    assert "This day is before the one in “From”." in page.texts("p")
    assert get("/news/?since=2024-02-28&until=2024-02-28").titles == ["Robots at home"]
