"""axe-core finds no violation on any type of page for readers and of the desk, light and dark."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.items import drafts
from curation.items.actors import Actor
from curation.items.bulk import changes, jobs
from curation.items.bulk.actions import ACTIONS_BY_NAME
from curation.items.bulk.arguments import UNCHOSEN
from curation.items.bulk.changes import Outcome
from curation.items.revisions import last_id, recording
from curation.items.state import state_of
from curation.items.workflow import perform
from curation.models import BulkChange, Conflict, CuratedItem, ImportRecord, ImportRun, Topic
from tests.accounts.codes import PASSWORD, set_up_app
from tests.admin.images import make_image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import Faults

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "axe-core is not installed: install Node.js with npm, then run make test, or npm ci"

PAGES = (
    *("/", "/news/", "/news/?topic=gartner-remote-monitoring&page=1", "/news/?offering=none", "/news/?page=2"),
    *("/news/wearables/", "/news/plain/", "/topic/", "/topic/gartner-remote-monitoring/", "/topic/symplur-lonely/"),
    *(
        "/vocabulary/gartner/",
        "/tag/wearable/",
        "/offering/",
        "/offering/heart-watch/",
        "/publisher/",
        "/publisher/example.org/",
    ),
    *("/author/ada/", "/no/such/page/", "/preview/x/", "/topic/gartner-remote-monitoring/timeline/"),
    *("/archive/", "/archive/2024/", "/archive/2024/2/"),
    *("/search/", "/search/?q=wearables", "/search/?q=wearabels"),
)
ACCOUNT = "/admin/account"
CONTRAST = ["color-contrast", "link-in-text-block"]
#: Rules that another width may break.
LAYOUT = [*CONTRAST, "target-size", "scrollable-region-focusable"]
BODY = """## A heading

Text with a [link](https://example.org/), and a list:

- one
- two

| a | table |
| - | ----- |
| 1 | 2     |

> A quotation.

    code
"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return AXE.read_text()


@pytest.fixture
def _site() -> None:
    """Items with everything a page can show and with almost nothing: more than one page of a list."""
    for _ in range(20):
        make_item()
    make_item("Plain", slug="plain", body="", source_url="")
    make_topic("Lonely")
    make_item(
        "Wearables at home",
        slug="wearables",
        body=BODY,
        summary="What it is about.",
        topics=[make_topic("Remote Monitoring", "Gartner"), *(make_topic() for _ in range(29))],
        offerings=[make_offering("Heart Watch", slug="heart-watch", description="A watch.")],
        authors=[make_author("Ada Lovelace", slug="ada", bio="Wrote the first program.")],
        publisher=make_publisher("example.org", name="The Paper"),
        published_at=datetime(2024, 2, 28, tzinfo=UTC),
        tags=["wearable"],
        via_name="A friend",
        section="NEWS",
        format="brief",
    )


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return the violations of a page, each with its rule and the HTML of the element; `rules` limits the rules."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = rules
    result = page.evaluate("options => axe.run(document, options)", options)
    return [f"{found['id']}: {node['html']}" for found in result["violations"] for node in found["nodes"]]


def found_on(page: Page, axe: str) -> dict[str, list[str]]:
    """Return the violations of the open page by colour scheme."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours change at once
    page.evaluate(axe)
    light = violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return {"light": light, "dark": violations(page, CONTRAST)}


@pytest.mark.usefixtures("_site")
def test_no_page_has_a_violation_in_either_colour_scheme(page: Page, axe: str) -> None:
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = found_on(page, axe)
    assert {path: on_page for path, on_page in found.items() if any(on_page.values())} == {}


def take_session(page: Page, client: Client, live_server: LiveServer) -> None:
    """Give a page the session of a client."""
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])


@pytest.fixture
def ann(page: Page, live_server: LiveServer) -> User:
    """An administrator who is logged in."""
    user = User.objects.create_superuser("ann", password=PASSWORD)
    client = Client()
    client.force_login(user)
    take_session(page, client, live_server)
    return user


def change(item: CuratedItem, actor: Actor, **values: str) -> None:
    with recording([item.pk], "changed", actor):
        CuratedItem.objects.filter(pk=item.pk).update(**values)


def act(user: User, action: str, *items: CuratedItem, value: Any = UNCHOSEN) -> BulkChange:
    prepared = changes.prepare(ACTIONS_BY_NAME[action], [item.pk for item in items], user)
    changes.confirm(prepared, value)
    jobs.run(prepared)
    return prepared


@pytest.fixture
def desk(ann: User) -> list[str]:
    """Return the paths of pages of the desk: of an item with a history and a draft, of the bin, actions and imports."""
    actor, topic = Actor.of(ann), make_topic("Robots")
    story, second, binned = make_item("A story", body=BODY, topics=[topic]), make_item(), make_item()
    change(story, actor, title="A better story", summary="A summary.")
    to_come = {**state_of(story), "title": "The title to come"}
    with transaction.atomic():
        drafts.keep(story, to_come, actor, shown="", base_id=last_id(story))
    act(ann, "bin", binned)
    added = act(ann, "add_topics", story, second, value=[make_topic()])
    change(second, actor, title="Changed since")
    queued, prepared, scheduled = (
        changes.prepare(ACTIONS_BY_NAME[name], [second.pk], ann) for name in ("archive", "add_topics", "schedule")
    )
    BulkChange.objects.filter(pk=queued.pk).update(outcome=Outcome.QUEUED)
    alike = make_topic("Robot", "KLAS")
    Topic.objects.filter(pk=alike.pk).update(is_from_import=True)
    conflict = Conflict.objects.create(item=second, field="title", base="", theirs="A title of the file", ours="Ours")
    with transaction.atomic():
        drafts.submit(story.draft, actor)
    waiting = make_item(status="draft")
    perform("submitted", CuratedItem.objects.filter(pk=waiting.pk), actor, reason="Is it too long?")
    counts = {"seen": 4, "created": 1, "updated": 1, "rejected": 1, "skipped": 1}
    run = ImportRun.objects.create(
        outcome=ImportRun.Outcome.FINISHED, started_by="ann", counts=counts, paths=["/srv/news"]
    )
    problem = {"level": "error", "code": "date-malformed", "message": "no date; write one", "field": "date", "line": 3}
    warned = {"item": second, "problems": [{**problem, "level": "warning"}]}
    records = [
        ImportRecord(run=run, path="/srv/news/a.md", outcome="rejected", problems=[problem]),
        ImportRecord(run=run, path="/srv/news/b.md", outcome="skipped", **warned),
        ImportRecord(run=run, path="/srv/news/c.md", outcome="created", item=story),
        ImportRecord(run=run, path="/srv/news/d.md", outcome="updated", **warned),
    ]
    ImportRecord.objects.bulk_create(records)
    Conflict.objects.filter(pk=conflict.pk).update(run=run)
    of_story, of_changes = f"curateditem/{story.pk}", "bulkchange"
    image = make_image()
    make_item(image=image, image_alt="A ward")
    first = story.revisions.order_by("pk").first()
    assert first
    return [
        *("/admin/", "/admin/profile/", "/admin/no/such/page/", "/admin/find/?q=story"),
        *(f"/admin/curation/{path}/" for path in ("curateditem", "binneditem", of_changes, "conflict", "importrun")),
        *(f"/admin/curation/{of_story}/{page}/" for page in ("change", "history", "draft/discard", "delete")),
        f"/admin/curation/{of_story}/history/compare/?from=before-{first.pk}&to=now",
        f"/admin/curation/{of_story}/history/compare/?from=before-{first.pk}&to=now&view=one",
        *(f"/admin/curation/{of_changes}/{row.pk}/confirm/" for row in (prepared, scheduled)),
        *(f"/admin/curation/{of_changes}/{row.pk}/change/" for row in (queued, added)),
        f"/admin/curation/{of_changes}/{added.pk}/undo/",
        *(f"/admin/curation/importrun/{run.pk}/{page}/" for page in ("change", "undo")),
        *("/admin/curation/importrecord/", f"/admin/curation/importrecord/{records[0].pk}/change/"),
        f"/admin/curation/{of_story}/history/compare/?from=before-{first.pk}&to={first.pk}",
        *(f"/admin/curation/topic/{topic.pk}/{page}/" for page in ("change", "delete")),
        *(f"/admin/curation/topic/{page}/" for page in ("alike", "new")),
        *(f"/admin/curation/topic/{page}/?id={topic.pk}" for page in ("merge", "move", "retire", "equivalents")),
        f"/admin/curation/topic/merge/?id={topic.pk}&id={alike.pk}",
        *("/admin/curation/topic/", "/admin/auth/user/", "/admin/auth/group/add/"),
        *(f"/admin/curation/{path}/add/" for path in ("importrun", "alias", "offering", "publisher")),
        *(f"/admin/review/?item={item.pk}" for item in (story, waiting)),
        *("/admin/one-by-one/?missing=summary", "/admin/one-by-one/?missing=topic", "/admin/one-by-one/?missing=alt"),
        f"/admin/curation/conflict/{conflict.pk}/edit/",
        *(f"/admin/curation/image/{page}" for page in ("", "upload/", f"{image.pk}/change/", f"{image.pk}/delete/")),
        *(f"/admin/curation/image/{image.pk}/replace/{query}" for query in ("", f"?with={make_image().pk}")),
    ]


def test_no_page_of_the_desk_has_a_violation(page: Page, axe: str, desk: list[str], ann: User, faults: Faults) -> None:
    found = {}
    for path in desk:
        page.goto(path)
        found[path] = found_on(page, axe)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    found["finding anything"] = found_on(page, axe)
    item = make_item("Edited by two")
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    topics = page.get_by_role("combobox", name="Topics")
    topics.fill("rob")
    expect(page.get_by_role("option", name="Robots")).to_be_visible()
    found["suggestions of topics"] = found_on(page, axe)
    topics.press("Enter")
    title = page.get_by_label("Title:", exact=True)
    title.fill("Mine")
    change(item, Actor.of(ann), title="Theirs")
    page.get_by_role("button", name="Publish and stay").click()
    expect(page.get_by_role("heading", name="Changed by you and by others")).to_be_visible()
    found["a clash"] = found_on(page, axe)
    page.context.clear_cookies()
    # Another request of the page may have opened the dialogue over the button.
    page.get_by_role("button", name="Publish and stay").dispatch_event("click")
    expect(page.get_by_role("dialog")).to_be_visible()
    found["the log-in dialogue"] = found_on(page, axe)
    faults[:] = [fault for fault in faults if "/admin/session/" not in fault]
    assert {path: on_page for path, on_page in found.items() if any(on_page.values())} == {}


def found_on_screens(page: Page, axe: str) -> dict[str, list[str]]:
    """Return the violations of the open page by screen, and whether it scrolls sideways on a phone."""
    found = {}
    page.evaluate(axe)
    for width, rules in ((1280, None), (390, LAYOUT)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found[f"{width} px"] = violations(page, rules)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found[f"{width} px, dark"] = violations(page, CONTRAST)
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
        found["390 px"].append("scrolls sideways")
    return found


def test_no_page_of_an_account_has_a_violation(
    page: Page, axe: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, found = User.objects.create_superuser("ann", password=PASSWORD), {}

    def look(name: str, *paths: str) -> None:
        for path in paths:
            page.goto(path)
            found[f"{name}, {path}"] = found_on_screens(page, axe)

    def look_at_error(button: str, **fields: str) -> None:
        for name, value in fields.items():
            page.locator(f"main [name={name}]").fill(value)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".errornote:not([hidden])")).to_be_visible()
        found[f"an error of {button}"] = found_on_screens(page, axe)

    def log_in() -> None:
        client = Client()
        client.post("/admin/login/", {"username": "ann", "password": PASSWORD})
        take_session(page, client, live_server)

    look("nobody", "/admin/login/")
    look_at_error("Log in", username="ann", password="wrong")
    log_in()
    factors = f"{ACCOUNT}/second-factor"
    look("without a second factor", f"{factors}/", f"{factors}/passkeys/add/", f"{factors}/app/")
    page.get_by_text("Type it instead").click()
    look_at_error("Set up", code="12")
    set_up_app(ann)
    key = Authenticator.objects.create(user=ann, type="webauthn", data={"name": "Laptop", "credential": {}}).pk
    monkeypatch.setattr(webauthn, "get_credentials", lambda _user: [])  # that of this key is empty
    log_in()
    look("the second step", f"{ACCOUNT}/login/code/")
    look_at_error("Log in", code="12")
    client = Client()
    client.force_login(ann)
    session = client.session
    session["seen_key"] = ""  # its first request puts it into the list of sessions
    session.save()
    take_session(page, client, live_server)
    look("logged in", "/admin/profile/", "/admin/password_change/", f"{ACCOUNT}/sessions/", f"{factors}/")
    look("of an app", f"{factors}/app/remove/", *(f"{factors}/codes/{path}" for path in ("", "new/")))
    look("of a passkey", *(f"{factors}/passkeys/{path}" for path in ("add/", f"{key}/", f"{key}/remove/")))
    look("asked again", *(f"{ACCOUNT}/confirm/{path}" for path in ("", "code/", "passkey/")))
    look("reset", f"/admin/auth/user/{ann.pk}/second-factor/")
    page.locator(".user-menu > summary").click()
    page.locator("#logout-form button").click()
    found["logged out"] = found_on_screens(page, axe)
    assert {name: on_page for name, on_page in found.items() if any(on_page.values())} == {}


@pytest.mark.usefixtures("_site")
def test_a_violation_is_found(page: Page, axe: str) -> None:
    page.goto("/news/plain/")
    page.evaluate(axe)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in violations(page))
