"""Malformed and malicious files: each case of the collection has the outcome that its manifest requires."""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from curation.importing.report import Report
from curation.models import Author, CuratedItem, Image, Offering, Publisher, SourceDocument, Tag, Topic
from tests.conftest import SHARED

from .conftest import RunImport

pytestmark = pytest.mark.django_db

HOSTILE = Path(os.environ.get("MEDIGY_HOSTILE", SHARED / "hostile"))
#: Groups that are not import files: archives, and requests to other parts of the site.
OTHER_GROUPS = {"probe", "upload"}
CONTROLS = ("00-control-first.md", "zz-control-last.md")


def load_cases() -> list[Any]:
    manifest = HOSTILE / "manifest.json"
    cases = json.loads(manifest.read_text())["cases"] if manifest.is_file() else []
    return [case for case in cases if case["group"] not in OTHER_GROUPS]


def case_params() -> list[Any]:
    """Return the cases as parameters; those after the first two of a group are long."""
    params, seen = [], Counter[str]()
    for case in load_cases():
        seen[case["group"]] += 1
        marks = [pytest.mark.long] if seen[case["group"]] > 2 else []
        params.append(pytest.param(case, id=case["id"], marks=marks))
    return params


def make_case(case: dict[str, Any], site: Path) -> Path:
    """Lay out a case's files, the two controls and what lies outside the root; return the content folder."""
    content = site / "content"
    content.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HOSTILE / "outside", site / "outside")
    for name in CONTROLS:
        shutil.copy(HOSTILE / "content" / name, content)
    for name, info in case["file_info"].items():
        if name not in case.get("not_shipped", ()):
            shutil.copy(HOSTILE / name, content)
        else:
            make_file(name, info, site)
    for image in (HOSTILE / "content").glob("img-*[!d]"):
        if image.stem in {Path(name).stem for name in case["files"]} | {"img-ok"}:
            shutil.copy(image, content)
    return content


def make_file(name: str, info: dict[str, Any], site: Path) -> None:
    """Create the files that git cannot store: odd names, links, a file without read permission."""
    raw = name.encode().decode("unicode_escape").encode("latin-1") if "\\x" in name else os.fsencode(name)
    path = site / "content" / os.fsdecode(raw)
    path.parent.mkdir(parents=True, exist_ok=True)
    if info["kind"] == "symlink":
        path.symlink_to(info["to"])
        return
    control = (HOSTILE / "content" / CONTROLS[0]).read_text()
    path.write_text(control.replace("900001", "970001").replace("00-control-first", "made-here"))
    if "unreadable" in name:
        path.chmod(0)


#: What docs/front-matter.md says of some cases in place of the manifest: a title that is missing is made.
MADE_UP = dict.fromkeys(("missing-title", "yaml-all-null"), "imported, field title made with warning")


@pytest.fixture(params=case_params() or [None])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param is None:
        pytest.skip(f"{HOSTILE} is not there; set MEDIGY_HOSTILE to the folder to test with it")
    if request.param.get("needs") == "non-root" and os.geteuid() == 0:
        pytest.skip("root reads every file; run the tests as another user to test this case")
    found: dict[str, Any] = request.param
    return {**found, "expected": MADE_UP.get(found["id"], found["expected"])}


def test_the_outcome_is_the_one_that_the_manifest_asks_for(
    case: dict[str, Any], tmp_path: Path, client: Client, media_root: Path, import_: RunImport
) -> None:
    content = make_case(case, tmp_path / "site")
    report = import_(content)
    created = report.counts["created"] - len(CONTROLS)
    outcomes = set(outcome_of(case, report))
    assert outcomes & {case["expected"], case.get("alt")}, (case["expected"], list(report.lines("error")))
    assert created <= case["items_added"] or not report.counts["rejected"]
    assert_errors_are_clear(report)
    assert_pages_hold(client)
    assert_editors_can_open(client)
    assert {f"hostile-{Path(name).stem}" for name in CONTROLS} <= set(
        CuratedItem.objects.values_list("slug", flat=True)
    )
    assert report.counts["seen"] == sum(report.counts[name] for name in ("created", "updated", "skipped", "rejected"))
    assert_nothing_is_left_over(media_root)
    secret = (HOSTILE / "outside" / "secret.txt").read_text().strip()
    assert not CuratedItem.objects.filter(body__contains=secret).exists()
    assert not Path("/tmp/hostile-pwned").exists()  # where the attack would write
    before, shown = list(SourceDocument.objects.order_by("pk").values()), pages(client)
    again = import_(content)
    assert (again.counts["created"], again.counts["updated"]) == (0, 0)
    assert list(SourceDocument.objects.order_by("pk").values()) == before
    assert pages(client) == shown


def outcome_of(case: dict[str, Any], report: Report) -> Iterator[str]:
    """Yield the manifest's words that describe a run: rejected, imported with a warning, imported."""
    controls = 2 if case["group"] != "control" else 1
    if report.counts["rejected"]:
        yield "rejected with clear error"
    if report.counts["created"] > controls or case["group"] == "control":
        for words in (case["expected"], case.get("alt") or ""):
            if words.startswith("imported, field") and report.counts["warnings"]:
                yield words
            if words.startswith("imported with") or words == "imported unchanged":
                yield words


def assert_errors_are_clear(report: Report) -> None:
    for level in ("error", "warning"):
        for line in report.lines(level):
            assert line.isprintable()
            assert len(line) < 1000
            assert "Traceback" not in line
            assert ";" in line, f"says what is wrong, but not what to do: {line}"
    for file in report.files:
        assert file.outcome != "rejected" or any(problem.level == "error" for problem in file.problems)


def assert_pages_hold(client: Client) -> None:
    for item in CuratedItem.objects.published():
        assert_no_active_content(answer(client, item.get_absolute_url()))
    for path in ("/", "/news/", "/topic/", "/offering/"):
        assert_no_active_content(answer(client, path))
    answer(client, "/search/?q=hostile")
    for path in ("/news/feed.rss", "/news/feed.atom"):
        ElementTree.fromstring(answer(client, path))
    json.loads(answer(client, "/news/feed.json"))
    assert_sitemaps_are_well_formed(client, "/sitemap.xml")


def answer(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    text: str = response.getvalue().decode()
    return text


def assert_sitemaps_are_well_formed(client: Client, address: str) -> None:
    sitemap = ElementTree.fromstring(answer(client, address))
    if sitemap.tag.endswith("sitemapindex"):
        for place in sitemap.findall(".//{*}loc"):
            assert_sitemaps_are_well_formed(client, urlsplit(place.text or "").path)


def assert_editors_can_open(client: Client) -> None:
    """Ask for the admin's list, and for each item's form and history; the controls are the same in every case."""
    client.force_login(User.objects.create_superuser("editor"))
    answer(client, reverse("admin:curation_curateditem_changelist"))
    controls = [f"hostile-{Path(name).stem}" for name in CONTROLS]
    for item in CuratedItem.objects.exclude(slug__in=controls):
        for page in ("change", "history"):
            answer(client, reverse(f"admin:curation_curateditem_{page}", args=[item.pk]))
    client.logout()


@cache  # the pages of the controls and the empty lists are the same in most cases
def assert_no_active_content(markup: str) -> None:
    """Judge a page with a parser of another make, twice: as served, and as that parser would write it again."""
    tree = html5lib.parse(markup, treebuilder="dom")
    check_tree(tree)
    check_tree(html5lib.parse(html5lib.serialize(tree, tree="dom", omit_optional_tags=False), treebuilder="dom"))
    assert len(tree.getElementsByTagName("title")) == 1
    assert (
        len([footer for footer in tree.getElementsByTagName("footer") if "site" in footer.getAttribute("class")]) <= 1
    )


def check_tree(tree: Any) -> None:
    for script in tree.getElementsByTagName("script"):
        assert_own(script)
    for element in tree.getElementsByTagName("*"):
        assert element.tagName not in {"style", "iframe", "object", "embed", "base", "math"}
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src"):
                scheme = urlsplit(value).scheme
                assert scheme in ("http", "https", "mailto") or re.match(r"(?!//)(?![^/?#]*:)", value), value


def assert_own(script: Any) -> None:
    """Judge a script: it is the site's own file, or no script but data."""
    text = "".join(node.data for node in script.childNodes)
    if script.getAttribute("type") == "application/ld+json":
        json.loads(text)
    else:
        assert (script.getAttribute("src").startswith("/static/"), text) == (True, "")


def assert_nothing_is_left_over(media_root: Path) -> None:
    """Judge what belongs to no item: nothing does, of a file that was rejected as little as of any other."""
    without_item: dict[type[Model], dict[str, None]] = {
        Topic: {"itemtopic": None, "offerings": None},
        Offering: {"itemoffering": None},
        Author: {"itemauthor": None},
        Publisher: {"items": None},
        Image: {"items": None, "publishers": None},
        Tag: {"itemtags": None},
    }
    for model, conditions in without_item.items():
        assert not model._default_manager.filter(**conditions).exists(), model
    names = {*Image.objects.values_list("file", flat=True), *CuratedItem.objects.values_list("pdf", flat=True)} - {""}
    assert {str(path.relative_to(media_root)) for path in media_root.rglob("*") if path.is_file()} == names


def pages(client: Client) -> dict[str, bytes]:
    return {item.slug: client.get(item.get_absolute_url()).content for item in CuratedItem.objects.published()}
