"""Django's caches: bounded in bytes in memory; without pickle, and signed, in Redis."""

import os
import pickle
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache, caches
from redis import Redis

from curation.caching.backends import seal, unseal
from tests.page_cache.conftest import REDIS_URL, memory, redis  # noqa: F401  # fixtures

VALUES: list[Any] = [b"", b"\x00page", b"7", "text", "7", 7, -7, 1.5, True, None, [1, "a"], {"a": {"b": None}}]
MISSING = object()


class Payload:
    """A pickle that runs a command where it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def server() -> Redis:
    return Redis.from_url(REDIS_URL)


def stored_key(name: str) -> str:
    key: str = caches["default"].make_key(name)
    return key


@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize("value", VALUES)
def test_redis_returns_the_value_that_was_set(value: object) -> None:
    cache.set("one", value)
    cache.set_many({"two": value})
    assert cache.add("three", value)
    assert not cache.add("three", "another")
    found = [cache.get("one"), cache.get("two"), *cache.get_many(["three"]).values()]
    assert found == [value] * 3
    assert {type(one) for one in found} == {type(value)}


@pytest.mark.usefixtures("redis")
def test_redis_counts() -> None:
    cache.add("hits", 1)
    assert [cache.incr("hits"), cache.decr("hits", 3), cache.get("hits")] == [2, -1, -1]


@pytest.mark.usefixtures("redis")
def test_nothing_that_others_write_to_redis_is_unpickled_or_used(tmp_path: Any) -> None:
    for foreign in (pickle.dumps(Payload(f"{tmp_path}/ran")), pickle.dumps("text"), b"", b"x" * 200, b'j"text"'):
        server().set(stored_key("page"), foreign)
        assert cache.get("page", "none") == "none"
        assert cache.get_many(["page"]) == {}
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("redis")
def test_a_value_of_one_key_is_none_of_another() -> None:
    cache.set("a", b"page of a")
    server().set(stored_key("b"), server().get(stored_key("a")) or b"")
    assert [cache.get("a"), cache.get("b", "none")] == [b"page of a", "none"]


@pytest.mark.usefixtures("redis")
def test_an_entry_of_another_type_is_a_miss_and_replaced() -> None:
    server().lpush(stored_key("page"), "x")
    assert cache.get("page", "none") == "none"
    cache.set("page", b"page")
    assert cache.get("page") == b"page"


def test_a_changed_bit_or_another_secret_key_makes_a_value_a_miss(settings: LazySettings) -> None:
    sealed = seal("key", b"page")
    assert isinstance(sealed, bytes)
    assert unseal("key", sealed, MISSING) == b"page"
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        assert unseal("key", bytes(changed), MISSING) is MISSING
    settings.SECRET_KEY = "another"
    assert unseal("key", sealed, MISSING) is MISSING


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        seal("key", object())


def test_the_bytes_of_the_cache_in_memory_are_bounded(settings: LazySettings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "OPTIONS": {"max_bytes": 50_000}}}
    cache.set("used", b"x" * 1_000)
    for number in range(1_000):
        cache.set(f"key-{number}", b"x" * (number % 5_000))
        cache.set("again", b"x" * (number % 3_000))
        assert cache.get("used")
    held = caches["default"]._cache  # type: ignore[attr-defined]
    assert 30_000 < sum(map(len, held.values())) < held.total_bytes <= 50_000
    assert cache.get("key-0") is None
    cache.delete("used")
    cache.clear()
    assert held.total_bytes == 0


def test_an_entry_larger_than_the_cache_in_memory_is_dropped(settings: LazySettings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "OPTIONS": {"max_bytes": 10_000}}}
    cache.set("large", b"x" * 20_000)
    assert cache.get("large") is None
    assert caches["default"]._cache.total_bytes == 0  # type: ignore[attr-defined]


def test_the_count_of_bytes_follows_every_change() -> None:
    cache.set("a", b"x" * 1_000)
    cache.set("a", b"x" * 100)
    cache.add("hits", 1)
    cache.incr("hits")
    cache.touch("a", 0)
    assert cache.get("a") is None
    held = caches["default"]._cache  # type: ignore[attr-defined]
    assert list(held) == [stored_key("hits")]
    assert held.total_bytes < 500
