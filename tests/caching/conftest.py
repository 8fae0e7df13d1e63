"""Caches of a test's own, in memory or in Redis."""

import os
from uuid import uuid4

import pytest
from django.conf import LazySettings
from redis import Redis
from redis.exceptions import RedisError

from curation import kept
from curation.models import ContentVersion

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture(autouse=True)
def memory(settings: LazySettings) -> None:
    """Keep pages in memory, apart from other tests."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}}


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory of the test's own for what processes keep."""
    monkeypatch.setattr(kept, "_values", {})


@pytest.fixture
def still(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content that stands still: a version for tests that run in a transaction, where there is none to go by."""
    monkeypatch.setattr(ContentVersion, "current", lambda: "still")


@pytest.fixture
def redis(settings: LazySettings) -> None:
    """Keep pages in Redis, apart from other tests: REDIS_URL names a server that answers."""
    try:
        Redis.from_url(REDIS_URL).ping()
    except RedisError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"No Redis answers at {REDIS_URL}: {error}")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": uuid4().hex,
        }
    }
