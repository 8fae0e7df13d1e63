"""Undo of imports whose topics, authors, tags and publishers were renamed since."""

import pytest

from curation.importing.history.undo import undo
from curation.models import Author, CuratedItem, ImportRun, Publisher, Tag, Topic, Vocabulary
from tests.importing.conftest import RunImport, WriteFile

from .test_undo import NAMED, last_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


def test_an_undo_finds_rows_that_were_renamed_since(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["X: One"], author="Ann", tags=["t"])
    import_()
    write_file("a.md", categories=["X: Two"], author="Ben", tags=["u"])
    import_()
    for row in (Tag.objects.get(name="t"), Author.objects.get(name="Ann")):
        row.name = f"{row.name} renamed"
        row.save()
    topic = Topic.objects.get(label="One")
    topic.label, topic.slug = "One renamed", "one-renamed"
    topic.save()
    undo(last_run())
    item = CuratedItem.objects.get()
    assert [row.label for row in item.topics.all()] == ["One renamed"]
    assert [row.name for row in item.authors.all()] == ["Ann renamed"]
    assert list(item.tags.names()) == ["t renamed"]
    assert not Tag.objects.filter(name="t").exists()


def rename_all(word: str) -> None:
    for model in (Vocabulary, Author, Tag):
        for row in model._default_manager.all():
            row.name, row.slug = f"{row.name} {word}", f"{row.slug}-{word}"
            row.save()
    for topic in Topic.objects.all():
        topic.label, topic.slug = f"{topic.label} {word}", f"{topic.slug}-{word}"
        topic.save()
    for publisher in Publisher.objects.all():
        publisher.domain = f"{word}.{publisher.domain}"
        publisher.save()


def test_new_items_are_moved_to_the_bin_though_their_rows_were_renamed(
    write_file: WriteFile, import_: RunImport
) -> None:
    import_(write_file("first.md", **NAMED))
    rename_all("early")
    for title in ("Old", "New"):
        import_(write_file("a.md", title=title, **NAMED), write_file("b.md", **NAMED))
    first, second, third = ImportRun.objects.order_by("pk")
    rename_all("late")
    assert (undo(third).restored, undo(second).binned, undo(first).binned) == (1, 2, 1)


def test_a_new_item_whose_file_gives_a_topic_the_slug_of_another_is_moved_to_the_bin(
    write_file: WriteFile, import_: RunImport
) -> None:
    import_(write_file("a.md", categories=["X: One"]))
    topic = Topic.objects.get()
    topic.label = "1"
    topic.save()
    import_(write_file("b.md", slug="b", categories=["X: One"]))
    assert undo(last_run()).binned == 1
