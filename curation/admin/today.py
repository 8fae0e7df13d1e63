"""Today, the front page of the desk: a field for a link, and what needs work, each number a link to its list.

It costs at most eight queries beside those of every page. What is counted among all items is memoised until the content
changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from curation.admin_site.times import distance
from curation.caching.memo import memoised
from curation.items.checks import BY_CODE
from curation.items.workflow import state_label
from curation.lib.time_zones import end_of_day, start_of_day
from curation.lib.web_urls import validate_http_link
from curation.models import CuratedItem, ImportRun, ItemDraft, Revision
from curation.models.gaps import GAPS
from curation.models.items import ItemQuerySet, expired

from .base import may_view_items
from .imports.runs import UNDER_WAY, linked_counts, outcome_badge
from .items.filters import ME, MissingFilter
from .items.same_link import items_with_link
from .links import edit_url
from .one_by_one.fields import FIELDS
from .one_by_one.page import may_go
from .review.page import may_review

Status = CuratedItem.Status
#: Maximum number of rows of a section, of scheduled items, and of those of one day.
MAX_ROWS, MAX_SCHEDULED, MAX_DAY_ROWS = 6, 60, 4
#: Days of the chart before today, and days from today on of the calendar and of the chart.
DAYS_BEFORE, DAYS_AHEAD = 27, 7
#: What readers stumble over: the value of the list's filter for it, and the words that follow the number.
STUMBLES: Mapping[str, str] = {
    "image": "without a picture",
    "alt": BY_CODE["alt-missing"].noun,
    "summary": BY_CODE["summary-missing"].noun,
    "topic": BY_CODE["no-topic"].noun,
}
#: Time for which the last import is shown.
RUN_AGE = timedelta(days=7)
#: Measures of the chart in units of its SVG: height, distance and width of its bars.
CHART_HEIGHT, STEP, WIDTH = 60, 10, 7
MIN_SCALE = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number of items, the words that follow it, and the address of the list of these items.

    `one_by_one` is the address at which they get what they lack, "" for none.
    """

    count: int
    words: str
    url: str
    one_by_one: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An item of a section: `icon` shows its state, `note` stands beside it, and `text` below."""

    title: str
    url: str
    icon: str
    note: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the editor's zone with its scheduled items: the first rows, and the number of all."""

    day: date
    rows: Sequence[Row]
    number: Number

    @property
    def more(self) -> int:
        return self.number.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class DayBar:
    """The items of a day in the chart, those readers see (`live`) below those scheduled; y and heights from the top."""

    day: date
    x: int
    live: Number
    scheduled: Number
    scale: int

    @property
    def live_height(self) -> int:
        return round(CHART_HEIGHT * self.live.count / self.scale)

    @property
    def live_y(self) -> int:
        return CHART_HEIGHT - self.live_height

    @property
    def scheduled_height(self) -> int:
        return round(CHART_HEIGHT * self.scheduled.count / self.scale)

    @property
    def scheduled_y(self) -> int:
        return self.live_y - self.scheduled_height


def today(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """Return the context of the front page; for a pasted link that no item has, a redirect to the form for it."""
    item_admin: Any = admin.site._registry[CuratedItem]
    context: dict[str, Any] = {
        "greeting": _greeting(timezone.localtime().hour),
        "may_view_items": may_view_items(request),
        "may_import": admin.site._registry[ImportRun].has_add_permission(request),
    }
    if item_admin.has_add_permission(request):
        context["add_url"] = reverse("admin:curation_curateditem_add")
        if typed := request.GET.get("source_url", "").strip():
            found = _from_link(typed)
            if isinstance(found, HttpResponse):
                return found
            context |= found
    return {**context, **_sections(request, item_admin.get_queryset(request))} if context["may_view_items"] else context


def _greeting(hour: int) -> str:
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _from_link(typed: str) -> dict[str, Any] | HttpResponse:
    """Return a redirect to the form for a new item with a link, or the context that says why not yet."""
    link = typed if "://" in typed else f"https://{typed}"
    try:
        validate_http_link(link)
    except ValidationError as error:
        return {"link": typed, "link_error": error.message}
    new_url = reverse("admin:curation_curateditem_add", query={"source_url": link})
    items = list(items_with_link(link)[:MAX_ROWS])
    if not items:
        return redirect(new_url)
    return {"link": typed, "new_url": new_url, "same_link": [_row(item, _when(item)) for item in items]}


def _sections(request: HttpRequest, items: QuerySet[CuratedItem]) -> dict[str, Any]:
    items = items.select_related(None).defer("summary", "shown_summary", "body", "body_html", "body_text", "meta")
    zone, now = timezone.get_current_timezone(), timezone.now()
    first = timezone.localdate()
    over_live = list(_drafts_over_live(request.user.pk or 0))
    drafts, review = _drafts(items, request.user.pk or 0, over_live), _waiting(items, over_live)
    gaps = memoised("today:gaps", count_gaps)
    by_day = memoised(f"today:days:{zone}:{first}", lambda: count_by_day(first))
    scheduled = _calendar(items, first, by_day, now)
    return {
        "drafts": drafts,
        "review": review,
        "scheduled": scheduled,
        "gaps": [_gap(name, gaps[name], may_go(request)) for name in STUMBLES if gaps[name]],
        "chart": _chart(first, by_day),
        "run": _last_run(request, now),
        "may_review": may_review(request),
        "is_empty": not (gaps["live"] or drafts or review or scheduled) and not items.exists(),
    }


def _items_url(**query: Any) -> str:
    return reverse("admin:curation_curateditem_changelist", query=query)


def _row(item: CuratedItem, note: str, text: str = "") -> Row:
    state = state_label(item).lower()
    icon = {"in review": "state-review", "approved": "state-review", "expired": "archived"}.get(state, state)
    return Row(str(item), edit_url(item), icon if item.status != Status.BIN else "archived", note, text)


def _when(item: CuratedItem) -> str:
    when = f", {date_format(timezone.localtime(item.published_at), 'j M Y')}" if item.published_at else ""
    return f"{state_label(item)}{when}"


# The sections


def _drafts_over_live(user_id: int) -> QuerySet[ItemDraft]:
    """Return the drafts over live items that a user keeps or that wait for a review, and the number of the latter."""
    wanted = ItemDraft.objects.filter(Q(user=user_id) | Q(is_submitted=True)).exclude(item__status=Status.BIN)
    submitted = Window(Count("pk", filter=Q(is_submitted=True)))
    rows = wanted.select_related("item").annotate(submitted=submitted).order_by("-is_submitted", "-updated_at")
    return rows.defer("state", "item__body", "item__body_html", "item__body_text")[: 2 * MAX_ROWS]


def _drafts(items: QuerySet[CuratedItem], user_id: int, over_live: Sequence[ItemDraft]) -> dict[str, Any]:
    """Return the drafts of a user, the last edited first, and the number of those that are not over a live item."""
    mine = items.filter(status=Status.DRAFT, created_by=user_id).annotate(total=Window(Count("pk")))
    rows: list[Any] = list(mine.order_by("-updated_at")[:MAX_ROWS])
    dated = [(item.updated_at, _row(item, distance(item.updated_at))) for item in rows]
    dated += [
        (draft.updated_at, _row(draft.item, f"over live, {distance(draft.updated_at)}"))
        for draft in over_live
        if draft.user_id == user_id and not draft.is_submitted
    ]
    if not dated:
        return {}
    newest = sorted(dated, key=lambda row: row[0], reverse=True)
    url = _items_url(state="draft", who=ME)
    total = rows[0].total if rows else 0
    return {"rows": [row for _moment, row in newest[:MAX_ROWS]], "number": Number(total, "drafts", url)}


def _waiting(items: QuerySet[CuratedItem], over_live: Sequence[ItemDraft]) -> dict[str, Any]:
    """Return the items and the drafts over live items that wait for a review, who submitted them, and their numbers."""
    submissions = Revision.objects.filter(item=OuterRef("pk"), verb=Revision.Verb.SUBMITTED).order_by("-id")
    by = {f"submitted_{name}": Subquery(submissions.values(name)[:1]) for name in ("user_name", "created_at", "reason")}
    waiting = items.filter(status=Status.REVIEW).annotate(total=Window(Count("pk")), **by)
    found: list[Any] = list(waiting.order_by(F("submitted_created_at").asc(nulls_first=True), "pk")[:MAX_ROWS])
    submitted: list[Any] = [draft for draft in over_live if draft.is_submitted]
    rows = [
        _row(item, _by(item.submitted_user_name, item.submitted_created_at), item.submitted_reason or "")
        for item in found
    ]
    rows += [
        _row(draft.item, f"{_by(draft.user_name, draft.updated_at)}, over live", draft.note) for draft in submitted
    ]
    numbers = [
        Number(found[0].total if found else 0, "in review", _items_url(state="review")),
        Number(submitted[0].submitted if submitted else 0, "as drafts over live items", _items_url(draft="submitted")),
    ]
    return {"rows": rows[:MAX_ROWS], "numbers": [number for number in numbers if number.count]} if rows else {}


def _by(name: str | None, moment: datetime | None) -> str:
    return ", ".join(filter(None, (name, distance(moment) if moment else "")))


def _calendar(
    items: QuerySet[CuratedItem], first: date, by_day: Mapping[date, tuple[int, int]], now: datetime
) -> dict[str, Any]:
    """Return the scheduled items of a week from a day on, and the numbers of all and of those after it."""
    coming = items.filter(status=Status.PUBLISHED, published_at__gt=now).exclude(pk__in=expired(now))
    rows: list[Any] = list(coming.annotate(total=Window(Count("pk"))).order_by("published_at", "pk")[:MAX_SCHEDULED])
    if not rows:
        return {}
    days = [_day(day, rows, by_day.get(day, (0, 0))[1]) for day in _days(first, DAYS_AHEAD)]
    this_week = sum(day.number.count for day in days)
    after = _items_url(state="scheduled", published_from=first + timedelta(days=DAYS_AHEAD))
    return {
        "days": days,
        "this_week": this_week,
        "all": Number(rows[0].total, "scheduled", _items_url(state="scheduled")),
        "later": Number(rows[0].total - this_week, "later", after),
    }


def _day(day: date, rows: Sequence[CuratedItem], count: int) -> Day:
    of_day = [(timezone.localtime(item.published_at), item) for item in rows]
    shown = [_row(item, date_format(moment, "G:i")) for moment, item in of_day if moment.date() == day][:MAX_DAY_ROWS]
    return Day(day, shown, Number(count, "scheduled", _day_url("scheduled", day)))


def _day_url(state: str, day: date) -> str:
    return _items_url(state=state, published_from=day, published_to=day)


def _days(first: date, number: int) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range(number))


def count_gaps() -> dict[str, int]:
    """Return the number of items that readers see, as `live`, and of those with each gap of `STUMBLES`; one query."""
    conditions = {name: GAPS[MissingFilter.CODES[name][0]]() for name in STUMBLES}
    counts = {f"gap_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    found = CuratedItem.objects.published().order_by().aggregate(live=Count("pk"), **counts)
    return {name.removeprefix("gap_"): count for name, count in found.items()}


def count_by_day(today: date) -> dict[date, tuple[int, int]]:
    """Return the numbers of live and of scheduled items of the days of the chart that have any; in one query."""
    zone, now = timezone.get_current_timezone(), timezone.now()
    first, last = today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AHEAD - 1)
    span = (start_of_day(first, zone), end_of_day(last, zone))
    items: ItemQuerySet = CuratedItem.objects.filter(status=Status.PUBLISHED, published_at__range=span)
    days = items.exclude(pk__in=expired(now)).order_by().values(day=TruncDate("published_at", tzinfo=zone))
    counts = {"live": Q(published_at__lte=now), "scheduled": Q(published_at__gt=now)}
    counted: Any = days.annotate(**{name: Count("pk", filter=condition) for name, condition in counts.items()})
    return {row["day"]: (row["live"], row["scheduled"]) for row in counted}


def _gap(name: str, count: int, may_mend: bool) -> Number:
    query = {"state": "live", "missing": name}
    mended_at = reverse("admin:one_by_one", query={**query, "field": name}) if may_mend and name in FIELDS else ""
    return Number(count, STUMBLES[name], _items_url(**query), mended_at)


def _chart(today: date, by_day: Mapping[date, tuple[int, int]]) -> dict[str, Any]:
    """Return the bars of the days around today; {} without items on any of them."""
    if not by_day:
        return {}
    days = list(_days(today - timedelta(days=DAYS_BEFORE), DAYS_BEFORE + DAYS_AHEAD))
    scale = max(MIN_SCALE, *(sum(counts) for counts in by_day.values()))
    bars = []
    for index, day in enumerate(days):
        live, scheduled = by_day.get(day, (0, 0))
        numbers = (
            Number(live, "live", _day_url("live", day)),
            Number(scheduled, "scheduled", _day_url("scheduled", day)),
        )
        bars.append(DayBar(day, STEP * index, *numbers, scale))
    last_week = sum(live for day, (live, _) in by_day.items() if today - timedelta(days=7) < day <= today)
    return {
        "bars": bars,
        "height": CHART_HEIGHT,
        "width": STEP * len(bars),
        "bar_width": WIDTH,
        "today": STEP * DAYS_BEFORE + WIDTH / 2,
        "week": Number(
            last_week,
            "in the last 7 days",
            _items_url(state="live", published_from=days[DAYS_BEFORE - 6], published_to=today),
        ),
    }


def _last_run(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return the last import of the last days with the numbers of its files; {} for none, or without permission."""
    if not admin.site._registry[ImportRun].has_view_permission(request):
        return {}
    run = ImportRun.objects.defer("paths", "options", "made").first()
    if run is None or (run.outcome not in UNDER_WAY and run.started_at < now - RUN_AGE):
        return {}
    numbers = [Number(count, words, url) for _name, words, count, url in linked_counts(run)]
    return {
        "run": run,
        "state": outcome_badge(run),
        "numbers": numbers,
        "when": distance(run.finished_at or run.started_at),
    }


admin.site.today = today  # type: ignore[attr-defined]  # of `CurationAdminSite`
