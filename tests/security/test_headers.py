"""The security headers of every kind of response, scored by the published rules of MDN's HTTP Observatory.

The rules: https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from curation.items.bin import move_to_bin
from curation.models import CuratedItem, Image
from tests.caching.conftest import fixed_version  # noqa: F401  # a fixture
from tests.factories import COMMAND, make_item

SITE = "https://news.example.org"
BASE_SCORE, MIN_SCORE, EXTRA_CREDIT_FROM = 100, 120, 90
SIX_MONTHS = 15_768_000
DIGEST = "cd" * 32

Headers = dict[str, str]


def csp(headers: Headers) -> dict[str, set[str]]:
    """Return the sources of each directive."""
    parts = (part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip())
    return {name: set(sources) for name, *sources in parts}


def score_csp(headers: Headers) -> int:
    policy = csp(headers)
    scripts = policy.get("script-src", policy.get("default-src"))
    sources = set().union(*policy.values()) if policy else set()
    if not policy:
        return -25
    if scripts is None or sources & {"'unsafe-inline'", "'unsafe-eval'", "data:", "http:", "https:", "*"}:
        return -20
    is_closed = policy.get("default-src") == {"'none'"} and policy.get("form-action") in ({"'none'"}, {"'self'"})
    return 10 if is_closed else 5


def score_framing(headers: Headers) -> int:
    if csp(headers).get("frame-ancestors") in ({"'none'"}, {"'self'"}):
        return 5
    return 0 if headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


def score_hsts(headers: Headers) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if not found:
        return -20
    return 0 if int(found[1]) >= SIX_MONTHS else -10


def score_referrer(headers: Headers) -> int:
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    policy = headers.get("Referrer-Policy")
    return 0 if policy is None else 5 if policy in private else -5


def score_resource_policy(headers: Headers) -> int:
    points = {None: 0, "same-origin": 10, "same-site": 10, "cross-origin": 0}
    return points.get(headers.get("Cross-Origin-Resource-Policy"), -5)


def score_cors(headers: Headers) -> int:
    return -50 if "Access-Control-Allow-Credentials" in headers else 0


def score_types(headers: Headers) -> int:
    return 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5


def score_cookies(cookies: Any) -> int:
    """Score the cookies of a response. Cookies of sessions and tokens need all three flags."""
    if not cookies:
        return 0
    are_safe = all(
        cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in cookies.values()
    )
    return 5 if are_safe else -40


RULES: tuple[Callable[[Headers], int], ...] = (
    *(score_csp, score_framing, score_hsts, score_referrer, score_resource_policy, score_cors, score_types),
)


def observatory_score(response: Any, *, over_tls: bool = True) -> int:
    """Return the score of a response. Browsers ignore HSTS without TLS, so Observatory looks for it over TLS alone."""
    headers = dict(response.items())
    rules = [rule for rule in RULES if over_tls or rule is not score_hsts]
    points = [*(rule(headers) for rule in rules), score_cookies(response.cookies)]
    without_extra = BASE_SCORE + sum(point for point in points if point < 0)
    return without_extra + sum(point for point in points if point > 0) * (without_extra >= EXTRA_CREDIT_FROM)


@pytest.mark.parametrize(
    ("headers", "score"),
    [
        ({}, 100 - 25 - 20 - 20 - 5),
        ({"Content-Security-Policy": "default-src 'self'"}, 100 - 20 - 20 - 5),
    ],
)
def test_the_score_of_what_lacks_headers_is_low(headers: Headers, score: int) -> None:
    class Response:
        cookies: tuple[()] = ()

        def items(self) -> Any:
            return headers.items()

    assert observatory_score(Response()) == score


@pytest.fixture
def site(settings: LazySettings) -> None:
    """A deployed site with an item, an image and a static file, whose address has HTTPS."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = SITE, ["news.example.org", "10.0.0.5"]
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "news.example.org"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.RATE_LIMITS = {"search": 1, "suggestions": 1, "api": 1_000}
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.MemoryCache", "LOCATION": uuid4().hex}}
    Path(settings.STATIC_ROOT, "some.css").write_text("body {}")
    image = Image.objects.create(file="a.png", sha256=DIGEST, width=9, height=6, format="PNG", size=1)
    default_storage.save(f"images/cd/{DIGEST}.png", ContentFile(b"x"))
    make_item("Story", image=image, published_at=timezone.now())
    make_item("Removed")
    move_to_bin(CuratedItem.objects.filter(slug="removed"), COMMAND)


def ask(path: str, method: str = "GET", client: Client | None = None, **options: Any) -> Any:
    options = {"headers": {"Host": "news.example.org", **options.pop("headers", {})}, "secure": True, **options}
    return (client or Client(enforce_csrf_checks=True, raise_request_exception=False)).generic(method, path, **options)


#: The kinds of responses: method, path, status.
KINDS = [
    *[("GET", path, 200) for path in ("/", "/news/", "/news/story/", "/topic/", "/archive/", "/search/?q=x")],
    *[("GET", path, 200) for path in ("/news/feed.rss", "/news/feed.atom", "/news/feed.json", "/sitemap.xml")],
    *[
        ("GET", path, 200)
        for path in ("/robots.txt", "/manifest.webmanifest", "/opensearch.xml", "/search/suggest/?q=x")
    ],
    *[("GET", path, 200) for path in ("/static/some.css", "/favicon.ico", f"/media/images/cd/{DIGEST}.png", "/livez")],
    *[("GET", path, 200) for path in ("/api/v1/", "/api/v1/items", "/api/v1/openapi.json", "/admin/login/")],
    ("HEAD", "/", 200),
    ("OPTIONS", "/api/v1/items", 204),
    ("GET", "/news", 301),
    ("GET", "/admin/", 302),
    ("GET", "/api/v1/items?nonsense=1", 400),
    ("POST", "/admin/login/", 403),
    *[("GET", path, 404) for path in ("/nothing/", "/api/nothing", "/static/nothing.css", "/media/nothing.png")],
    *[("POST", path, 405) for path in ("/", "/news/", "/api/v1/items", "/nothing/", "/static/some.css", "/livez")],
    ("GET", "/news/removed/", 410),
]


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("method", "path", "status"), KINDS)
def test_every_response_scores_well(method: str, path: str, status: int) -> None:
    response = ask(path, method)
    assert response.status_code == status
    check(response)


def check(response: Any, *, over_tls: bool = True) -> None:
    """Check the score of a response, and the headers that Observatory does not score."""
    assert observatory_score(response, over_tls=over_tls) >= MIN_SCORE, dict(response.items())
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    permissions = dict(part.split("=") for part in response["Permissions-Policy"].split(", "))
    assert permissions["publickey-credentials-get"] == permissions["publickey-credentials-create"] == "(self)"
    assert permissions["camera"] == permissions["geolocation"] == "()"


@pytest.mark.django_db
@pytest.mark.usefixtures("site", "fixed_version")
def test_kept_pages_and_unchanged_ones_score_well() -> None:
    pages = [ask("/topic/") for _ in range(4)]
    for page in (*pages, ask("/topic/", headers={"If-None-Match": pages[-1]["ETag"]})):
        check(page)
    assert page.status_code == 304


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_refused_requests_score_well() -> None:
    foreign = ask("/", headers={"Host": "evil.example"})
    chunked = ask("/admin/login/", "POST", HTTP_TRANSFER_ENCODING="chunked")
    long = ask("/admin/login/", "POST", data=b"x" * 100_000)
    often = [ask("/search/?q=x") for _ in range(2)][-1]
    for response, status in ((foreign, 400), (chunked, 411), (long, 413), (often, 429)):
        assert response.status_code == status
        check(response)


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", ["/topic/", "/api/v1/items", "/admin/login/"])
@pytest.mark.parametrize("error", [RuntimeError, OperationalError])
def test_failures_score_well(monkeypatch: pytest.MonkeyPatch, path: str, error: type[Exception]) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise error("a failure")

    for name in ("curation.views.topics.listed_topics", "curation.api.routes.read_batch"):
        monkeypatch.setattr(name, fail)
    monkeypatch.setattr("django.contrib.auth.forms.AuthenticationForm.__init__", fail)
    response = ask(path)
    assert response.status_code in (500, 503)
    check(response)


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", ["/", "/admin/", "/api/v1/items", "/static/some.css", "/nothing/"])
@pytest.mark.parametrize("host", ["news.example.org", "10.0.0.5:8000", "evil.example"])
def test_plain_http_leads_to_the_site_alone(path: str, host: str) -> None:
    response = ask(path, secure=False, headers={"Host": host})
    assert (response.status_code, response["Location"]) == (301, SITE + path)
    check(response, over_tls=False)


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_health_is_answered_without_tls() -> None:
    assert ask("/livez", secure=False, headers={"Host": "10.0.0.5:8000"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_the_desk_scores_well() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("editor"))
    for path in ("/admin/", "/admin/curation/curateditem/", "/admin/curation/curateditem/add/", "/admin/nothing/"):
        check(ask(path, client=client))


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_other_sites_may_show_public_pictures_alone(settings: LazySettings) -> None:
    address = f"/media/images/cd/{DIGEST}.png"
    assert ask(address)["Cross-Origin-Resource-Policy"] == "cross-origin"
    Image.objects.update(sha256="ef" * 32)  # now it is a picture of no item
    client = Client()
    client.force_login(User.objects.create_superuser("editor"))
    assert ask(address, client=client)["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
def test_pages_of_errors_in_development_keep_their_styles(settings: LazySettings) -> None:
    settings.DEBUG = True
    assert "Content-Security-Policy" not in Client().get("/static/nothing.css")
