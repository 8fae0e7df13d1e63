"""The host of requests, and the address in what the site answers."""

import logging
import re

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from curation.lib.site_url import read_site_url
from curation.security.hosts import is_allowed
from tests.factories import make_item, make_topic

SITE = "https://news.example.org"


@pytest.fixture
def site(settings: LazySettings) -> None:
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["news.example.org", "localhost", "127.0.0.1", "[::1]", "10.0.0.5"]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://news.example.org", SITE),
        (" HTTPS://News.Example.org:443/ ", SITE),
        ("https://news.example.org.", SITE),
        ("https://news.example.org:8443", f"{SITE}:8443"),
        ("http://news.example.org:80", "http://news.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_of_the_site_is_normalised(text: str, url: str) -> None:
    assert read_site_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        *(
            "news.example.org",
            "ftp://news.example.org",
            "https://",
            "https://news.example.org/a",
            f"{SITE}?a",
            f"{SITE}#a",
        ),
        *(
            f"{SITE}:0",
            f"{SITE}:99999",
            f"{SITE}:x",
            "https://user@news.example.org",
            "https://a b",
            "https://ümlaut.org",
        ),
    ],
)
def test_an_address_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="Set it to"):
        read_site_url(text)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "host",
    [
        *("news.example.org", "News.Example.ORG", "news.example.org.", "news.example.org:443", "news.example.org.:443"),
        *("localhost", "LOCALHOST:8123", "127.0.0.1:1", "[::1]:8000", "10.0.0.5:65535"),
    ],
)
def test_names_of_the_site_are_allowed(host: str) -> None:
    assert is_allowed(host)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "news.example.org.evil.example", "news.example.org:8443", "news.example.org:80"),
        *(
            "news.example.org:99999",
            "news.example.org..",
            "news.example.org:",
            "news.example.org:443:443",
            "127.0.0.1:0",
        ),
        *("10.0.0.5:99999", "a@news.example.org", "news.example.org/x", "news.example.org\n", "[::1", "::1"),
        *("news.example.org,evil.example", "news.example.org:443@evil.example", " news.example.org", "localhost:8١"),
    ],
)
def test_other_hosts_are_not_allowed(host: str) -> None:
    assert not is_allowed(host)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", ["/", "/api/v1/items", "/admin/login/", "/static/tokens.css", "/nothing"])
@pytest.mark.parametrize("host", ["evil.example", "news.example.org:99999"])
def test_another_host_gets_a_short_answer_and_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture, path: str, host: str
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = Client().get(path, headers={"Host": host})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert len(answer.content) < 200
    [record] = caplog.records
    assert (record.levelname, record.exc_info) == ("INFO", None)
    assert host in record.getMessage()
    assert len(record.getMessage()) < 200


@pytest.mark.usefixtures("site")
def test_a_long_host_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Client().get("/", headers={"Host": "x" * 5_000 + "\n"})
    assert len(caplog.text) < 300


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_every_absolute_address_is_that_of_the_site() -> None:
    """Whatever host a request names, and by whichever scheme it comes."""
    item = make_item("Story", topics=[make_topic("Care")], published_at=timezone.now())
    paths = [
        *("/", "/news/", "/topic/", "/archive/", "/search/?q=story", "/robots.txt", "/opensearch.xml", "/nothing/"),
        *("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-news.xml", "/sitemap-items-1.xml"),
        *("/news/feed.rss", "/news/feed.atom", "/news/feed.json"),
        *("/api/v1/", f"/api/v1/items/{item.pk}", "/api/v1/items?limit=1", "/api/v1/topics"),
        *("/topic/symplur-care/", item.get_absolute_url()),
    ]
    make_item("Another")  # for `next`
    texts = {}
    for path in paths:
        answers = [
            Client().get(path, headers={"Host": host}, secure=secure)
            for host in ("localhost:8123", "NEWS.example.org.:443")
            for secure in (False, True)
        ]
        bodies = {b"".join(answer) for answer in answers}
        assert len(bodies) == 1, path
        texts[path] = bodies.pop().decode()
    whole = "".join(texts.values())
    assert not re.search("localhost|:8123|:443|NEWS", whole)
    assert "http://news.example.org" not in whole
    for path in set(paths) - {"/nothing/"}:
        assert SITE in texts[path], path
    assert f'"next": "{SITE}/api/v1/items?' in texts["/api/v1/items?limit=1"]
