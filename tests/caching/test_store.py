"""A cache that fails makes the site slower, and nothing else."""

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from curation.caching.store import PageStore
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("still")

reader = Reader()
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def dead_redis(settings: LazySettings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOBODY_LISTENS}
    }


@pytest.mark.usefixtures("dead_redis")
def test_without_its_cache_the_site_answers_all_the_same() -> None:
    make_item("Story")
    for encoding in ("", "br"):
        answer = reader.get("/", headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200
        assert "s-maxage" in answer["Cache-Control"]


@pytest.mark.usefixtures("dead_redis")
def test_a_cache_that_fails_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    store = PageStore()
    for _ in range(3):
        assert store.find("key", "br", "version") is None
    assert len(caplog.records) == 1


@pytest.mark.usefixtures("redis")
def test_a_cache_that_lost_its_pages_gets_them_again() -> None:
    make_item("Story")
    reader.get("/")
    assert reader.finds_kept("/")
    cache.clear()
    assert not reader.finds_kept("/")
    assert reader.finds_kept("/")


def test_what_others_put_into_the_cache_is_no_page() -> None:
    cache.set("key", "something else")
    assert PageStore().find("key", "", "version") is None
