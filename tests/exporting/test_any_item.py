"""Any item is the same after an export and import, into its own site and into an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.frontmatter.record import ItemRecord, TopicRef
from curation.items.record import COLUMNS, column_value
from curation.models import (
    Alias,
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTopic,
    Offering,
    Publisher,
    SourceDocument,
    Topic,
    Vocabulary,
)
from tests.frontmatter.any_record import records
from tests.frontmatter.files import CONTENT

from .conftest import export_markdown, import_markdown
from .items import all_items, comparable_values, delete_everything

pytestmark = pytest.mark.django_db
several_examples = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def store(item: CuratedItem, record: ItemRecord) -> None:
    """Give an item the values of a record."""
    for name, column in COLUMNS.items():
        setattr(item, column, column_value(record, name))
    brand = record.publisher
    item.publisher = Publisher.objects.get_or_create(domain=brand.domain, name=brand.name)[0] if brand else None
    item.save()
    for relations in (item.itemtopic_set, item.itemauthor_set, item.itemoffering_set, item.aliases):
        relations.all().delete()
    for position, topic in enumerate(record.topics):
        ItemTopic.objects.create(item=item, topic=topic_of(topic), position=position)
    for position, name in enumerate(record.authors):
        author, _ = Author.objects.get_or_create(name=name, defaults={"slug": f"author-{position}"})
        ItemAuthor.objects.create(item=item, author=author, position=position)
    for position, offering in enumerate(record.offerings):
        row = Offering.objects.create(name=offering.name, slug=offering.slug, external_id=offering.external_id)
        ItemOffering.objects.create(item=item, offering=row, is_primary=offering.is_primary, position=position)
    item.tags.set(record.tags, clear=True)
    for path in record.aliases:
        Alias.objects.create(item=item, path=path)


def topic_of(ref: TopicRef) -> Topic:
    vocabulary, _ = Vocabulary.objects.get_or_create(
        name__iexact=ref.vocabulary, defaults={"name": ref.vocabulary, "slug": f"v{Vocabulary.objects.count()}"}
    )
    slug = ref.slug if not Topic.objects.filter(slug=ref.slug).exists() else f"t{Topic.objects.count()}"
    return Topic.objects.get_or_create(
        vocabulary=vocabulary, label__iexact=ref.label, defaults={"label": ref.label, "slug": slug}
    )[0]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder, and a database that forgets."""
    with TemporaryDirectory() as folder, transaction.atomic():
        yield Path(folder)
        transaction.set_rollback(True)


def assert_comes_back(dest: Path) -> None:
    """Export everything; import it here, which changes nothing, and into an empty site, which becomes this one."""
    before = all_items()
    assert export_markdown(dest, "--all").endswith(" 0 warnings")
    files = {path: path.read_bytes() for path in dest.rglob("*.md")}
    assert import_markdown(dest).startswith(f"0 created, 0 updated, {len(before)} unchanged, 0 skipped, 0 rejected")
    assert all_items() == before
    delete_everything()
    assert import_markdown(dest).startswith(f"{len(before)} created")
    assert {slug: comparable_values(record) for slug, record in all_items().items()} == {
        slug: comparable_values(record) for slug, record in before.items()
    }
    export_markdown(dest, "--all")
    assert {path: path.read_bytes() for path in dest.rglob("*.md")} == files


@several_examples
@given(records())
def test_an_item_made_here(record: ItemRecord) -> None:
    with scratch() as folder:
        store(CuratedItem(), replace(record, image=None))
        assert_comes_back(folder / "export")


@pytest.mark.long
@several_examples
@given(st.sampled_from(sorted(CONTENT.iterdir())), records(), st.booleans())
def test_an_item_that_came_from_a_file_and_was_edited_in_every_field(
    path: Path, record: ItemRecord, has_windows_line_ends: bool
) -> None:
    with scratch() as folder:
        data = path.read_bytes()
        (folder / path.name).write_bytes(data.replace(b"\n", b"\r\n") if has_windows_line_ends else data)
        import_markdown(folder / path.name)
        document = SourceDocument.objects.get()
        # An address that follows from another key than `aliases` cannot be taken away.
        aliases = {*document.record["aliases"], *record.aliases} - {f"/news/{record.slug}"}
        breadcrumbs = tuple(all_items().popitem()[1].breadcrumbs)
        store(document.item, replace(record, image=None, aliases=tuple(aliases), breadcrumbs=breadcrumbs))
        assert_comes_back(folder / "export")
