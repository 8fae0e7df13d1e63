"""The database sees to the content's version, for all that readers see something of."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.caching.release import release
from curation.models import ContentVersion, triggers
from tests.factories import make_item
from tests.views.test_queries import LISTS, Site

from .readers import Reader

reader = Reader()


@pytest.fixture
def without_triggers() -> Iterator[None]:
    """The state while migrations run."""
    triggers.remove_triggers(using="default", plan=["a migration"])
    yield
    triggers.add_triggers(using="default")


@pytest.mark.django_db
def test_every_table_that_a_page_reads_is_watched() -> None:
    site = Site()
    site.grow(2)
    with CaptureQueriesContext(connection) as queries:
        for path in (*LISTS, "/news/number-1/", "/gone/"):
            Client().get(path)
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in queries)))
    index = {"curation_searchentry", "curation_searchword"}  # written with what is watched, in one transaction
    assert read - index - {trigger.table for trigger in triggers.TRIGGERS} == set()
    assert len(read) > 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_triggers")
def test_while_migrations_run_no_page_is_kept() -> None:
    make_item("Story")
    assert ContentVersion.current() is None
    for _ in range(2):
        assert not reader.finds_kept("/")


@pytest.mark.django_db(transaction=True)
def test_after_migrations_content_has_a_version_that_it_never_had() -> None:
    before = ContentVersion.current()
    triggers.remove_triggers(using="default", plan=["a migration"])
    triggers.add_triggers(using="default")
    after = ContentVersion.current()
    assert None not in (before, after)
    assert before != after
    make_item()
    assert ContentVersion.current() not in (before, after)


@pytest.mark.django_db(transaction=True)
def test_migrating_with_nothing_to_do_leaves_the_version() -> None:
    before = ContentVersion.current()
    triggers.remove_triggers(using="default", plan=[])
    triggers.add_triggers(using="default")
    assert ContentVersion.current() == before


@pytest.mark.django_db(transaction=True)
def test_a_trigger_that_was_lost_comes_back_with_a_new_version() -> None:
    before = ContentVersion.current()
    lost = triggers.TRIGGERS[0]
    with connection.cursor() as cursor:
        cursor.execute(lost.written(triggers.DROP, connection.vendor))
    triggers.add_triggers(using="default")
    assert ContentVersion.current() != before
    before = ContentVersion.current()
    make_item()
    assert ContentVersion.current() != before


@pytest.mark.django_db(transaction=True)
def test_by_hand_the_version_is_renewed_too() -> None:
    before = ContentVersion.current()
    ContentVersion.renew()
    assert ContentVersion.current() != before


@pytest.mark.django_db(transaction=True)
def test_another_release_makes_its_own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    reader.get("/")
    assert reader.finds_kept("/")
    monkeypatch.setattr("curation.caching.requests.release", lambda: f"after {release()}")
    assert not reader.finds_kept("/")
