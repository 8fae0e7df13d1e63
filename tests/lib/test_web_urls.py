"""Links: to this site or another; links to one page have one key, links to two pages have two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.lib.web_urls import KEY_LENGTH, host_of, is_front_page, is_site_path, url_key, without_tracking
from curation.models import CuratedItem


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *(("/", True), ("/news/?a=//b#c", True), ("/a//b", True), ("/.//b", True), ("/%2F/b", True), ("/@b", True)),
        *(
            ("//example.org/", False),
            ("/\\example.org/", False),
            ("\\\\example.org/", False),
            ("///example.org", False),
        ),
        *(("/\t/example.org/", False), ("/\n\\example.org/", False), ("//[", False)),
        *(("", False), ("news/", False), (" /news/", False), ("https://site.invalid/", False), ("javascript:x", False)),
    ],
)
def test_a_path_of_this_site_is_one_that_browsers_do_not_leave_it_by(path: str, expected: bool) -> None:
    assert is_site_path(path) is expected


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
def test_links_to_one_page_have_one_key(url: str) -> None:
    assert url_key(url) == "example.org/a/b?id=7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://en.wikipedia.org/wiki/AIDS", "https://en.wikipedia.org/wiki/Aids"),
        ("https://bit.ly/aB", "https://bit.ly/Ab"),
        ("https://bit.ly/aX", "https://bit.ly/a"),
        ("https://bit.ly/aX/amp", "https://bit.ly/a"),
        ("https://example.org/é", "https://example.org/ü"),
        ("https://example.org/a?v=x", "https://example.org/a?v=X"),
        ("https://example.org/a?id=7", "https://example.org/a?id=8"),
        ("https://example.org/a?id=7", "https://example.org/a"),
        ("https://example.org/a?q=", "https://example.org/a"),
        ("https://example.org/a", "https://blog.example.org/a"),
        ("https://example.org/a", "https://example.org:8080/a"),
        ("https://example.org/a?tags=x", "https://example.org/a?tags=y"),
        ("https://example.org/#!/app/1", "https://example.org/#!/app/2"),
        ("https://example.org/app#/users/1", "https://example.org/app#/users/2"),
        ("https://example.org/app#/users/1", "https://example.org/app"),
        ("https://example.org/app#/x", "https://example.org/app#/X"),
        ("https://example.org/app#/X", "https://example.org/app#/"),
        ("https://example.org/#!/", "https://example.org/"),
        ("https://example.org/amp", "https://example.org/"),
        ("https://example.org/a?amp=7", "https://example.org/a"),
        ("https://example.org/a?share=7", "https://example.org/a"),
        ("https://github.com/a/b?ref=main", "https://github.com/a/b"),
        ("https://example.org/?s=telehealth", "https://example.org/"),
        ("https://notnytimes.com/a?smid=7", "https://notnytimes.com/a"),
        ("https://google.com/amp/about", "https://about/"),
        ("https://mobile.de/a", "https://de/a"),
        ("https://amp.co.uk/a", "https://co.uk/a"),
        ("https://en.m.example.org/a", "https://en.example.org/a"),
        ("https://m.example.org:8080/a", "https://m.example.org/a"),
    ],
)
def test_links_to_two_pages_have_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://example.org/a/amp",
            "https://example.org/a/amp/",
            "https://amp.example.org/a",
            "https://example.org/a?amp",
        ),
        *("https://example.org/a?amp=1", "https://example.org/a?outputType=amp", "https://m.example.org/a"),
        *("https://mobile.example.org/a", "https://www.m.example.org/a", "https://example.org/a?ref=twitter"),
        *(
            "https://example.org/a?share=email",
            "https://example.org/a?src=RSS",
            "https://example.org/a?&amp;src=RSS",
            "https://example.org/a?&amp;utm_source=x",
        ),
        *("https://example.org/a?s=20&smid=tw-share", "https://example.org/A", "https://example.org/A/AMP/"),
        "https://example.org/a//amp",
        "https://www.google.com/amp/s/www.example.org/a/amp/",
        "https://www.google.co.uk/amp/example.org/a",
        "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a?amp=1",
        "https://cdn.ampproject.org/v/s/example.org/a?utm_source=x",
    ],
)
def test_amp_mobile_and_shared_links_lead_to_the_same_page(url: str) -> None:
    assert url_key(url) == "example.org/a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://twitter.com/Ann/status/1?s=20&t=x", "https://mobile.twitter.com/ann/status/1"),
        ("https://www.nytimes.com/a.html?smid=tw-share", "https://nytimes.com/a.html"),
        ("https://en.m.wikipedia.org/wiki/Health", "https://en.wikipedia.org/wiki/Health"),
        ("https://www.example.de/a", "https://example.de/a"),
        ("https://m.com.example.de/a", "https://com.example.de/a"),
        ("https://example.org/%c3%a9", "https://example.org/%C3%A9"),
    ],
)
def test_some_sites_have_rules_of_their_own(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?b=%7e&&UTM_Source=x&c#top", "https://example.org/a?b=%7e&&c#top"),
        ("https://example.org/a?b=1&amp;utm_source=x", "https://example.org/a?b=1"),
        ("https://example.org/a?b=1?c&utm_source=x=y?z#d#e", "https://example.org/a?b=1?c#d#e"),
        ("https://example.org/a?b=1&utm%5Fsource=x", "https://example.org/a?b=1"),
        ("https://example.org/a#?utm_source=x", "https://example.org/a#?utm_source=x"),
        ("https://example.org/a?", "https://example.org/a?"),
        ("https://example.org/a?utm=x&amp=1&share=email", "https://example.org/a?utm=x&amp=1&share=email"),
        ("", ""),
    ],
)
def test_tracking_parameters_are_removed_and_the_rest_stays_as_written(url: str, cleaned: str) -> None:
    assert without_tracking(url) == cleaned


@given(st.text(alphabet="ab?&=#%;/utm_", max_size=40).map("https://example.org/{}".format))
def test_a_cleaned_link_leads_to_the_same_page_and_needs_no_further_cleaning(url: str) -> None:
    cleaned = without_tracking(url)
    assert without_tracking(cleaned) == cleaned
    assert url_key(cleaned) == url_key(url)


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


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.org/A%c3%a9/?b=ü&a= 1#!/C", "example.org/a%C3%A9?a=+1&b=%C3%BC#!/C"),
        ("https://en.wikipedia.org/wiki/Caf%c3%a9", "en.wikipedia.org/wiki/Caf%C3%A9"),
    ],
)
def test_keys_have_the_form_of_those_in_the_database(url: str, key: str) -> None:
    assert url_key(url) == key, "another form needs a migration"


def test_international_hosts_are_compared_in_ascii() -> None:
    assert url_key("https://аррӏе.com/") == url_key("https://xn--80ak6aa92e.com") == "xn--80ak6aa92e.com"


@pytest.mark.parametrize(
    "url", ["", "javascript:x", "ftp://example.org/", "/a", "//example.org", "https://", "nonsense"]
)
def test_other_texts_have_no_key_and_no_host(url: str) -> None:
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
