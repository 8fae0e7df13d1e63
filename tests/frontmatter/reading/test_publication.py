"""Dates are read, never guessed; and the status that follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from curation.frontmatter import FileText, read, rewrite
from tests.frontmatter.files import read_keys, read_text, record, reject_keys, rejection, warnings


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
    *(
        "03/01/2023",
        "3 January 2023",
        "yesterday",
        "1672704000",
        "2023",
        "Febtober 3, 2023",
        "20230131",
        "2023-W05-2",
        "12:30",
    ),
    *("2023-02-30", "2023-13-01", "2023-01-31T25:00", "2023-01-31T09:60", "2023-01-31T09:30:61"),
    *("2023-01-31T09:30+99:00", "2023-01-31T", "2023-01-31 09", "2023-01-31T09:30 CET", "2023-01-31x"),
    *("0001-01-02T00:00:00+23:00x", "9999-12-31T23:00:00-05:00", "２０２３-01-31", "2023-01-31\n2023-02-01"),
]


@pytest.mark.parametrize("written", [*NO_DATES, [2023, 1, 3], {"year": 2023}, 1672704000])
def test_anything_else_is_rejected(written: Any) -> None:
    assert reject_keys(date=written) == [("date-malformed", "date")]


@pytest.mark.parametrize(
    ("written", "quoted", "fault"),
    [
        ("yesterday", "“yesterday”", "is not in a known date format"),
        ("3 January 2023", "“3 January 2023”", "is not in a known date format"),
        ("[2023, 1, 3]", "[“2023”, “1”, “3”]", "is not in a known date format"),
        ("2023-02-30", "“2023-02-30”", "is not a date of the calendar"),
        ("Thu, 30 Feb 2023 09:30:00 +0000", "“Thu, 30 Feb 2023 09:30:00 +0000”", "is not a date of the calendar"),
        ("2023/10/17", "“2023/10/17”", "is written with slashes"),
        ("2023-10-17T24:00:00", "“2023-10-17T24:00:00”", "has the hour 24, which is the next day"),
        ("2016-12-31T23:59:60Z", "“2016-12-31T23:59:60Z”", "has a second 60, which is not read"),
    ],
)
def test_the_rejection_names_the_value_its_fault_and_its_line(written: str, quoted: str, fault: str) -> None:
    (problem,) = rejection(f"---\ntitle: x\ndate: {written}\n---\n".encode())
    assert (problem.field, problem.line) == ("date", 3)
    assert problem.message.startswith(f"{quoted} {fault}; ")


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
    assert warnings(draft="perhaps") == [("flag-unknown", "draft")]
    assert read_keys(draft=[1]).record.status == "draft"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        # RFC 2822, 1123, 822, 850
        ("Mon, 07 Feb 2011 14:30:43 +0000", datetime(2011, 2, 7, 14, 30, 43)),
        ("7 Feb 2011 14:30 -0500", datetime(2011, 2, 7, 19, 30)),
        ("Mon, 07 Feb 2011 14:30:43 GMT", datetime(2011, 2, 7, 14, 30, 43)),
        ("Mon, 07 Feb 2011 14:30:43 EST", datetime(2011, 2, 7, 19, 30, 43)),
        ("Mon, 07 Feb 2011 14:30:43 +0530 (IST)", datetime(2011, 2, 7, 9, 0, 43)),
        ("02 Jan 06 15:04 MST", datetime(2006, 1, 2, 22, 4)),
        ("02 Jan 99 15:04 -0700", datetime(1999, 1, 2, 22, 4)),
        ("Monday, 02-Jan-06 15:04:05 GMT", datetime(2006, 1, 2, 15, 4, 5)),
        ("02 Jan 2006", datetime(2006, 1, 2)),
        ("Feb 7, 2011", datetime(2011, 2, 7)),
        ("February 7, 2011 14:30", datetime(2011, 2, 7, 14, 30)),
        ("2011-2-7", datetime(2011, 2, 7)),
        # Go's own
        ("Fri Jul 26 14:03:11 UTC 2019", datetime(2019, 7, 26, 14, 3, 11)),
        ("Fri Jul  5 14:03:11 2019", datetime(2019, 7, 5, 14, 3, 11)),
        ("Fri Jul 26 14:03:11 -0700 2019", datetime(2019, 7, 26, 21, 3, 11)),
        ("2019-07-26 14:03:11.123 +0000 UTC", datetime(2019, 7, 26, 14, 3, 11, 123_000)),
        ("2019-07-26 14:03:11 -0700 MST", datetime(2019, 7, 26, 21, 3, 11)),
        ("2019-07-26 14:03:11 UTC", datetime(2019, 7, 26, 14, 3, 11)),
    ],
)
def test_dates_of_mail_and_of_go_are_read(written: str, moment: datetime) -> None:
    assert record(date=written).published_at == moment.replace(tzinfo=UTC)
    assert warnings(date=written) == []


@pytest.mark.parametrize(
    "written",
    [
        *("Mon, 30 Feb 2011 14:30:43 +0000", "07 Feb 2011 25:00 GMT", "07 Feb 2011 14:30 CET", "07 Fbr 2011"),
        *("Fri Jul 26 14:03:11 XYZ 2019", "31 Dec 9999 23:00 -0500", "07 Feb 2011 14:30 +9999", "Feb 2011"),
    ],
)
def test_malformed_dates_of_mail_and_of_go_are_rejected(written: str) -> None:
    assert reject_keys(date=written) == [("date-malformed", "date")]


@pytest.mark.parametrize("key", ["publishDate", "pubDate", "publish_date", "PublishDate", "pubdate"])
def test_the_date_from_which_a_page_is_shown_wins_over_its_date(key: str) -> None:
    item = record(date="2024-01-01", **{key: "2099-01-01"})
    assert (item.published_at, item.status) == (datetime(2099, 1, 1, tzinfo=UTC), "published")
    assert record(**{key: ""}).published_at == datetime(2023, 1, 31, tzinfo=UTC)


def test_a_date_from_which_a_page_is_shown_is_never_guessed() -> None:
    assert reject_keys(publishDate="soon") == [("date-malformed", "publishDate")]


@pytest.mark.parametrize(
    "key", ["lastMod", "lastmod", "lastModified", "updated", "modified", "last_modified_at", "Last_Modified_At"]
)
def test_the_time_of_modification_has_many_names(key: str) -> None:
    assert record(**{key: "2024-05-06"}).modified_at == datetime(2024, 5, 6, tzinfo=UTC)


def test_a_date_may_be_two_in_a_mapping() -> None:
    text = "title: x\nslug: x\ndate:\n  created: 2024-05-06\n  updated: 2024-06-07\n"
    item = read_text(text).record
    assert (item.published_at, item.modified_at) == (datetime(2024, 5, 6, tzinfo=UTC), datetime(2024, 6, 7, tzinfo=UTC))
    file = FileText(f"---\n{text}---\n".encode(), "x.md")
    moments = {"published_at": datetime(2025, 1, 1, tzinfo=UTC), "modified_at": datetime(2025, 2, 2, tzinfo=UTC)}
    written = rewrite(file, replace(file.record, **moments))
    assert written.inexpressible == ()
    assert b"date:\n  created: 2025-01-01\n  updated: 2025-02-02\n" in written.data
    assert reject_keys(date={"updated": "2024-06-07"}) == [("date-malformed", "date")]


@pytest.mark.parametrize(
    ("name", "keys", "date"),
    [
        ("2024-05-06-a-story.md", "", datetime(2024, 5, 6)),
        ("_posts/2024-5-6-a-story.md", "", datetime(2024, 5, 6)),
        ("2024-05-06-a-story.md", "date: 2020-01-01", datetime(2020, 1, 1)),
        ("2024-05-06-a-story.md", "date:", None),
        ("2024-05-06-a-story.md", "date: 0001-01-01", None),
        ("2024-13-06-a-story.md", "", None),
        ("2024-05-06.md", "", None),
        ("a-2024-05-06-story.md", "", None),
    ],
)
def test_the_date_of_a_jekyll_post_is_in_its_name(name: str, keys: str, date: datetime | None) -> None:
    item = read_text(f"title: x\n{keys}", name=name).record
    assert item.published_at == (date and date.replace(tzinfo=UTC))
    assert item.status == ("published" if date else "draft")


@pytest.mark.parametrize("key", ["date", "publishDate", "pubDate", "published"])
@pytest.mark.parametrize("when", [datetime(2024, 5, 6, tzinfo=UTC), None])
def test_an_edited_time_is_written_under_the_key_it_was_read_from(key: str, when: datetime | None) -> None:
    data = f"---\ntitle: x\nslug: x\ndate: 2020-01-01\n{key + ': 2021-01-01' if key != 'date' else ''}\n---\n".encode()
    file = FileText(data, "2024-01-02-x.md")
    status: Any = "published" if when else "draft"
    written = rewrite(file, replace(file.record, published_at=when, status=status))
    assert written.inexpressible == ()
    assert read(written.data, "2024-01-02-x.md").record.published_at == when
    if when:
        assert f"\n{key}: 2024-05-06\n" in written.data.decode()


@pytest.mark.parametrize("key", ["lastmod", "LastModified", "updated", "modified", "last_modified_at"])
def test_an_edited_time_of_modification_is_written_under_its_key(key: str) -> None:
    file = FileText(f"---\ntitle: x\nslug: x\ndate: 2020-01-01\n{key}: 2021-01-01\n---\n".encode(), "x.md")
    written = rewrite(file, replace(file.record, modified_at=datetime(2024, 5, 6, tzinfo=UTC)))
    assert f"\n{key}: 2024-05-06\n" in written.data.decode()


@pytest.mark.parametrize("key", ["expiryDate", "unpublishdate", "ExpiryDate", "unpublishDate"])
def test_a_file_whose_expiry_has_passed_is_archived_with_a_note(key: str) -> None:
    document = read_keys(**{key: "2020-01-01"})
    assert (document.record.status, document.record.expires_at) == ("archived", datetime(2020, 1, 1, tzinfo=UTC))
    (problem,) = document.problems
    assert (problem.level, problem.code, problem.field.lower()) == ("note", "expired", key.lower())
    assert problem.message == "expired at 2020-01-01 00:00 UTC, so this is archived; nothing to do"


@pytest.mark.parametrize("key", ["expiryDate", "unpublishdate", "ExpiryDate", "unpublishDate"])
def test_a_file_that_is_to_expire_is_published_until_its_minute(key: str) -> None:
    minute = datetime(2030, 1, 1, 12, tzinfo=UTC)
    for seconds, status in ((-1, "published"), (0, "archived")):
        with time_machine.travel(minute + timedelta(seconds=seconds), tick=False):
            found = record(**{key: "2030-01-01T12:00:00Z"})
            assert (found.status, found.expires_at) == (status, minute)


@pytest.mark.parametrize("written", ["", None, "0001-01-01T00:00:00Z"])
def test_a_file_without_expiry_does_not_expire(written: Any) -> None:
    found = read_keys(expiryDate=written)
    assert (found.record.status, found.record.expires_at, found.problems) == ("published", None, ())


def test_the_second_key_counts_if_the_first_is_empty() -> None:
    assert record(expiryDate="", unpublishdate="2020-01-01").status == "archived"


@pytest.mark.parametrize("written", ["soon", "2020-02-30", "1/2/2020"])
def test_an_expiry_that_cannot_be_read_hides_the_file(written: str) -> None:
    document = read_keys(expiryDate=written)
    assert (document.record.status, document.record.expires_at) == ("draft", None)
    assert [(problem.level, problem.code) for problem in document.problems] == [("warning", "expiry-malformed")]


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_a_state_that_hides_a_file_stays_whatever_its_expiry(state: str) -> None:
    for expiry in ("2020-01-01", "2999-01-01"):
        assert record(status=state, expiryDate=expiry).status == state


@pytest.mark.parametrize("key", ["publishDate", "PubDate", "date", "published"])
def test_a_file_whose_time_is_to_come_is_scheduled_with_a_note(key: str) -> None:
    document = read_keys(**{"date": "2020-01-01", key: "2999-01-01"})
    assert document.record.status == "published"
    (problem,) = document.problems
    assert (problem.level, problem.code, problem.field.lower()) == ("note", "scheduled", key.lower())
    assert problem.message == "to be published at 2999-01-01 00:00 UTC, so this is scheduled; nothing to do"


def test_a_draft_is_not_called_scheduled() -> None:
    assert [problem.code for problem in read_keys(date="2999-01-01", draft=True).problems] == ["hidden"]
