"""Dates are read, never guessed; and what decides whether an item is published."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .files import read_keys, read_text, record, reject_keys, rejection, warnings


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2023-01-31", datetime(2023, 1, 31)),
        (" 2023-01-31 ", datetime(2023, 1, 31)),
        ("2024-02-29", datetime(2024, 2, 29)),
        ("2023-01-31T09:30", datetime(2023, 1, 31, 9, 30)),
        ("2023-01-31 09:30:15", datetime(2023, 1, 31, 9, 30, 15)),
        ("2023-01-31t9:30:15z", datetime(2023, 1, 31, 9, 30, 15)),
        ("2023-01-31T09:30:15.5Z", datetime(2023, 1, 31, 9, 30, 15, 500_000)),
        ("2023-01-31T09:30:15.123456789Z", datetime(2023, 1, 31, 9, 30, 15, 123_456)),
        ("2023-01-31T09:30:15+05:30", datetime(2023, 1, 31, 4, 0, 15)),
        ("2023-01-31T09:30:15+0530", datetime(2023, 1, 31, 4, 0, 15)),
        ("2023-01-31 22:00:00 -5", datetime(2023, 2, 1, 3)),
        ("2023-01-31T00:00:00-12:00", datetime(2023, 1, 31, 12)),
    ],
)
def test_an_iso_date_is_an_instant_in_utc(written: str, moment: datetime) -> None:
    assert record(date=written).published_at == moment.replace(tzinfo=UTC)
    assert record(lastMod=written).modified_at == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("date", ["2023-01-31", "'2023-01-31'", "2023-01-31T00:00:00Z", "2023-01-31 00:00:00"])
def test_quotes_make_no_difference(date: str) -> None:
    assert read_text(f"title: x\ndate: {date}").record.published_at == datetime(2023, 1, 31, tzinfo=UTC)


NO_DATES = [
    *("03/01/2023", "3 January 2023", "yesterday", "1672704000", "2023", "2023-1-3", "20230131", "2023-W05-2", "12:30"),
    *("2023-02-30", "2023-13-01", "2023-01-31T25:00", "2023-01-31T09:60", "2023-01-31T09:30:61"),
    *("2023-01-31T09:30+99:00", "2023-01-31T", "2023-01-31 09", "2023-01-31T09:30 CET", "2023-01-31x"),
    *("0001-01-02T00:00:00+23:00x", "9999-12-31T23:00:00-05:00", "２０２３-01-31", "2023-01-31\n2023-02-01"),
]


@pytest.mark.parametrize("written", [*NO_DATES, [2023, 1, 3], {"year": 2023}, 1672704000])
def test_anything_else_is_rejected(written: Any) -> None:
    assert reject_keys(date=written) == [("date-malformed", "date")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("yesterday", "“yesterday”"), ("[2023, 1, 3]", "[“2023”, “1”, “3”]"), ("2023-02-30", "“2023-02-30”")],
)
def test_the_rejection_names_the_value_and_its_line(written: str, shown: str) -> None:
    (problem,) = rejection(f"---\ntitle: x\ndate: {written}\n---\n".encode())
    assert (problem.field, problem.line) == ("date", 3)
    assert problem.message.startswith(f"{shown} is no date of the calendar; ")


def test_a_broken_date_of_modification_is_ignored_with_a_warning() -> None:
    assert record(lastMod="yesterday").modified_at is None
    assert warnings(lastMod="yesterday") == [("date-ignored", "lastMod")]


def test_hugo_writes_its_date_of_modification_in_small_letters() -> None:
    assert record(lastmod="2023-02-01").modified_at == datetime(2023, 2, 1, tzinfo=UTC)


UNDATED = [None, "", "  ", "-001-11-30T00:00:00+00:00", "-0001-11-30 00:00:00", "0000-00-00", "0001-01-01T00:00:00Z"]


@pytest.mark.parametrize("written", [*UNDATED, float("nan")])
def test_without_a_date_an_item_is_a_draft_with_a_warning(written: Any) -> None:
    item = record(date=written)
    assert (item.status, item.published_at) == ("draft", None)
    assert warnings(date=written) == [("date-missing", "date")]


@pytest.mark.parametrize("keys", [{"draft": True}, {"status": "draft"}, {"status": "archived"}])
def test_a_draft_may_lack_a_date(keys: dict[str, Any]) -> None:
    assert record(date="-001-11-30T00:00:00+00:00", **keys).published_at is None
    assert warnings(date=None, **keys) == []


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ({}, "published"),
        ({"status": ""}, "published"),
        ({"status": " "}, "published"),
        ({"status": "Published"}, "published"),
        ({"status": "draft"}, "draft"),
        ({"status": "archived"}, "archived"),
        ({"draft": True}, "draft"),
        ({"draft": "yes"}, "draft"),
        ({"draft": "True", "status": "published"}, "draft"),
        ({"draft": False}, "published"),
        ({"draft": False, "status": "archived"}, "archived"),
        ({"draft": ""}, "published"),
    ],
)
def test_the_state_of_an_item(keys: dict[str, Any], status: str) -> None:
    assert record(**keys).status == status
    assert warnings(**keys) == []


@pytest.mark.parametrize("written", ["live", ["published"], {"a": "b"}])
def test_an_unknown_state_is_a_draft_with_a_warning(written: Any) -> None:
    assert record(status=written).status == "draft"
    assert warnings(status=written) == [("status-unknown", "status")]


def test_an_unclear_draft_flag_is_a_draft_with_a_warning() -> None:
    assert record(draft="perhaps").status == "draft"
    assert warnings(draft="perhaps") == [("draft-unknown", "draft")]
    assert read_keys(draft=[1]).record.status == "draft"
