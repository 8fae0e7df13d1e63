"""An item as its page loads it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.listing.detail import NOT_LOADED, detail_by_id, published_detail
from curation.models import CuratedItem, Image, SourceDocument
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db


def make_full_item() -> CuratedItem:
    images = [
        Image.objects.create(file=f"{name}.png", sha256=name, width=3, height=2, format="PNG", size=1) for name in "ab"
    ]
    return make_item(
        "Full",
        publisher=make_publisher("example.org", icon=images[0]),
        image=images[1],
        topics=[make_topic("Zeal"), make_topic("Care", "KLAS")],
        offerings=[make_offering("Chart")],
        authors=[make_author("Bob"), make_author("Ann")],
        tags=["shared"],
    )


def test_two_queries_load_every_column_but_the_long_ones_and_all_relations() -> None:
    item = make_full_item()
    with CaptureQueriesContext(connection) as queries:
        detail = published_detail(item.slug)
        assert detail
        assert detail.item.publisher
        assert detail.item.publisher.icon == item.publisher.icon  # type: ignore[union-attr]
        assert detail.item.image == item.image
    assert len(queries) == 2
    assert detail.item.get_deferred_fields() == set(NOT_LOADED)
    assert [author.name for author in detail.authors] == ["Bob", "Ann"]
    assert [(topic.name, topic.group) for topic in detail.topics] == [("Zeal", "Symplur"), ("Care", "KLAS")]
    assert [offering.get_absolute_url() for offering in detail.offerings] == ["/offering/chart/"]
    assert [tag.name for tag in detail.tags] == ["shared"]


def test_an_unpublished_item_is_found_by_its_primary_key_alone() -> None:
    draft = make_item("Draft", status=CuratedItem.Status.DRAFT)
    assert published_detail(draft.slug) is None
    found = detail_by_id(draft.pk)
    assert found
    assert found.item == draft
    assert detail_by_id(0) is None


def test_further_documents_give_source_links_once_and_without_the_items_own() -> None:
    item = make_item(source_url="https://a.example/")
    for number, link in enumerate(("https://b.example/", "https://a.example/", "https://b.example/", "")):
        SourceDocument.objects.create(
            item=item, path=f"/{number}.md", is_primary=False, source_url=link, imported_at=item.created_at
        )
    detail = published_detail(item.slug)
    assert detail
    assert detail.other_sources == ["https://b.example/"]
