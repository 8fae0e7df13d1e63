"""A cache that fails makes the site slower, and nothing else."""

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from curation.page_cache.store import PageStore
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def dead_redis(settings: LazySettings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOBODY_LISTENS}
    }


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
