"""Caches of a test's own, in memory or in Redis."""

import os
from uuid import uuid4

import pytest
from django.conf import LazySettings
from redis import Redis
from redis.exceptions import RedisError

from tests.caching.conftest import empty_memo, fixed_version  # noqa: F401  # fixtures

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture(autouse=True)
def memory(settings: LazySettings) -> None:
    """Keep pages in memory, apart from other tests."""
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.MemoryCache", "LOCATION": uuid4().hex}}


@pytest.fixture
def redis(settings: LazySettings) -> None:
    """Keep pages in Redis, apart from other tests: REDIS_URL names a server that answers."""
    try:
        Redis.from_url(REDIS_URL).ping()
    except RedisError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"No Redis answers at {REDIS_URL}: {error}")
    settings.CACHES = {
        "default": {
            "BACKEND": "curation.caching.backends.SignedRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": uuid4().hex,
        }
    }
