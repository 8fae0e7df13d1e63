"""Constraints of the database, and columns that `save()` derives."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from curation.models import Alias, CuratedItem, ItemTopic, Topic
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db


def test_a_topic_exists_once_for_each_vocabulary_and_label_whatever_the_case() -> None:
    topic = make_topic("AI", "Medigy")
    with pytest.raises(IntegrityError, match=r"topic_label_unique|UNIQUE"), transaction.atomic():
        Topic.objects.create(vocabulary=topic.vocabulary, label="ai", slug="other")
    make_topic("AI", "Gartner")


def test_names_are_compared_without_case_beyond_ascii() -> None:
    topic = make_topic("Élan", "Örgan")
    with pytest.raises(IntegrityError, match=r"topic_label_unique|UNIQUE"), transaction.atomic():
        Topic.objects.create(vocabulary=topic.vocabulary, label="éLAN", slug="other")


def test_a_published_item_has_a_publication_time() -> None:
    with pytest.raises(IntegrityError, match="item_published_has_time"), transaction.atomic():
        make_item(status=CuratedItem.Status.PUBLISHED, published_at=None)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/"])
def test_a_source_link_is_http_or_https(url: str) -> None:
    with pytest.raises(ValidationError):
        CuratedItem(title="x", slug="x", source_url=url).full_clean()
    with pytest.raises(IntegrityError, match="item_source_url_http"), transaction.atomic():
        make_item(source_url=url)


def test_an_alias_belongs_to_one_item() -> None:
    Alias.objects.create(path="/old", item=make_item())
    with pytest.raises(IntegrityError), transaction.atomic():
        Alias.objects.create(path="/old", item=make_item())


def test_saving_renders_the_body() -> None:
    item = make_item(body="A *short* <script>bad()</script> text.")
    assert item.body_html == "<p>A <em>short</em>  text.</p>"
    assert item.body_text == "A short text."


def test_an_automatic_summary_follows_the_body_until_an_editor_writes_one() -> None:
    item = make_item(body="A *first* text.", summary="")
    assert (item.summary, item.shown_summary) == ("", "A first text.")
    item.body = "Another text."
    item.save()
    assert (item.summary, item.shown_summary) == ("", "Another text.")
    item.summary = "An editor's own."
    item.save()
    item.body = "A third text."
    item.save()
    assert (item.summary, item.shown_summary) == ("An editor's own.", "An editor's own.")


def test_a_withdrawn_item_is_removed_from_its_topics_lists() -> None:
    item = make_item(topics=[make_topic()])
    assert ItemTopic.objects.get().listed_at == item.published_at
    item.status = CuratedItem.Status.DRAFT
    item.save()
    assert ItemTopic.objects.get().listed_at is None


EARLY, OUT, LATE, LATEST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2018, 2019, 2020, 2021))


@pytest.mark.parametrize(
    ("source", "edited", "modified"),
    [
        (None, None, None),
        (EARLY, None, None),
        (OUT, EARLY, None),
        (LATE, None, LATE),
        (None, LATE, LATE),
        (LATEST, LATE, LATEST),
        (LATE, LATEST, LATEST),
    ],
)
def test_modified_at_is_the_last_change_by_source_or_editor_after_publication(
    client: Client, source: datetime | None, edited: datetime | None, modified: datetime | None
) -> None:
    item = make_item("A story", published_at=OUT, source_modified_at=source, edited_at=edited)
    said = (modified or OUT).isoformat()
    page = client.get("/news/a-story/").content.decode()
    assert item.modified_at == modified
    assert ('"dateModified":"' in page) == ("article:modified_time" in page) == (modified is not None)
    assert page.count(said) >= (3 if modified is None else 2)
    assert f"<updated>{said}</updated>" in client.get("/news/feed.atom").content.decode()
    assert client.get("/news/feed.json").json()["items"][0]["date_modified"] == said
    assert f"<lastmod>{said}</lastmod>" in b"".join(client.get("/sitemap-items-1.xml")).decode()
    assert client.get(f"/api/v1/items/{item.pk}").json()["updated_at"] == said
