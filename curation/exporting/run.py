"""An export from a choice of items to files, one item after the other, so that any number fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.core.files.storage import default_storage

from curation.exporting.documents import Document, ItemFiles
from curation.exporting.layout import Layout
from curation.models import CuratedItem, Image
from curation.models.items import ItemQuerySet
from curation.snapshot import with_relations

BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class File:
    """A file to write. `path` starts with `content/` or `static/`; `problems` tell what could not be said or found."""

    path: str
    data: bytes
    kind: Literal["kept", "edited", "new", "media"]
    problems: tuple[str, ...] = ()


def export(items: ItemQuerySet) -> Iterator[list[File]]:
    """Yield the files of each item, what they point to first. A fixed number of queries a batch of items."""
    layout = Layout()
    seen: dict[int, int] = {}
    for batch in _batches(items):
        images = _images(batch)
        for item in batch:
            files: list[File] = []
            for document in ItemFiles(item, layout, images).documents():
                files += _files(document, seen)
            yield files


def _batches(items: ItemQuerySet) -> Iterator[list[CuratedItem]]:
    chosen = CuratedItem.objects.filter(pk__in=items.order_by().values("pk")).order_by("pk")
    prefetched = with_relations(chosen).prefetch_related(
        "documents", "references__image", "itemoffering_set__offering__topics__vocabulary"
    )
    last = 0
    while batch := list(prefetched.filter(pk__gt=last)[:BATCH_SIZE]):
        yield batch
        last = batch[-1].pk


def _images(batch: list[CuratedItem]) -> dict[str, Image]:
    """Return the images that the documents of some items were imported with, by digest."""
    digests = {
        found["sha256"] for item in batch for document in item.documents.all() for found in document.media.values()
    }
    return {image.sha256: image for image in Image.objects.filter(sha256__in=digests - {""})}


def _files(document: Document, seen: dict[int, int]) -> Iterator[File]:
    problems = list(document.problems)
    for path, name in document.media.items():
        if hash(path) in seen:
            if seen[hash(path)] != hash(name):
                problems.append(f"{path}: another picture of an older item lies there")
            continue
        seen[hash(path)] = hash(name)
        try:
            with default_storage.open(name) as stored:
                yield File(path, stored.read(), "media")
        except OSError as error:
            problems.append(f"{path}: cannot be read from the media storage ({error.strerror})")
    yield File(document.path, document.data, document.kind, tuple(problems))
