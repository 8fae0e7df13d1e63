"""Where a story was found, who published it, and who pointed to it."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_URL
from curation.frontmatter.record import PublisherRef
from tests.frontmatter.files import record, warnings

A, B, C = "https://a.example/1", "https://b.example/2", "https://c.example/3"


@pytest.mark.parametrize(
    ("keys", "url", "original"),
    [
        ({"link": {"href": A, "original": B}}, A, B),
        ({"link": {"herf": A}}, A, ""),
        ({"link": A}, A, ""),
        ({"href": A, "original": B}, A, B),
        ({"original": B}, B, B),
        ({"openProjectCustomFields": {"cleanUrl": A, "sourceUrl": B}}, A, B),
        ({"openProjectCustomFields": {"sourceUrl": B}}, B, B),
        ({"openProjectCustomFields": {"cleanUrl": A}, "href": C}, A, ""),
        ({"link": {"href": None, "herf": None}, "href": C}, C, ""),
        ({"link": {"href": " "}, "href": C}, C, ""),
        ({"rssmi_source_link": [C]}, C, ""),
        ({"rssmi_source_link": [None, C]}, C, ""),
        ({"rssmi_source_link": C}, C, ""),
        ({"link": f"{A}?utm_source=x"}, A, f"{A}?utm_source=x"),
        ({"link": {"href": f"{A}?utm_source=x", "original": B}}, A, B),
        ({"rssmi_source_link": [f"{C}?fbclid=x&id=7"]}, f"{C}?id=7", f"{C}?fbclid=x&id=7"),
        ({"openProjectCustomFields": {"sourceUrl": f"{B}?gclid=x"}}, B, f"{B}?gclid=x"),
        ({"link": None}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_source_link_is_the_first_there_is(keys: dict[str, Any], url: str, original: str) -> None:
    item = record(**keys)
    assert (item.source_url, item.source_url_original) == (url, original)
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTP://Example.org/A?b=c#d", "HTTP://Example.org/A?b=c#d"),
        ("https://example.org/a?x=%zz|y", "https://example.org/a?x=%zz|y"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/café", "https://example.org/caf%C3%A9"),
        ("https:\\\\example.org\\x", "https://example.org/x"),
        ("https:/example.org", "https://example.org/"),
    ],
)
def test_a_link_keeps_its_spelling_where_it_is_plain(written: str, link: str) -> None:
    assert record(link=written).source_url == link
    assert warnings(link=written) == []


@pytest.mark.parametrize(
    "written",
    [
        "javascript:xss(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "//example.org/x",
        "/x",
        "example.org",
        "https://",
    ],
)
def test_only_http_and_https_are_links(written: str) -> None:
    assert record(link={"href": written}).source_url == ""
    assert warnings(link={"href": written}) == [("link-scheme", "link.href")]


@pytest.mark.parametrize("written", ["https://intranet/x", "https://a_b.example/x", "http://-.example/"])
def test_a_link_to_an_impossible_host_is_dropped(written: str) -> None:
    assert record(link=written).source_url == ""
    assert warnings(link=written) == [("link-malformed", "link")]


def test_a_bad_link_gives_way_to_the_next() -> None:
    assert record(link={"href": "javascript:x"}, href=C).source_url == C


def test_one_bad_link_is_one_warning() -> None:
    assert warnings(original="javascript:x") == [("link-scheme", "original")]


def test_credentials_are_dropped_and_not_repeated() -> None:
    assert record(link="https://user:secret@example.org/x").source_url == "https://example.org/x"
    assert warnings(link="https://user:secret@example.org/x") == [("link-credentials", "link")]


@pytest.mark.parametrize(
    "link", [f"https://example.org/{'x' * MAX_URL}", f"https://example.org/{'é' * (MAX_URL // 4)}"]
)
def test_a_link_is_limited_in_its_stored_form(link: str) -> None:
    assert record(link=link).source_url == ""
    assert warnings(link=link) == [("link-too-long", "link")]


@pytest.mark.parametrize(
    "keys",
    [
        {"link": {"href": A}, "openProjectCustomFields": {"cleanUrl": B}},
        {"link": {"href": A, "original": A}, "openProjectCustomFields": {"sourceUrl": B}},
    ],
)
def test_a_copy_of_the_link_that_differs_is_a_warning(keys: dict[str, Any]) -> None:
    ((code, key),) = warnings(**keys)
    assert code == "derived-differs"
    assert key.startswith("openProjectCustomFields.")


def test_a_copy_that_leads_to_the_same_page_is_ignored() -> None:
    copy = {"cleanUrl": "http://www.A.example/1/?utm_source=x"}
    assert warnings(link={"href": A}, openProjectCustomFields=copy) == []


@pytest.mark.parametrize(
    ("keys", "publisher"),
    [
        ({"link": {"href": A, "brand": "b.example"}}, PublisherRef("b.example", "b.example")),
        ({"link": {"href": A, "brand": "WWW.B.example"}}, PublisherRef("b.example", "B.example")),
        ({"link": {"href": A, "brand": "The Daily A"}}, PublisherRef("a.example", "The Daily A")),
        ({"link": {"href": A, "brand": None}}, PublisherRef("a.example", "a.example")),
        ({"link": "https://www.a.example/"}, PublisherRef("a.example", "a.example")),
        ({"link": A, "linkBrand": "b.example"}, PublisherRef("b.example", "b.example")),
        ({"link": "https://аррӏе.com/", "linkBrand": "аррӏе.com"}, PublisherRef("xn--80ak6aa92e.com", "аррӏе.com")),
        ({"linkBrand": "b.example"}, PublisherRef("b.example", "b.example")),
        ({"linkBrand": "The Daily A"}, None),
        ({"link": "https://127.0.0.1/x"}, None),
        ({"link": "https://[::1]/x"}, None),
        ({}, None),
    ],
)
def test_the_publisher_is_the_brand_or_the_host(keys: dict[str, Any], publisher: PublisherRef | None) -> None:
    assert record(**keys).publisher == publisher


@pytest.mark.parametrize(
    ("keys", "name", "url"),
    [
        ({"via": "The Letter", "viaLink": A}, "The Letter", A),
        ({"via": "The Letter", "viaLink": f"{A}?utm_source=x"}, "The Letter", A),
        ({"via": " ", "viaLink": None}, "", ""),
        ({"via": None, "viaLink": " "}, "", ""),
    ],
)
def test_who_pointed_to_it(keys: dict[str, Any], name: str, url: str) -> None:
    item = record(**keys)
    assert (item.via_name, item.via_url) == (name, url)
    assert warnings(**keys) == []


def test_a_credit_link_is_checked_like_a_source_link() -> None:
    assert record(viaLink="javascript:x").via_url == ""
    assert warnings(viaLink="javascript:x") == [("link-scheme", "viaLink")]
