"""The query of item lists: every parameter of the registry alone, with words, and with every other one."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.listing.query import MAX_OPTIONS, OTHER_NAMES, PARAMETERS, read_item_query
from curation.models import CuratedItem
from curation.search.facet_sources import RowSource, TextColumn
from curation.search.facets import ALL_FACETS, FACETS, Facet
from curation.search.find import find
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.feeds.reading import parsed_json
from tests.views.pages import get

pytestmark = pytest.mark.django_db

#: The values of the parameters that are not facets.
OTHER_VALUES = {"words": "robots stroke", "since": "2024-02-28", "until": "2024-02-28"}
TEXT_COLUMNS = {facet.name: facet.source.column for facet in ALL_FACETS if isinstance(facet.source, TextColumn)}


def make_full_item(title: str, year: int = 2024, **fields: object) -> CuratedItem:
    """Make an item with a value of every facet of its own, and two of those that an item can have several of."""
    texts = {column: f"{name} of {title}" for name, column in TEXT_COLUMNS.items()}
    relations = {
        "topics": [make_topic(vocabulary=f"{title} {number}") for number in range(2)],
        "offerings": [make_offering(), make_offering()],
        "authors": [make_author(), make_author()],
        "publisher": make_publisher(),
        "tags": [f"{title} one", f"{title} two"],
    }
    published_at = datetime(year, 2, 28, 12, tzinfo=UTC)
    return make_item(title, **{"published_at": published_at, **relations, **texts, **fields})


@pytest.fixture
def item() -> CuratedItem:
    """An item that every parameter finds, beside one that has other values, and one that has none."""
    make_item("Nurses", published_at=datetime(2022, 1, 1, tzinfo=UTC))
    make_full_item("Doctors", 2023)
    return make_full_item("Robots at home", summary="They help after a stroke.")


def values_of(item: CuratedItem, parameter: str) -> list[str]:
    """Return the values of a parameter that find an item."""
    if parameter not in FACETS:
        return [OTHER_VALUES[parameter]]
    source = FACETS[parameter].source
    if isinstance(source, RowSource):
        rows = source.model._default_manager.order_by("pk")
        return [getattr(row, source.slug) for row in rows if item.pk in _keys_of(source, row.pk)]
    return [str(value) for value in source.values(getattr(item, source.column))]


def _keys_of(source: RowSource, row: int) -> list[int]:
    return list(CuratedItem.objects.filter(pk__in=source.items_of(row)).values_list("pk", flat=True))


def titles_everywhere(pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Return the titles that pages, feeds and API list for a query."""
    query = urlencode(pairs)
    search = urlencode([("q" if name == "words" else name, value) for name, value in pairs])
    api = Client().get(f"/api/v1/items?fields=title&{query}")
    assert api.status_code == 200, query
    return [
        get(f"/news/?{query}").titles,
        get(f"/search/?{search}").titles,
        [entry["title"] for entry in parsed_json(f"/news/feed.json?{query}")["items"]],
        [entry["title"] for entry in parsed_json(f"/search/feed.json?{search}")["items"]],
        [found["title"] for found in api.json()["results"]],
    ]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_parameter_narrows_alone_and_with_every_other_one_everywhere(parameter: str, item: CuratedItem) -> None:
    following = list(PARAMETERS)[list(PARAMETERS).index(parameter) + 1 :]
    for names in ([parameter], *([parameter, other] for other in following)):
        pairs = [(name, value) for name in names for value in values_of(item, name)]
        expected = ["Robots at home", "Doctors", "Nurses"] if names == ["until"] else ["Robots at home"]
        assert titles_everywhere(pairs) == [expected] * 5, pairs


@pytest.mark.parametrize("name", FACETS)
@pytest.mark.parametrize("words", [[], [("words", "-nothing")]], ids=["alone", "with words"])
def test_an_item_has_all_options_of_a_facet_that_allows_several_and_any_of_another(
    name: str, words: list[tuple[str, str]], item: CuratedItem
) -> None:
    doctors = CuratedItem.objects.get(title="Doctors")
    pairs = [(name, values_of(item, name)[0]), (name, values_of(doctors, name)[0])]
    expected = [] if FACETS[name].many else ["Robots at home", "Doctors"]
    assert [sorted(titles) for titles in titles_everywhere([*pairs, *words])] == [sorted(expected)] * 5


@pytest.mark.usefixtures("item")
@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("words", ["robots", "stroke"], ["Robots at home"]),
        ("words", ["nurses", "robots"], []),
        ("since", ["2024-01-01", "2000-01-01"], ["Robots at home"]),
        ("until", ["2022-12-31", "2100-01-01"], ["Nurses"]),
    ],
)
def test_every_value_of_a_repeated_parameter_counts(name: str, values: list[str], expected: list[str]) -> None:
    assert titles_everywhere([(name, value) for value in values]) == [expected] * 5


def test_a_filter_beyond_the_limit_is_named() -> None:
    kinds = [f"kind {number}" for number in range(MAX_OPTIONS + 1)]
    query = urlencode({"kind": kinds}, doseq=True)
    assert f"A list takes {MAX_OPTIONS} filters; “{kinds[-1]}” is one too many." in get(f"/news/?{query}").text
    assert Client().get(f"/api/v1/items?{query}").status_code == 400


@pytest.mark.parametrize("name", TEXT_COLUMNS)
def test_a_text_is_spelled_as_published_items_spell_it_never_as_drafts_do(name: str) -> None:
    column = TEXT_COLUMNS[name]
    for number in range(2):
        make_item(f"Draft {number}", status="draft", **{column: "CASE Report"})
    make_item("Published", **{column: "Case report"})
    make_item("Another draft", status="draft", **{column: "Top Secret"})
    assert str(read_item_query(QueryDict(f"{name}=case+REPORT")).options[0]) == "Case report"
    assert str(read_item_query(QueryDict(f"{name}=top+secret")).options[0]) == "top secret"


@pytest.mark.parametrize("name", TEXT_COLUMNS)
def test_a_text_of_any_length_and_script_is_a_value(name: str) -> None:
    column = TEXT_COLUMNS[name]
    length = getattr(CuratedItem._meta.get_field(column), "max_length", 0)
    text = "𠀀" * length
    make_item("Long", **{column: text})
    for query in ([(name, text)], [(name, text), ("words", "long")]):
        assert titles_everywhere(query) == [["Long"]] * 5
    assert titles_everywhere([(name, "医" * 500), ("words", "long")]) == [[]] * 5


@pytest.mark.parametrize("name", FACETS)
def test_search_results_count_and_offer_every_facet(name: str, item: CuratedItem) -> None:
    query = read_item_query(QueryDict("q=robots"), "search")
    values = values_of(item, name)
    assert sum(find(query.request).counts[name].values()) == len(values)
    sections = {section[0].text: section for section in get("/search/?q=robots").all("aside//section")}
    links = [link.get("href", "") for link in sections[FACETS[name].label].iter("a")]
    assert sorted(links) == sorted(f"/search/?{urlencode([('q', 'robots'), (name, value)])}" for value in values)
    assert all(get(link).titles == ["Robots at home"] for link in links)


@pytest.mark.parametrize("facet", [facet for facet in ALL_FACETS if facet.in_form], ids=lambda facet: str(facet.name))
def test_the_form_offers_every_facet_and_keeps_further_options(facet: Facet, item: CuratedItem) -> None:
    (value, *others), label = values_of(item, facet.name), facet.label
    page = get("/news/")
    assert label in page.texts("form[@class='filters']//label")
    assert value in [option.get("value") for option in page.all("form[@class='filters']//option")]
    pairs = [(facet.name, value), *((facet.name, other) for other in others), (facet.name, "nothing")]
    page = get(f"/news/?{urlencode(pairs)}", 404 if isinstance(facet.source, RowSource) else 200)
    fields = [*page.all("form[@class='filters']//input"), *page.all("form[@class='filters']//select")]
    shown = [(field.get("name"), field.get("value")) for field in fields if field.get("value")]
    chosen = [
        (field.get("name"), option.get("value"))
        for field in fields
        for option in field.iter("option")
        if option.get("selected") is not None
    ]
    resolved = {(OTHER_NAMES.get(name or "", name), value) for name, value in shown + chosen}
    assert resolved >= set(pairs)


def test_every_name_of_a_parameter_means_the_same() -> None:
    for name, parameter in OTHER_NAMES.items():
        assert read_item_query(QueryDict(f"{name}=care")) == read_item_query(QueryDict(f"{parameter}=care"))
    care, robots = make_topic("Care"), make_topic("Robots")
    make_item("Both", topics=[care, robots]), make_item("One", topics=[care])
    for query in ("topic=symplur-care&also=symplur-robots", "topic=symplur-care&topic=symplur-robots"):
        assert titles_everywhere([tuple(pair.split("=")) for pair in query.split("&")]) == [["Both"]] * 5  # type: ignore[misc]
        assert read_item_query(QueryDict(query)).url == "/news/?topic=symplur-care&topic=symplur-robots"


def test_the_api_describes_every_parameter() -> None:
    described = Client().get("/api/v1/openapi.json").json()["paths"]["/api/v1/items"]["get"]["parameters"]
    descriptions = {parameter["name"]: parameter["schema"].get("description") for parameter in described}
    assert {name: descriptions[name] for name in PARAMETERS} == PARAMETERS


@pytest.mark.long
@pytest.mark.parametrize("path", ["/news/", "/search/", "/news/feed.rss", "/search/feed.rss", "/api/v1/items"])
def test_a_query_of_all_parameters_costs_the_same_however_many_items_there_are(path: str, item: CuratedItem) -> None:
    words = "q" if path.startswith("/search") else "words"
    pairs = [(name, value) for name in PARAMETERS for value in values_of(item, name)]
    query = urlencode([(words if name == "words" else name, value) for name, value in pairs])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(f"{path}?{query}").status_code == 200
        return len(queries)

    few = cost()
    for number in range(20):
        make_full_item(f"Number {number}")
    assert cost() == few <= 14
