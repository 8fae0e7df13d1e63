"""The Nu HTML checker finds no fault on any kind of page, of readers or of editors."""

import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from curation.items.actors import Actor
from curation.items.revisions import Change, last_id, record_changes
from curation.models import CuratedItem, Image, ImportRecord, ImportUndo
from curation.views import errors
from tests.admin.bulk.pages import CHANGES, carry_out, choose, last_change
from tests.admin.imports.test_conflicts import make_conflict
from tests.admin.imports.uploading import press, run_tasks, story, upload
from tests.admin.pages import edit_page
from tests.browser.test_stability import make_image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
MISSING = "The Nu HTML checker does not run here: install Java, and Node.js with npm; then run make test, or npm ci"
#: The first compiler and the simplest collector take half the time of a short run; they need deeper stacks.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m")

#: Markdown that uses every extension and kind of shortcode.
MARKDOWN = """# A heading of the first level

Text with a [link](https://example.org/), *emphasis*, a note[^1], ~~struck out~~ and `code`.

- one
  1. inner
- [x] done

| left | middle | right |
| :--- | :----: | ----: |
| 1    | 2      | 3     |

> A quotation.

``` python
code()
```

Term
: Definition

*[HTML]: Hypertext Markup Language

HTML is abbreviated. ![A picture](PICTURE "Its title")

{{< youtube w7Ft2ymGmfc >}}

{{< figure src="PICTURE" alt="A figure" caption="Its *caption*" title="Its title" link="https://example.org/" >}}

[caption]<img src="https://example.org/elsewhere.png" alt="Elsewhere"> Words below[/caption]

{{< details summary="More of it" >}}

Folded words

{{< /details >}}

[^1]: The note.
"""
#: HTML with obsolete and nested elements.
HTML = """<center><h1 align="center">Old markup</h1><font color="red">Red</font></center>
<table border="1" width="100%"><caption>Numbers</caption><tr><th align="left" scope="row">a</th>
<td title='x > 0 align="left"' align="right" valign="top" nowrap>1</td></tr></table>
<figure><details><summary>Folded</summary><img src="PICTURE" alt="Picture"></details>
<figcaption>Caption</figcaption></figure>
<iframe src="https://www.youtube.com/embed/w7Ft2ymGmfc" width="560"></iframe>
<p align="justify">Words<br clear="all"><a name="part">Part</a> <a href="#part">To it</a></p>
<dl><dt>Term<dd>Definition</dl><video src="https://example.org/film.mp4"></video>
"""

READER_PATHS = (
    *("/", "/news/", "/news/?page=2", "/news/?topic=gartner-remote-monitoring&kind=News", "/news/?topic=nothing"),
    *("/news/?words=nothing-of-the-kind", "/news/?since=yesterday", "/news/?since=2024-02-01&until=2024-01-01"),
    *("/news/markdown/", "/news/html/", "/news/plain/", "/topic/", "/topic/gartner-remote-monitoring/"),
    *("/topic/gartner-remote-monitoring/timeline/", "/topic/symplur-unused/", "/vocabulary/gartner/", "/tag/wearable/"),
    *("/offering/", "/offering/heart-watch/", "/offering/heart-watch/timeline/", "/publisher/example.org/"),
    *("/author/ada/", "/archive/", "/archive/2024/", "/archive/2024/02/", "/search/", "/search/?q=wearables"),
    *("/search/?q=wearables&topic=gartner-remote-monitoring", "/search/?q=wearabels", "/search/?q=%2B", "/no/page/"),
    "/author/",
)
ADMIN_LISTS = ("curateditem", "conflict", "importrun", "importrecord", "image", "publisher", "topic", "offering")
ADMIN_FORMS = ("curateditem", "importrun", "image", "publisher", "topic", "offering", "alias")
#: Messages about templates and widgets of Django's admin, by the place of the fault.
FAULTS_OF_DJANGO = {
    "admin/app_list.html": r"A table row was 2 columns wide, which is less than the column count",
    "AutocompleteSelect without a choice": r"Element “option” without attribute “label” must not be empty",
    "admin/includes/fieldset.html, labels of hidden fields": r"The value of the “for” attribute of the “label” element",
    "hidden inputs for initial values": r"An “input” element with a “type” attribute whose value is “hidden” must not",
}
BROKEN = "a page with a fault"

#: Names of pages and their HTML.
Pages = Iterator[tuple[str, bytes]]


@pytest.fixture(scope="module")
def command() -> list[str]:
    """The command that runs the checker on files."""
    java = shutil.which("java")
    if java is None or not CHECKER.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return [java, *JAVA_OPTIONS, "-jar", str(CHECKER), "--format", "json"]


def find_faults(command: list[str], pages: dict[str, bytes], folder: Path) -> dict[str, set[str]]:
    """Return the messages of the checker by the names of pages. One run reads all: to start Java takes a second."""
    names = {}
    for number, (name, content) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_bytes(content)
        names[f"file:{path}"] = name
    paths = [name.removeprefix("file:") for name in names]
    done = subprocess.run([*command, *paths], capture_output=True, check=False)
    found = defaultdict(set)
    for message in json.loads(done.stderr)["messages"]:
        found[names[message["url"]]].add(f"{message['message']} {message.get('extract', '').strip()}")
    return dict(found)


def without_faults_of_django(found: dict[str, set[str]]) -> dict[str, set[str]]:
    known = re.compile("|".join(FAULTS_OF_DJANGO.values()))
    left = {
        name: {message for message in messages if not (name.startswith("/admin/") and known.match(message))}
        for name, messages in found.items()
    }
    return {name: messages for name, messages in left.items() if messages}


def fill_site() -> None:
    """Make items with everything a page can show and with almost nothing: more than one page of a list."""
    image, icon = make_image(1200, 630), make_image(64, 64)
    Image.objects.update(has_renditions=True)
    image.refresh_from_db()
    for _ in range(20):
        make_item(image=image)
    make_item("Plain", slug="plain", body="", source_url="")
    make_topic("Unused")
    topics = [make_topic("Remote Monitoring", "Gartner"), make_topic(), make_topic()]
    offering = make_offering(
        "Heart Watch", slug="heart-watch", description="A watch.", url="https://watch.example.org/"
    )
    author = make_author("Ada Lovelace", slug="ada", bio="Wrote a program.", url="https://ada.example.org/")
    publisher = make_publisher("example.org", name="The Paper", icon=icon)
    for slug, body in (("markdown", MARKDOWN), ("html", HTML)):
        make_item(
            f"Wearables at home: {slug}",
            slug=slug,
            body=body.replace("PICTURE", f"/media/{image.file.name}"),
            summary="Watches, “rings” & patches.",
            published_at=datetime(2024, 2, 28, tzinfo=UTC),
            image=image,
            image_alt='A "teal" area',
            via_name="A friend",
            via_url="https://friend.example.org/",
            section="NEWS",
            kind="News",
            format="brief",
            institution="An institution",
            language="en",
            topics=topics,
            offerings=[offering],
            authors=[author],
            publisher=publisher,
            tags=["wearable"],
        )


def reader_pages() -> Pages:
    client, request = Client(), RequestFactory().get("/")
    for path in READER_PATHS:
        yield path, client.get(path).content
    yield "400", errors.bad_request(request, Exception()).content
    yield "403", errors.permission_denied(request, Exception()).content
    yield "403 without a token", Client(enforce_csrf_checks=True).post("/news/").content
    yield "500", errors.server_error(request).content


def admin_pages() -> Pages:
    admin.autodiscover()
    client, item = Client(), CuratedItem.objects.get(slug="markdown")
    client.force_login(User.objects.create_superuser("ann"))
    yield from import_pages(client)
    make_conflict(item, theirs="Another title")
    make_conflict(item, "body", theirs="Another body")
    items = "/admin/curation/curateditem/"
    record = f"/admin/curation/importrecord/{ImportRecord.objects.earliest('pk').pk}/change/"
    lists = [f"/admin/curation/{name}/" for name in ADMIN_LISTS]
    forms = [f"/admin/curation/{name}/add/" for name in ADMIN_FORMS]
    for path in ("/admin/", "/admin/profile/", *lists, *forms, edit_page(item), f"{items}{item.pk}/page/", record):
        yield path, client.get(path).content
    yield from history_pages(client, item)
    yield f"{items} with errors", client.post(edit_page(item), {}).content
    yield (
        f"{items}preview/",
        client.post(f"{items}preview/", {"title": "Title", "summary": "Words", "body": item.body}).content,
    )
    yield from bulk_pages(client, item)
    yield "/admin/login/", Client().get("/admin/login/").content
    typed = {"title": "Typed", "_typed_by": "unknown"}
    yield "/admin/login/ with a form", Client().post(edit_page(item), typed).content
    strict, origin = Client(enforce_csrf_checks=True), {"Origin": "http://testserver"}
    yield "/admin/ with an old token", strict.post(edit_page(item), typed, headers=origin).content
    yield "/admin/ missing page", client.get("/admin/no/such/page/").content


def history_pages(client: Client, item: CuratedItem) -> Pages:
    """Yield the history of an item, with a page of each kind of comparison."""
    former = {"title": ["A former title", item.title], "tags": [["Beds"], []], "image": [None, 1], "body": ["", "New."]}
    record_changes([Change(item.pk, former)], "saved", Actor("Ann"), reason="A <reason>")
    record_changes([Change(item.pk, {"title": [item.title, "Mine"]}, is_applied=False)], "not-taken", Actor("Ben"))
    path = f"/admin/curation/curateditem/{item.pk}/history/"
    before = f"{path}compare/?from=before-{last_id(item)}"
    for address in (path, before, f"{before}&view=one"):
        yield address, client.get(address).content


def bulk_pages(client: Client, item: CuratedItem) -> Pages:
    """Choose actions, carry one out, and yield the pages on the way."""
    for action in ("publish", "schedule", "add_topics", "add_tags", "set_kind", "set_publisher"):
        yield f"/admin/ confirm {action}", choose(client, action, item).content
    yield "/admin/ after an action", carry_out(client, "withdraw", item).content
    page = f"{CHANGES}{last_change().pk}"
    for path in (CHANGES, f"{page}/change/", f"{page}/undo/"):
        yield path, client.get(path).content
    client.post(f"{page}/undo/")


def import_pages(client: Client) -> Pages:
    """Import files; yield the pages that an editor sees on the way, and the page to undo the import."""
    files = {
        "one.md": story(body=MARKDOWN),
        "broken.md": "---\ntitle: [\n---",
        "two.md": story("Two", "two", date="never"),
    }
    pending: Any = upload(client, files)
    yield "/admin/ pending preview", pending.content
    run_tasks()
    preview = client.get(pending.request["PATH_INFO"])
    yield "/admin/ preview", preview.content
    queued: Any = press(client, preview, "confirm")
    yield "/admin/ queued import", queued.content
    run_tasks()
    path = queued.request["PATH_INFO"]
    yield "/admin/ import", client.get(path).content
    undo = path.replace("change", "undo")
    yield "/admin/ undo without a plan", client.get(undo).content
    yield "/admin/ planned undo", client.post(f"{undo}plan/", follow=True).content
    ImportUndo.objects.update(state=ImportUndo.State.PLANNING)
    yield "/admin/ pending plan of an undo", client.get(undo).content
    ImportUndo.objects.update(state=ImportUndo.State.UNDOING)
    yield "/admin/ undo under way", client.get(path).content
    ImportUndo.objects.update(state=ImportUndo.State.PLANNED)
    CuratedItem.objects.filter(slug="two").update(title="Edited since")
    yield "/admin/ undone import", client.post(undo, follow=True).content


@pytest.mark.long
def test_no_page_has_a_fault(command: list[str], tmp_path: Path) -> None:
    fill_site()
    broken = b'<!DOCTYPE html><html lang="en"><title>Broken</title><p hx-get="/">No such attribute'
    pages = {**dict(reader_pages()), **dict(admin_pages()), BROKEN: broken}
    found = without_faults_of_django(find_faults(command, pages, tmp_path))
    assert found.pop(BROKEN)
    assert found == {}
