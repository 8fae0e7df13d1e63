"""The coverage of a topic or an offering: how much there was when, with which topics, by whom."""

from datetime import UTC, date, datetime

import pytest

from curation.listing import activity
from curation.listing.activity import Month
from curation.models import CuratedItem, Topic, Vocabulary
from curation.templating import charts
from curation.templating.charts import HEIGHT, chart
from curation.views import coverage as views
from tests.factories import make_item, make_offering, make_publisher, make_topic

from .pages import ParsedPage, get, text

pytestmark = pytest.mark.django_db

DRAWING = "{http://www.w3.org/2000/svg}svg[@role='img']"
CARE = "/topic/symplur-care/"


def at(year: int, month: int) -> datetime:
    return datetime(year, month, 15, 12, tzinfo=UTC)


def counted(page: ParsedPage, heading: str) -> list[tuple[str, str]]:
    """Return the words and the target of the entries below a heading."""
    entries = page.all(f"section[@aria-labelledby='{heading}']/ul/li")
    return [(text(entry), next(entry.iter("a")).get("href", "")) for entry in entries]


@pytest.fixture
def care() -> Topic:
    return make_topic("Care")


def test_months_without_items_have_their_place_and_months_of_few_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "MIN_COLUMNS", 2)
    drawn = chart({Month(2023, 11): 1, Month(2024, 2): 200})
    assert drawn is not None
    assert [(str(bar.period), bar.count, bar.height) for bar in drawn.bars] == [
        ("November 2023", 1, 2),
        ("December 2023", 0, 0),
        ("January 2024", 0, 0),
        ("February 2024", 200, HEIGHT),
    ]
    assert str(drawn.highest.period) == "February 2024"
    assert all(bar.x + bar.width <= drawn.width and bar.y + bar.height == HEIGHT for bar in drawn.bars)


def test_a_chart_shows_the_latest_months_and_none_where_there_is_nothing_to_compare() -> None:
    drawn = chart({Month(2020, 1): 9, Month(2023, 11): 3, Month(2023, 12): 1, Month(2024, 1): 2}, max_months=3)
    assert drawn is not None
    assert [bar.count for bar in drawn.bars] == [3, 1, 2]
    assert (drawn.total, drawn.overall, drawn.highest.count, drawn.unit) == (6, 15, 3, "month")
    assert chart({}) is None
    assert chart({Month(2024, 1): 5}) is None


def test_a_chart_goes_back_a_year_however_short_the_coverage() -> None:
    drawn = chart({Month(2023, 12): 1, Month(2024, 2): 2})
    assert drawn is not None
    assert [str(bar.period) for bar in drawn.bars] == [
        str(Month(2024, 2).minus(months)) for months in range(11, -1, -1)
    ]


def test_where_the_last_months_have_next_to_nothing_years_are_drawn() -> None:
    drawn = chart({Month(2019, 4): 30, Month(2021, 5): 17, Month(2026, 10): 1, Month(2026, 11): 1}, max_months=24)
    assert drawn is not None
    assert [(str(bar.period), bar.count) for bar in drawn.bars] == [
        *(("2019", 30), ("2020", 0), ("2021", 17), ("2022", 0)),
        *(("2023", 0), ("2024", 0), ("2025", 0), ("2026", 2)),
    ]
    assert (drawn.unit, drawn.total, drawn.overall) == ("year", 49, 49)
    assert (drawn.bars[0].period.since, drawn.bars[0].period.until) == (date(2019, 1, 1), date(2019, 12, 31))


def test_a_few_items_do_not_fill_the_height() -> None:
    drawn = chart({Month(2024, 1): 1, Month(2024, 2): 2})
    assert drawn is not None
    assert [bar.height for bar in drawn.bars[-2:]] == [HEIGHT // 4, HEIGHT // 2]


def test_a_chart_of_a_part_says_of_how_many_items(care: Topic) -> None:
    for moment in (at(2019, 1), *(at(2024, month) for month in range(1, 7))):
        make_item(topics=[care], published_at=moment)
    page = get(CARE)
    assert page.texts("figcaption") == ["Items a month. Last 24 months: 6 of 7 items, most in June 2024: 1"]
    assert "Last 24 months, July 2022 to June 2024: 6 of 7 items" in page.text
    assert get(f"{CARE}timeline/").texts("figcaption") == ["Items a month. All months: 7 items, most in June 2024: 1"]


def test_items_of_the_first_months_of_the_calendar_break_no_chart(care: Topic) -> None:
    for moment in (at(1, 1), at(1, 3)):
        make_item(topics=[care], published_at=moment)
    assert len(get(f"{CARE}timeline/").all("table/tbody/tr")) == 3
    make_item(topics=[care], published_at=at(2024, 1))
    assert len(get(f"{CARE}timeline/").all("table/tbody/tr")) == charts.MAX_COLUMNS
    get("/archive/1/01/")


def test_the_chart_says_in_words_and_in_a_table_what_it_shows(care: Topic) -> None:
    for moment in (at(2024, 1), at(2024, 3), at(2024, 3)):
        make_item(topics=[care], published_at=moment)
    make_item(topics=[care], published_at=at(2024, 3), status=CuratedItem.Status.DRAFT)
    page = get(CARE)
    drawing = page.one(DRAWING)
    assert drawing.get("role") == "img"
    names = [page.one(f"*[@id='{name}']") for name in (drawing.get("aria-labelledby") or "").split()]
    assert [text(name) for name in names] == [
        "Items a month",
        "All months, April 2023 to March 2024: 3 items, most in March 2024: 2. The table below has every month.",
    ]
    assert page.texts("table/tbody/tr")[:4] == ["March 2024 2", "February 2024 0", "January 2024 1", "December 2023 0"]
    assert page.link("January 2024") == "/news/?topic=symplur-care&since=2024-01-01&until=2024-01-31"
    assert len(get(page.link("March 2024")).titles) == 2
    assert [rect for rect in drawing.iter() if rect.get("style")] == []


def test_a_topics_page_says_which_topics_come_with_it_and_leads_to_what_they_share(care: Topic) -> None:
    often, rarely = make_topic("Often", "KLAS"), make_topic("Rarely")
    make_item("Both", topics=[care, often]), make_item("Both again", topics=[often, care])
    make_item("Once", topics=[care, rarely])
    make_item("Apart", topics=[often])
    make_item("Draft", topics=[care, rarely], status=CuratedItem.Status.DRAFT)
    entries = counted(get(CARE), "together")
    assert [words for words, _ in entries] == ["Often KLAS 2 items in common", "Rarely Symplur 1 item in common"]
    assert entries[0][1] == "/news/?topic=symplur-care&topic=klas-often"
    assert get(entries[0][1]).titles == ["Both again", "Both"]


def test_a_topics_page_says_who_covers_it(care: Topic) -> None:
    paper = make_publisher("paper.example.org", name="The Paper")
    make_item("One", topics=[care], publisher=paper), make_item("Two", topics=[care], publisher=paper)
    make_item(topics=[care], publisher=make_publisher("post.example.org", name="The Post"))
    hidden = make_item(topics=[care], publisher=make_publisher(name="Hidden"))
    CuratedItem.objects.filter(pk=hidden.pk).update(status=CuratedItem.Status.ARCHIVED)
    entries = counted(get(CARE), "publishers")
    assert [words for words, _ in entries] == ["The Paper 2 items", "The Post 1 item"]
    assert get(entries[0][1]).titles == ["Two", "One"]


def test_an_offering_has_coverage_as_well() -> None:
    watch = make_offering("Watch")
    make_item("One", offerings=[watch], topics=[make_topic("Care")], published_at=at(2024, 1))
    make_item("Two", offerings=[watch], published_at=at(2024, 2))
    page = get("/offering/watch/")
    assert page.texts("table/tbody/tr")[:2] == ["February 2024 1", "January 2024 1"]
    ((_, address),) = counted(page, "together")
    assert get(address).titles == ["One"]
    months = get(page.link("All items, month by month")).texts("section/h2")
    assert months == ["February 2024 1 item", "January 2024 1 item"]


def test_topics_and_publishers_of_many_items_are_counted_among_the_newest_and_the_page_shows_this(
    care: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (activity, views):
        monkeypatch.setattr(module, "SAMPLE_ITEMS", 2)
    make_item(topics=[care, make_topic("Old")])
    for _ in range(2):
        make_item(topics=[care])
    page = get(CARE)
    assert counted(page, "together") == []
    assert "those of the newest 2 items" in page.text


def test_only_the_first_page_of_a_list_has_the_coverage(care: Topic) -> None:
    for month in range(1, 13):
        make_item(topics=[care], published_at=at(2023, month)), make_item(topics=[care], published_at=at(2024, month))
    assert get(CARE).all(DRAWING)
    assert not get(f"{CARE}?page=2").all(DRAWING)


def test_one_item_leaves_nothing_to_draw(care: Topic) -> None:
    make_item("Only", topics=[care])
    for path in (CARE, f"{CARE}timeline/"):
        assert not get(path).all(DRAWING)


def test_a_timeline_has_all_items_by_month_page_by_page(care: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "TIMELINE_SIZE", 2)
    for title, moment in (("A", at(2023, 12)), ("B", at(2024, 2)), ("C", at(2024, 2)), ("D", at(2024, 3))):
        make_item(title, topics=[care], published_at=moment)
    first, second = get(f"{CARE}timeline/"), get(f"{CARE}timeline/?page=2")
    assert first.texts("section/h2") == ["March 2024 1 item", "February 2024 2 items"]
    assert first.texts("section/ol/li/a") == ["D", "C"]
    assert second.texts("section/h2") == ["February 2024 2 items", "December 2023 1 item"]
    assert second.texts("section/ol/li/a") == ["B", "A"]
    assert [len(page.all(DRAWING)) for page in (first, second)] == [1, 0]
    assert len(first.all("table/tbody/tr")) == 12
    get(f"{CARE}timeline/?page=3", 404)
    get("/topic/none/timeline/", 404)


def test_a_topics_page_says_what_its_vocabulary_is(care: Topic) -> None:
    make_item(topics=[care])
    Vocabulary.objects.update(description="Hashtags of healthcare.", url="https://hashtags.example.org/")
    page = get(CARE)
    assert "Symplur: Hashtags of healthcare." in page.text
    assert page.link("hashtags.example.org") == "https://hashtags.example.org/"


def test_a_topics_page_leads_to_the_same_label_in_other_vocabularies(care: Topic) -> None:
    make_item(topics=[care, make_topic("CARE", "KLAS"), make_topic("Other", "Medigy")])
    make_topic("Care", "Gartner")  # of which there is nothing to read
    (note,) = [note for note in get(CARE).all("p[@class='note']") if "same topic" in text(note)]
    assert [link.get("href") for link in note.iter("a")] == ["/topic/klas-care/"]
