"""Which items take part in a transition, and what they get by it. Without a database: the items are not stored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from curation.items.actors import Actor
from curation.items.workflow import (
    TRANSITIONS,
    refusal,
    state_label,
    status_columns,
    time_when_published,
)
from curation.models import CuratedItem, Revision
from tests.factories import COMMAND

Status, Verb = CuratedItem.Status, Revision.Verb
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
TO_PUBLISHED = [verb for verb, transition in TRANSITIONS.items() if transition.target == Status.PUBLISHED]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def make_item(status: str = Status.DRAFT, **fields: Any) -> CuratedItem:
    """Make an item as `load_for_refusal()` returns it, which fails no check unless `fields` say so."""
    item = CuratedItem(
        status=status, **{"published_at": NOW - DAY, **{k: v for k, v in fields.items() if k[:5] != "fails"}}
    )
    item.was_published = False  # type: ignore[attr-defined]
    for check in ("fails_no_title", "fails_no_content"):
        setattr(item, check, fields.get(check, False))
    return item


def user_with(*permissions: str, key: int = 7) -> Actor:
    names = {f"curation.{permission}_curateditem" for permission in permissions}
    user: Any = SimpleNamespace(pk=key, has_perm=names.__contains__)
    return Actor("ann", user)


def refuse(verb: str, item: CuratedItem, actor: Actor = COMMAND, at: datetime | None = None) -> str:
    return refusal(TRANSITIONS[Verb(verb)], item, actor, at, NOW)


@pytest.mark.parametrize(
    ("verb", "status", "reason"),
    [
        (Verb.PUBLISHED, Status.PUBLISHED, "published already"),
        (Verb.PUBLISHED, Status.BIN, "in the bin"),
        (Verb.SUBMITTED, Status.REVIEW, "in review already"),
        (Verb.SUBMITTED, Status.PUBLISHED, "published"),
        (Verb.APPROVED, Status.DRAFT, "still drafts"),
        (Verb.RETURNED, Status.DRAFT, "drafts already"),
        (Verb.WITHDRAWN, Status.DRAFT, "drafts already"),
        (Verb.WITHDRAWN, Status.REVIEW, "in review"),
        (Verb.ARCHIVED, Status.ARCHIVED, "archived already"),
        (Verb.SUBMITTED, Status.ARCHIVED, "archived"),
        (Verb.BINNED, Status.BIN, "in the bin already"),
        (Verb.RESTORED, Status.DRAFT, "still drafts"),
    ],
)
def test_an_item_in_another_state_is_refused_with_its_state(verb: str, status: str, reason: str) -> None:
    assert refuse(verb, make_item(status)) == reason


@pytest.mark.parametrize("verb", TRANSITIONS)
def test_a_transition_starts_from_its_states_alone(verb: str) -> None:
    for status in Status.values:
        item = make_item(status, published_at=NOW + DAY)
        assert (refuse(verb, item) == "") is (status in TRANSITIONS[Verb(verb)].sources)


def test_a_live_item_is_not_scheduled_and_a_scheduled_one_can_be_moved() -> None:
    live, scheduled = (make_item(Status.PUBLISHED, published_at=time) for time in (NOW - DAY, NOW + DAY))
    assert refuse(Verb.SCHEDULED, live, at=NOW + DAY).startswith("live already")
    assert refuse(Verb.SCHEDULED, scheduled, at=NOW + 2 * DAY) == ""
    assert refuse(Verb.SCHEDULED, scheduled, at=NOW + DAY) == "scheduled for then already"
    assert refuse(Verb.ARCHIVED, live, at=live.published_at) == "scheduled for then already"
    assert refuse(Verb.ARCHIVED, live) == refuse(Verb.WITHDRAWN, live) == refuse(Verb.BINNED, live) == ""
    draft = make_item(published_at=NOW + DAY)
    assert refuse(Verb.SCHEDULED, draft, at=NOW + DAY) == ""


@pytest.mark.parametrize("verb", TO_PUBLISHED)
@pytest.mark.parametrize(
    ("expires_at", "at", "is_past"),
    [
        *((None, None, False), (NOW + SECOND, None, False), (NOW, None, True), (NOW - DAY, None, True)),
        *((NOW + DAY, NOW + DAY, True), (NOW + DAY + SECOND, NOW + DAY, False), (NOW + DAY, NOW + 2 * DAY, True)),
    ],
)
def test_what_no_reader_would_see_is_not_published(
    verb: str, expires_at: datetime | None, at: datetime | None, is_past: bool
) -> None:
    reason = refuse(verb, make_item(expires_at=expires_at), at=at)
    assert reason == ("past their expiry time: empty it or give a later one first" if is_past else "")


def test_an_expired_item_can_be_taken_off_the_site() -> None:
    item = make_item(Status.PUBLISHED, expires_at=NOW - DAY)
    assert [refuse(verb, item) for verb in (Verb.ARCHIVED, Verb.WITHDRAWN, Verb.BINNED)] == [""] * 3


@pytest.mark.parametrize("verb", TRANSITIONS)
def test_a_transition_needs_a_permission_for_the_item(verb: str) -> None:
    transition = TRANSITIONS[Verb(verb)]
    for status in transition.sources:
        item = make_item(status, published_at=NOW + DAY)
        assert refuse(verb, item, user_with()) == (
            "published, so for publishers alone"
            if transition.permission == "delete"
            else "of others, or no drafts, so not yours to change"
        )
        assert refuse(verb, item, user_with("change", "change_any", "review", "publish", "delete")) == ""


@pytest.mark.parametrize("verb", TRANSITIONS)
@pytest.mark.parametrize(
    ("failed", "reason"),
    [
        ({"fails_no_title": True}, "without a title"),
        ({"fails_no_content": True}, "without source link and text"),
        ({"fails_no_title": True, "fails_no_content": True}, "without a title and without source link and text"),
    ],
)
def test_readers_get_no_item_without_title_or_content(verb: str, failed: dict[str, Any], reason: str) -> None:
    transition = TRANSITIONS[Verb(verb)]
    for status in transition.sources:
        item = make_item(status, published_at=NOW + DAY, **failed)
        assert refuse(verb, item) == (reason if transition.target == Status.PUBLISHED or transition.is_checked else "")


# What an item gets


OLD, RECENT = NOW - 400 * DAY, NOW - DAY


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEW, Status.ARCHIVED])
@pytest.mark.parametrize("was_published", [False, True])
@pytest.mark.parametrize("limit", [None, NOW - 30 * DAY, OLD])
@pytest.mark.parametrize("time", [None, OLD, RECENT, NOW + DAY])
def test_an_item_keeps_its_publication_time_unless_its_first_one_is_too_old(
    time: datetime | None, limit: datetime | None, was_published: bool, status: str
) -> None:
    item = make_item(status, published_at=time)
    item.was_published = was_published  # type: ignore[attr-defined]
    is_first = status != Status.ARCHIVED and not was_published
    is_too_old = time == OLD and limit == NOW - 30 * DAY and is_first
    assert time_when_published(item, limit, NOW) == (NOW if time is None or is_too_old else time)


def test_an_item_that_gets_a_state_loses_the_marks_of_the_one_before() -> None:
    item = make_item(Status.REVIEW, approved_at=NOW)
    unmarked = {"approved_at": None, "binned_at": None, "binned_by": "", "binned_from": ""}
    for status in set(Status) - {Status.BIN}:
        assert status_columns(item, status, user_with(), NOW) == {"status": status, **unmarked}
    binned = {"binned_at": NOW, "binned_by": "ann", "binned_from": Status.REVIEW}
    assert status_columns(item, Status.BIN, user_with(), NOW) == {"status": Status.BIN, **unmarked, **binned}


@pytest.mark.parametrize(
    ("status", "fields", "label"),
    [
        (Status.DRAFT, {}, "Draft"),
        (Status.REVIEW, {}, "In review"),
        (Status.REVIEW, {"approved_at": NOW}, "Approved"),
        (Status.PUBLISHED, {"published_at": NOW}, "Live"),
        (Status.PUBLISHED, {"published_at": NOW + SECOND}, "Scheduled"),
        (Status.PUBLISHED, {"published_at": NOW, "expires_at": NOW}, "Expired"),
        (Status.PUBLISHED, {"published_at": NOW, "expires_at": NOW + SECOND}, "Live"),
        (Status.ARCHIVED, {"expires_at": NOW}, "Archived"),
    ],
)
def test_the_state_of_an_item_is_what_readers_see(status: str, fields: dict[str, Any], label: str) -> None:
    assert state_label(make_item(status, **fields)) == label
