"""A cleaned link leads where browsers take the link as it was written."""

import re

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.markdown.link_targets import link_target


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("/news/x/", "/news/x/"),
        ("/X", "/X"),
        ("/my file.pdf", "/my%20file.pdf"),
        ("/a/../../b?c#d", "/b?c#d"),
        ("/.//example.org", "/example.org"),
        ("\\a", "/a"),
        ("https://site.invalid/x", "/x"),
        ("https://site.invalid//example.org/x", "/example.org/x"),
    ],
)
def test_a_link_from_the_root_stays_on_this_site(written: str, target: str) -> None:
    assert link_target(written) == target


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("news/x", "news/x"),
        ("X/y", "X/y"),
        ("../other.md", "../other.md"),
        ("../../other.md", "../../other.md"),
        ("a/../../other.md", "../other.md"),
        ("..\\x", "../x"),
        ("a\\b", "a/b"),
        ("a/./b/../c/..", "a/"),
        ("a/b/c/..", "a/b/"),
        ("a/%2e/..", "./"),
        ("./", "./"),
        ("..", "../"),
        ("%2E%2e/%2e/.%2E/%2e./x", "../../../x"),
        ("%2E/a/%2E", "a/"),
        (".//example.org", "example.org"),
        ("..//example.org", "../example.org"),
        ("part-two/?a=b#c", "part-two/?a=b#c"),
        ("?page=2#c", "?page=2#c"),
        ("?a\\b", "?a%5Cb"),
        ("?", "?"),
        ("?#c", "?#c"),
        ("#", "#"),
        ("#top", "#top"),
        ("#:~:text=ward", "#:~:text=ward"),
    ],
)
def test_a_relative_link_stays_relative_to_its_page(written: str, target: str) -> None:
    assert link_target(written) == target


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("1:x", "./1:x"),
        ("../a:b", "../a:b"),
        ("a/b:c", "a/b:c"),
        ("./javascript:x", "./javascript:x"),
        ("a/../javascript:x", "./javascript:x"),
        ("javascript%3Ax", "javascript%3Ax"),
        ("https:a/b.md", "a/b.md"),
        ("HTTPS:/a", "/a"),
        ("https:?a", "?a"),
        ("https:javascript:x", "./javascript:x"),
    ],
)
def test_no_name_of_a_file_becomes_a_scheme(written: str, target: str) -> None:
    assert link_target(written) == target


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("http://Example.org:80/a", "http://example.org/a"),
        ("http:a", "http://a/"),
        ("/\\example.org", "https://example.org/"),
        ("tel:+1-555-0100", "tel:+1-555-0100"),
        ("mailto:a b\\c@example.org?subject=d e", "mailto:a%20b%5Cc@example.org?subject=d%20e"),
        ("ref:a b\\c.md", "ref:a%20b%5Cc.md"),
    ],
)
def test_a_link_to_somewhere_else_is_absolute(written: str, target: str) -> None:
    assert link_target(written) == target


@pytest.mark.parametrize(
    "written",
    [
        *("", " \t", "https:", "http://[::1", "javascript:x", "\x01java\nscript:x", "data:x", "sms:1", "httpx:a"),
        *("ftp://x.example/", "file:///a", "blob:https://site.invalid/x", "blob:https://example.org/x"),
    ],
)
def test_a_link_to_anything_but_pages_and_contacts_has_no_target(written: str) -> None:
    assert link_target(written) is None


PAGES = ("https://news.example/", "https://news.example/news/2024/story/", "https://news.example/a/b/c/?page=2#part")


def place(href: str, page: str) -> tuple[str, ...]:
    """Return the place that a browser opens for a link on a page. Repeated slashes in its path count as one."""
    url = ada_url.URL(href, page)
    parts = (re.sub("/+", "/", url.pathname), url.search, url.hash)
    return (url.protocol, url.host, *(part.replace(" ", "%20").replace("\\", "%5C") for part in parts))


STEPS = st.sampled_from(
    [
        *(
            "..",
            ".",
            "%2e",
            "%2E",
            ".%2e",
            "%2e.",
            "%2E%2e",
            "%2e%2E",
            "...",
            ".a",
            "a",
            "B.md",
            "é",
            "1:x",
            "%2fa",
            "a b",
        ),
        *("/", "/", "/", "\\", "//", "?", "#", "?q=..", "#..", "\t", "\n", " ", "\x01", "@", ":", "news.example"),
        *("https:", "HTTPS:", "http:", "tel:", "mailto:", "ref:", "https://other.example"),
    ]
)


@given(st.lists(STEPS, max_size=9).map("".join), st.sampled_from(PAGES))
def test_a_cleaned_link_leads_where_the_written_one_does(written: str, page: str) -> None:
    cleaned = link_target(written)
    if cleaned is None:
        return
    assert place(cleaned, page) == place(written, page)
    assert link_target(cleaned) == cleaned
    assert re.match(r"(https?|mailto|tel|ref):|(?!//)(?![^/?#]*:)", cleaned)
    assert not re.search(r"[\x00-\x20\\]", cleaned)
