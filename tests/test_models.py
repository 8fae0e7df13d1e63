"""What the database itself refuses, and what saving derives."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from curation.models import Alias, CuratedItem, ItemTopic, Topic

from .factories import make_item, make_topic

pytestmark = pytest.mark.django_db


def test_a_topic_exists_once_for_each_vocabulary_and_label_whatever_the_case() -> None:
    topic = make_topic("AI", "Medigy")
    with pytest.raises(IntegrityError, match=r"topic_label_unique|UNIQUE"), transaction.atomic():
        Topic.objects.create(vocabulary=topic.vocabulary, label="ai", slug="other")
    make_topic("AI", "Gartner")


def test_case_is_disregarded_beyond_ascii() -> None:
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


def test_saving_renders_the_body_and_fills_an_empty_summary() -> None:
    item = make_item(body="A *short* <script>bad()</script> text.", summary="")
    assert item.body_html == "<p>A <em>short</em>  text.</p>"
    assert item.body_text == item.summary == "A short text."


def test_withdrawing_an_item_takes_it_from_its_topics_lists() -> None:
    item = make_item(topics=[make_topic()])
    assert ItemTopic.objects.get().listed_at == item.published_at
    item.status = CuratedItem.Status.DRAFT
    item.save()
    assert ItemTopic.objects.get().listed_at is None
