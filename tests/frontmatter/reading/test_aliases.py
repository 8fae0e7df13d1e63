"""Old addresses of an item, and its breadcrumb trail: never a way out of the site."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_PATH
from curation.frontmatter.reading.paths import parse_site_path
from curation.frontmatter.record import Crumb
from curation.models.aliases import validate_path
from tests.frontmatter.files import read_keys, record, warnings

HOSTILE = [
    *("", "/", "//", "//evil.example/x", "/\\evil.example", "\\\\evil.example", "https://evil.example/x"),
    *("javascript:x", "JavaScript:x", "mailto:a@b.example", "/x?y=1", "/x#y", "/x  y", "/x\r\nLocation: /y", "/x\ty"),
    *("/../x", "/x/../y", "/./x", "/x//y", "/%2e%2e/x", "/x%0d%0ay", "/%5cevil.example", "/%2fevil.example"),
    *("/x\u2028y", "/x%ff", "/" + "x" * MAX_PATH, "/x\u200b", "/%00"),
]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/news/x", "/news/x"),
        ("/news/x/", "/news/x"),
        ("news/x", "/news/x"),
        (" /x ", "/x"),
        ("/café", "/café"),
        ("/caf%C3%A9", "/café"),
        ("/cafe\u0301", "/café"),
        ("/X/", "/X"),
        ("/" + "x" * (MAX_PATH - 1), "/" + "x" * (MAX_PATH - 1)),
        ("/a.html", "/a.html"),
        ("/2014/03/07/x:y", "/2014/03/07/x:y"),
    ],
)
def test_a_path_of_this_site(written: str, path: str) -> None:
    assert parse_site_path(written) == path
    validate_path(path)


@pytest.mark.parametrize("written", HOSTILE)
def test_texts_that_are_not_paths_of_this_site(written: str) -> None:
    assert parse_site_path(written) == ""


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("/news/old", ("/news/old",)),
        (["/news/old", "/news/old/", "/older"], ("/news/old", "/older")),
        ("/news/a-title/", ()),
        (["/news/a-title", "/a-title"], ("/a-title",)),
        (None, ()),
        ("", ()),
    ],
)
def test_aliases_are_a_string_or_a_list_without_the_items_own_address(written: Any, aliases: tuple[str, ...]) -> None:
    assert record(aliases=written).aliases == aliases
    assert warnings(aliases=written) == []


def test_each_entry_that_is_not_a_path_is_a_warning_and_the_others_stay() -> None:
    written = ["/news/two", None, 5, "//evil.example/x", {"a": "b"}, "/three"]
    assert record(aliases=written).aliases == ("/news/two", "/5", "/three")
    assert warnings(aliases=written) == [("alias-path", f"aliases[{number}]") for number in (1, 3, 4)]


@pytest.mark.parametrize("written", [alias for alias in HOSTILE if alias])
def test_no_alias_leaves_the_site(written: str) -> None:
    assert record(aliases=written).aliases == ()
    assert warnings(aliases=written) == [("alias-path", "aliases")]


@pytest.mark.parametrize(
    ("url", "aliases"),
    [
        ("/2014/03/07/x/", ("/2014/03/07/x",)),
        ("https://blog.example.org/2014/03/07/x/", ("/2014/03/07/x",)),
        ("/?p=54&preview=true", ()),
        (None, ()),
    ],
)
def test_the_address_of_a_post_is_an_alias(url: str | None, aliases: tuple[str, ...]) -> None:
    assert record(url=url).aliases == aliases
    assert warnings(url=url) == []


def test_an_address_that_is_not_a_path_is_a_warning() -> None:
    assert warnings(url="javascript:x") == [("alias-path", "url")]


@pytest.mark.parametrize(
    ("date", "path"),
    [("2019-05-01T02:15:47Z", "/post/2019/05/01/a-title"), ("2019-05-01T02:15:47+05:00", "/post/2019/04/30/a-title")],
)
def test_a_bookmarks_permalink_is_an_alias_by_its_date_in_utc(date: str, path: str) -> None:
    keys = {"source": None, "id": None, "archetype": "bookmark", "dropmark.editURL": "http://x/1"}
    document = read_keys(**keys, date=date, aliases=[path, "/x"])
    assert document.record.aliases == (path, "/x")


TRAIL = ["Home", "News", "A title"]


@pytest.mark.parametrize(
    ("labels", "links", "crumbs"),
    [
        (TRAIL, ["/", "/news/", ""], (Crumb("Home", "/"), Crumb("News", "/news/"))),
        (TRAIL, ["/", "/news/"], (Crumb("Home", "/"), Crumb("News", "/news/"))),
        (TRAIL, None, (Crumb("Home", ""), Crumb("News", ""))),
        (["Home", "News"], None, (Crumb("Home", ""), Crumb("News", ""))),
        (["Home", "An older title"], ["/", ""], (Crumb("Home", "/"),)),
        (["Home", "News"], ["/", "/news", "/x", ""], (Crumb("Home", "/"), Crumb("News", "/news"))),
        (["R&amp;D", "<b>a TITLE</b>"], ["/r"], (Crumb("R&D", "/r"),)),
        ("Home", "/", (Crumb("Home", "/"),)),
        (["Home", None, "News"], ["/", "/x", "/news"], (Crumb("Home", "/"), Crumb("News", "/news"))),
        (None, ["/"], ()),
    ],
)
def test_a_trail_leaves_out_the_item_itself(labels: Any, links: Any, crumbs: tuple[Crumb, ...]) -> None:
    assert record(breadcrumbs=labels, breadcrumbLinks=links).breadcrumbs == crumbs
    assert warnings(breadcrumbs=labels, breadcrumbLinks=links) == []


@pytest.mark.parametrize("link", [path for path in HOSTILE if path not in ("", "/")])
def test_a_step_of_the_trail_links_only_to_this_site(link: str) -> None:
    assert record(breadcrumbs=["Home", "X"], breadcrumbLinks=[link, "/x"]).breadcrumbs[0] == Crumb("Home", "")
