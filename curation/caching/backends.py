"""Django's caches in memory and in Redis: the one bounded in bytes, the other without pickle, which can run code."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from functools import cache
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache, _caches  # type: ignore[attr-defined]  # not in the stubs
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ResponseError

#: Memory of an entry besides its value: key, expiry time and places in two dictionaries.
ENTRY_BYTES = 400
DEFAULT_MAX_BYTES = 64 * 1024 * 1024


class SizedDict(OrderedDict[str, bytes]):
    """An ordered dictionary that counts the bytes of its entries."""

    total_bytes = 0

    def __setitem__(self, key: str, value: bytes) -> None:
        self.total_bytes += len(value) + ENTRY_BYTES - self._size(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        size = self._size(key)
        super().__delitem__(key)
        self.total_bytes -= size

    def popitem(self, last: bool = True) -> tuple[str, bytes]:
        key = next(reversed(self) if last else iter(self))
        value = self[key]
        del self[key]
        return key, value

    def clear(self) -> None:
        super().clear()
        self.total_bytes = 0

    def _size(self, key: str) -> int:
        return len(self[key]) + ENTRY_BYTES if key in self else 0


class MemoryCache(LocMemCache):
    """Django's cache in the memory of a process, bounded in bytes: the option `max_bytes`.

    The least recently used entries are dropped first.
    """

    _cache: SizedDict

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        _caches.setdefault(name, SizedDict())  # before Django makes a plain one
        super().__init__(name, params)
        self.max_bytes: int = params.get("OPTIONS", {}).get("max_bytes", DEFAULT_MAX_BYTES)
        self._max_entries = self.max_bytes // ENTRY_BYTES  # more have no room

    def _set(self, key: str, value: bytes, timeout: Any = DEFAULT_TIMEOUT) -> None:
        super()._set(key, value, timeout)  # type: ignore[misc]  # not in the stubs
        while self._cache.total_bytes > self.max_bytes:
            dropped, _value = self._cache.popitem()
            del self._expire_info[dropped]  # type: ignore[attr-defined]  # not in the stubs


#: Values that Redis counts with are stored as digits, without a signature.
_NUMBER = re.compile(rb"-?\d{1,20}")
_SIGNATURE_BYTES = 32
_BYTES, _JSON = b"b", b"j"


class SignedRedisCache(RedisCache):
    """Django's cache in Redis, for bytes, numbers and JSON values.

    Each value but a number has a signature over its key and itself. Whatever else is found, by whoever wrote it, counts
    as missing: nothing that Redis holds can run code here, be changed, or stand in for another entry.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SigningClient


class SigningClient(RedisCacheClient):
    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, **{**options, "serializer": _Unchanged})

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return bool(super().add(key, seal(key, value), timeout))

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        super().set(key, seal(key, value), timeout)

    def set_many(self, data: Any, timeout: Any) -> None:
        super().set_many({key: seal(key, value) for key, value in data.items()}, timeout)

    def get(self, key: Any, default: Any) -> Any:
        try:
            sealed = super().get(key, None)
        except ResponseError:  # the key of another kind of value, which `set` replaces
            return default
        return unseal(key, sealed, default)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        missing = object()
        found: dict[Any, Any] = super().get_many(list(keys))
        values = {key: unseal(key, sealed, missing) for key, sealed in found.items()}
        return {key: value for key, value in values.items() if value is not missing}


class _Unchanged:
    """The serializer of a client that has sealed the values."""

    def dumps(self, value: Any) -> Any:
        return value

    def loads(self, value: Any) -> Any:
        return value


def seal(key: str, value: Any) -> bytes | int:
    """Return a value as it is stored under a key. Raises `TypeError` if it is neither bytes, a number, nor JSON."""
    if type(value) is int:
        return value
    tagged = _BYTES + value if isinstance(value, bytes) else _JSON + json.dumps(value).encode()
    return _sign(key, tagged) + tagged


def unseal(key: str, sealed: bytes | None, default: Any) -> Any:
    """Return the value that was stored under a key, `default` for anything that `seal` did not make for it."""
    if sealed is None:
        return default
    if _NUMBER.fullmatch(sealed):
        return int(sealed)
    signature, tagged = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
    if not compare_digest(signature, _sign(key, tagged)):
        return default
    return tagged[1:] if tagged.startswith(_BYTES) else json.loads(tagged[1:])


def _sign(key: str, tagged: bytes) -> bytes:
    name = key.encode()
    return digest(_secret(settings.SECRET_KEY), b"%d:%b%b" % (len(name), name, tagged), "sha256")


@cache
def _secret(secret_key: str) -> bytes:
    """Return a key for these signatures alone: no other use of `SECRET_KEY` makes one that is valid here."""
    return sha256(f"curation.caching.backends {secret_key}".encode()).digest()
