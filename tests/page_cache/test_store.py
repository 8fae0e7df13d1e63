"""A cache that fails makes the site slower, and nothing else."""

import socket
from collections.abc import Callable

import pytest
import redis.connection as redis_connection
from django.conf import LazySettings
from django.core.cache import cache, caches
from django.http import HttpResponseBase
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError

from curation.page_cache.middleware import PageCacheMiddleware
from curation.page_cache.store import PageStore
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def dead_redis(settings: LazySettings) -> None:
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.SignedRedisCache", "LOCATION": NOBODY_LISTENS}}


@pytest.mark.usefixtures("dead_redis")
def test_the_site_answers_without_its_cache() -> None:
    make_item("Story")
    for encoding in ("", "br"):
        answer = reader.get("/", headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200
        assert "s-maxage" in answer["Cache-Control"]


@pytest.mark.usefixtures("dead_redis")
def test_a_failing_cache_is_not_used_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    store = PageStore()
    for _ in range(3):
        assert store.find("key", "br", "version") is None
    assert len(caplog.records) == 1


@pytest.mark.usefixtures("redis")
def test_an_emptied_cache_is_filled_again() -> None:
    make_item("Story")
    reader.get("/")
    assert reader.finds_cached("/")
    cache.clear()
    assert not reader.finds_cached("/")
    assert reader.finds_cached("/")


def test_foreign_values_in_the_cache_are_misses() -> None:
    cache.set("key", "something else")
    assert PageStore().find("key", "", "version") is None


def test_a_cache_that_is_slow_is_not_used_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    reader.get("/")
    store = PageStore()
    assert store.find_stale(key := next(iter(stored_keys())), "")
    monkeypatch.setattr("curation.page_cache.store.SLOW_SECONDS", 0)
    assert store.find_stale(key, "")
    monkeypatch.undo()
    assert store.find_stale(key, "") is None


def stored_keys() -> list[str]:
    return [key.rpartition(":")[2] for key in caches["default"]._cache]  # type: ignore[attr-defined]


def test_a_server_that_accepts_and_never_answers_delays_one_request_by_half_a_second(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        backend = "curation.caching.backends.SignedRedisCache"
        location = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        options = {"socket_connect_timeout": 0.1, "socket_timeout": 0.1}
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": location, "OPTIONS": options}}
        monkeypatch.setattr(PageCacheMiddleware, "__init__", shared_store(PageStore()))
        waits: list[object] = []
        receive: Callable[..., object] = redis_connection.Connection.read_response

        def counted(*args: object, **options: object) -> object:
            waits.append(1)
            return receive(*args, **options)

        monkeypatch.setattr(redis_connection.Connection, "read_response", counted)
        for path in ("/", "/news/", "/?page=2"):
            assert reader.get(path).status_code == 200
    assert len(waits) == 1


def shared_store(store: PageStore) -> Callable[..., None]:
    """Return an initialiser of the middleware with one store: each client of tests makes a middleware of its own."""

    def initialise(middleware: PageCacheMiddleware, get_response: Callable[..., HttpResponseBase]) -> None:
        middleware.get_response, middleware.store = get_response, store

    return initialise


@pytest.mark.parametrize("failure", [ReadOnlyError(), OutOfMemoryError(), ResponseError("WRONGTYPE"), OSError()])
@pytest.mark.parametrize("method", ["get", "get_many", "set", "add"])
def test_any_error_of_the_cache_leaves_pages_right(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, method: str
) -> None:
    make_item("Story")

    def fail(*_args: object, **_options: object) -> None:
        raise failure

    monkeypatch.setattr(type(caches["default"]), method, fail)
    for path in ("/", "/news/?page=1", "/news/?page=1"):
        assert "Story" in reader.text_of(path)
