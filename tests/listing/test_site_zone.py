"""Days, months and years of readers are those of the site's time zone, on either side of UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.test.utils import override_settings

from curation.db.calendar import count_by_month
from curation.lib.time_zones import end_of_day, start_of_day
from curation.models import CuratedItem, SearchEntry
from curation.search.index import index_new_facets
from curation.templating.environment import _render
from tests.factories import make_item, make_topic
from tests.views.pages import get

ZONES = ("America/New_York", "Asia/Kolkata", "Pacific/Auckland")


@pytest.fixture(params=ZONES)
def zone(request: Any) -> Iterator[ZoneInfo]:
    with override_settings(TIME_ZONE=request.param):
        yield ZoneInfo(request.param)
    _render.cache_clear()


@pytest.fixture
def new_years_eve(db: None, zone: ZoneInfo) -> None:
    """Two items around midnight of the site, which are in one year of UTC."""
    topic = make_topic("Care")
    make_item("Old year", published_at=datetime(2023, 12, 31, 23, 30, tzinfo=zone), topics=[topic])
    make_item("New year", published_at=datetime(2024, 1, 1, 0, 30, tzinfo=zone), topics=[topic])


def titles(path: str) -> list[str]:
    return [title for title in ("Old year", "New year") if title in get(path).text]


@pytest.mark.usefixtures("new_years_eve")
def test_the_archive_cuts_years_and_months_at_midnight_of_the_site() -> None:
    assert get("/archive/").texts("section/ul/li") == ["January 2024 1 item", "December 2023 1 item"]
    assert get("/archive/2023/").texts("main/ul/li") == ["December 2023 1 item"]
    assert titles("/archive/2023/12/") == ["Old year"]
    assert titles("/archive/2024/01/") == ["New year"]
    by_month = "January 2024 1 item New year 1 January 2024 December 2023 1 item Old year 31 December 2023"
    assert get("/topic/symplur-care/timeline/").text.endswith(by_month)


@pytest.mark.usefixtures("new_years_eve")
@pytest.mark.parametrize("words", ["", "words=year&"])
def test_filters_by_day_and_year_use_the_days_of_the_site(words: str) -> None:
    assert titles(f"/news/?{words}until=2023-12-31") == ["Old year"]
    assert titles(f"/news/?{words}since=2024-01-01") == ["New year"]
    assert titles(f"/news/?{words}year=2023") == ["Old year"]
    assert titles(f"/news/?{words}year=2024") == ["New year"]
    assert titles(f"/news/?{words}since=0001-01-01&until=9999-12-31") == ["Old year", "New year"]


@pytest.mark.usefixtures("new_years_eve")
def test_pages_show_the_day_of_the_site_and_machines_get_utc() -> None:
    assert "31 December 2023" in get("/news/old-year/").text
    assert "1 January 2024" in get("/news/new-year/").text
    item = CuratedItem.objects.get(slug="new-year")
    moment = item.published_at or item.created_at
    assert f'"published_at": "{moment.isoformat()}"' in Client().get(f"/api/v1/items/{item.pk}").content.decode()
    assert f"<published>{moment.isoformat()}</published>" in Client().get("/news/feed.atom").content.decode()
    assert moment.tzinfo == UTC


@pytest.mark.django_db
def test_after_another_zone_is_set_a_migration_indexes_the_years_of_the_site() -> None:
    def years() -> set[str]:
        return {text for entry in SearchEntry.objects.all() for text in entry.facets.split() if text.startswith(":y")}

    make_item("Old year", published_at=datetime(2024, 1, 1, 2, tzinfo=UTC))
    assert years() == {":y2024"}
    with override_settings(TIME_ZONE="America/New_York"):
        assert index_new_facets() == 1
        assert titles("/news/?words=year&year=2023") == ["Old year"]
        assert index_new_facets() == 0
    assert index_new_facets() == 1
    assert years() == {":y2024"}
    assert index_new_facets() == 0


@pytest.mark.django_db
def test_months_are_counted_as_python_cuts_them_in_one_query(django_assert_num_queries: Any) -> None:
    random = Random(7)
    edges = [datetime(2024, month, 1, tzinfo=UTC) for month in range(1, 13)]
    moments = [random.choice(edges) + timedelta(minutes=random.randint(-1000, 1000)) for _ in range(120)]
    rows = [
        CuratedItem(title="x", slug=f"x-{number}", status="published", published_at=moment)
        for number, moment in enumerate(moments)
    ]
    CuratedItem.objects.bulk_create(rows)
    for name in (*ZONES, "UTC", "Europe/London", "Asia/Kathmandu", "Pacific/Apia"):
        zone = ZoneInfo(name)
        local = sorted((at.year, at.month) for at in (moment.astimezone(zone) for moment in moments))
        with django_assert_num_queries(1):
            counts = count_by_month(CuratedItem.objects.all(), "published_at", zone)
        assert counts == {month: local.count(month) for month in local}, name


def test_a_day_begins_and_ends_with_the_clocks_of_its_zone() -> None:
    def bounds(day: date, name: str) -> list[str]:
        ends = (start_of_day(day, ZoneInfo(name)), end_of_day(day, ZoneInfo(name)))
        return [f"{end:%d %H:%M:%S}" for end in ends]

    assert bounds(date(2026, 3, 8), "America/New_York") == ["08 05:00:00", "09 03:59:59"]  # 23 hours
    assert bounds(date(2026, 11, 1), "America/New_York") == ["01 04:00:00", "02 04:59:59"]  # 25 hours
    assert bounds(date(2017, 10, 1), "America/Asuncion") == ["01 04:00:00", "02 02:59:59"]  # begins at 1:00
    assert start_of_day(date.min, ZoneInfo("Asia/Kolkata")) == datetime.min.replace(tzinfo=UTC)
    assert end_of_day(date.max, ZoneInfo("America/New_York")) == datetime.max.replace(tzinfo=UTC)
