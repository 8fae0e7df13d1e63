"""The modules and style sheets of a page as one file of each kind."""

import gzip
import re
from http import HTTPStatus

import pytest
from django.conf import LazySettings
from django.template import Context, Template
from django.test import Client

from curation.admin_site import combined_files
from curation.admin_site.combined_files import MAX_PARTS, combined_file, read_style_sheet

pytestmark = pytest.mark.django_db

STYLES = '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/admin/css/base.css">'
SCRIPTS = (
    '<script type="module" src="/static/admin-curation/debounce.js"></script>'
    '<script type="module" id="desk-keys" src="/static/admin-curation/fetch.js" data-single-keys="off"></script>'
)


def combined(html: str, left_out: str = "") -> str:
    return Template(f"{{% load combined_files %}}{{% combine {left_out} %}}{html}{{% endcombine %}}").render(Context())


def addresses(html: str) -> list[str]:
    found = re.findall(r'(?:src|href)="([^"]+)"', combined(html))
    return [address.replace("&amp;", "&") for address in found]


def test_links_become_one_of_each_kind_which_every_process_can_answer(client: Client) -> None:
    for address, kind, words in zip(
        addresses(STYLES + SCRIPTS), ("text/javascript", "text/css"), (b"debounce", b"--color-brand"), strict=True
    ):
        response = client.get(address)
        assert response["Content-Type"] == f"{kind}; charset=utf-8"
        assert words in response.content
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        compressed = client.get(address, headers={"accept-encoding": "gzip, br"})
        assert compressed["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in compressed["Vary"]
        assert gzip.decompress(compressed.content) == response.content


def test_what_scripts_look_for_at_their_element_stays() -> None:
    assert '<template id="desk-keys" data-single-keys="off"></template>' in combined(SCRIPTS)


@pytest.mark.parametrize(
    "html",
    [
        '<script src="/static/admin/js/theme.js"></script>',
        '<script type="module" src="/static/reader/search.js"></script>',
        '<script type="module" src="/static/admin-curation/no-such.js"></script>',
        '<link rel="icon" href="/static/favicon.svg">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        "<p>A text</p>",
    ],
)
def test_other_elements_stay_as_they_are(html: str) -> None:
    assert combined(html) == html


def test_links_that_the_tag_names_are_left_out() -> None:
    html = '<script src="/admin/jsi18n/"></script><link rel="icon" href="/a.svg">'
    assert combined(html, '"/admin/jsi18n/" "/b.svg"') == '<link rel="icon" href="/a.svg">'


def test_links_with_the_hashed_names_of_production_are_combined() -> None:
    hashed = SCRIPTS.replace("fetch.js", "fetch.0123456789ab.js")
    assert addresses(hashed) == addresses(SCRIPTS)


def test_another_version_is_answered_with_the_present_one_which_is_not_kept(client: Client) -> None:
    address = re.sub(r"[0-9a-f]{12}", "0123456789ab", addresses(STYLES)[0])
    assert client.get(address)["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("js", ""),
        ("js", "reader/search.js"),
        ("js", "admin-curation/no-such.js"),
        ("js", "admin-curation/../../medigy/settings.js"),
        ("css", "../medigy/settings.css"),
        ("css", "tokens.css,tokens.js"),
        ("css", ",".join(["tokens.css"] * (MAX_PARTS + 1))),
        ("css", "\x00.css"),
        ("py", "medigy/settings.py"),
    ],
)
def test_other_files_are_not_found(client: Client, kind: str, files: str) -> None:
    signed = combined_files._signer.sign(files)
    response = client.get(f"/admin/combined/0123456789ab.{kind}", {"files": signed})
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_a_list_that_no_page_has_signed_is_not_made(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combined_files, "combined_file", lambda *_parts: pytest.fail("it was made"))
    for files in ("tokens.css", f"tokens.css:{'x' * 43}", ""):
        assert client.get("/admin/combined/0123456789ab.css", {"files": files}).status_code == HTTPStatus.NOT_FOUND


def test_a_file_is_made_once_but_anew_each_time_in_development(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = combined_file("css", ("tokens.css",)).digest
    monkeypatch.setattr(combined_files, "read_static", lambda path: f"/* {path} */")
    assert combined_file("css", ("tokens.css",)).digest == before
    settings.DEBUG = True
    assert combined_file("css", ("tokens.css",)).digest != before


def test_pictures_and_imports_of_a_style_sheet_are_found_from_its_own_folder() -> None:
    forms = read_style_sheet("admin/css/forms.css")
    assert 'url("/static/admin/img/icon-clock.svg")' in forms  # of widgets.css
    assert "@import" not in forms
    assert "url(../" not in forms


@pytest.mark.parametrize("url", ["data:image/png;base64,AA==", "https://example.org/a.png", "/a.png", "#a"])
def test_other_addresses_of_a_style_sheet_stay(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = f"a {{ background: url('{url}'); }} b {{ background: url({url}) }}"
    monkeypatch.setattr(combined_files, "read_static", lambda _path: sheet)
    assert read_style_sheet("a.css") == sheet
