"""Two links to one page have one key, two pages have two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.links import KEY_LENGTH, host_of, is_front_page, url_key
from curation.models import CuratedItem


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a/b?id=7",
        "http://example.org/a/b?id=7",
        "https://EXAMPLE.org/a/b?id=7",
        "https://www.example.org/a/b?id=7",
        "https://example.org:443/a/b?id=7",
        "http://example.org:80/a/b/?id=7",
        "https://example.org/a/b?id=7#part",
        "https://example.org/a/b?id=7#",
        "https://example.org/a/b?id=7#/",
        "https://example.org/x/../a/./b?id=7",
        "https://user:secret@example.org/a/b?id=7",
        "https://example.org/a/b?utm_source=x&id=7&utm_medium=y",
        "https://example.org/a/b?fbclid=IwAR1&id=7&gclid=2&mc_cid=3",
        "https://example.org/a/b?id=%37",
        "  https://example.org/a/b?id=7 ",
    ],
)
def test_ways_of_writing_one_page(url: str) -> None:
    assert url_key(url) == "example.org/a/b?id=7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a?id=7", "https://example.org/a?id=8"),
        ("https://example.org/a?id=7", "https://example.org/a"),
        ("https://example.org/a?q=", "https://example.org/a"),
        ("https://example.org/a", "https://blog.example.org/a"),
        ("https://example.org/a", "https://example.org:8080/a"),
        ("https://example.org/a?tags=x", "https://example.org/a?tags=y"),
        ("https://example.org/#!/app/1", "https://example.org/#!/app/2"),
        ("https://example.org/app#/users/1", "https://example.org/app#/users/2"),
        ("https://example.org/app#/users/1", "https://example.org/app"),
    ],
)
def test_two_pages(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://www.example.org", True),
        ("http://example.org:8080/#top", True),
        ("https://example.org/?utm_source=x", True),
        ("https://example.org/a", False),
        ("https://example.org/?p=1", False),
        ("https://example.org/#!/app/1", False),
        ("nonsense", False),
    ],
)
def test_front_pages(url: str, front: bool) -> None:
    assert is_front_page(url_key(url)) is front


def test_the_order_of_parameters_does_not_matter() -> None:
    assert url_key("https://example.org/?b=2&a=1&b=1") == url_key("https://example.org/?b=1&b=2&a=1")


def test_a_host_in_other_letters_is_compared_in_ascii() -> None:
    assert url_key("https://аррӏе.com/") == url_key("https://xn--80ak6aa92e.com") == "xn--80ak6aa92e.com"


@pytest.mark.parametrize(
    "url", ["", "javascript:x", "ftp://example.org/", "/a", "//example.org", "https://", "nonsense"]
)
def test_what_is_no_web_link_has_no_key_and_no_host(url: str) -> None:
    assert url_key(url) == ""
    assert host_of(url) == ""


def test_a_key_fits_its_column() -> None:
    assert len(url_key("https://example.org/?" + "!" * 1_900 + "=1")) == KEY_LENGTH
    assert CuratedItem._meta.get_field("source_url_key").max_length == KEY_LENGTH


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org:8080/a", "example.org"),
        ("https://blog.example.org/", "blog.example.org"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("https://user@example.org/", "example.org"),
    ],
)
def test_the_host_of_a_link(url: str, host: str) -> None:
    assert host_of(url) == host


@given(st.text(max_size=50) | st.text(max_size=50).map("https://example.org/{}".format))
def test_any_text_has_a_key_or_none(text: str) -> None:
    assert len(url_key(text)) <= KEY_LENGTH
    assert host_of(text) == host_of(text).lower()
