"""Export items to files, one item after the other, so that any number of items fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.core.files.storage import default_storage

from curation.items.record import with_record_relations
from curation.models import CuratedItem, Image
from curation.models.items import ItemQuerySet

from .documents import ExportedDocument, ItemFiles
from .layout import Layout

#: Items that are loaded together.
BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to write. `path` starts with `content/` or `static/`. `problems` are sentences about the file."""

    path: str
    data: bytes
    kind: Literal["kept", "edited", "new", "media"]
    problems: tuple[str, ...] = ()


def export(items: ItemQuerySet) -> Iterator[list[ExportedFile]]:
    """Yield the files of each item, media first. Makes a fixed number of queries per batch of items."""
    layout = Layout()
    seen: dict[int, int] = {}
    for batch in _batches(items):
        images = _images(batch)
        for item in batch:
            files: list[ExportedFile] = []
            for document in ItemFiles(item, layout, images).documents():
                files += _files(document, seen)
            yield files


def _batches(items: ItemQuerySet) -> Iterator[list[CuratedItem]]:
    chosen = CuratedItem.objects.filter(pk__in=items.order_by().values("pk")).order_by("pk")
    prefetched = with_record_relations(chosen).prefetch_related(
        "documents", "references__image", "itemoffering_set__offering__topics__vocabulary"
    )
    last = 0
    while batch := list(prefetched.filter(pk__gt=last)[:BATCH_SIZE]):
        yield batch
        last = batch[-1].pk


def _images(batch: list[CuratedItem]) -> dict[str, Image]:
    """Return the images with which the documents of some items were imported, by SHA-256."""
    digests = {
        found["sha256"] for item in batch for document in item.documents.all() for found in document.media.values()
    }
    return {image.sha256: image for image in Image.objects.filter(sha256__in=digests - {""})}


def _files(document: ExportedDocument, seen: dict[int, int]) -> Iterator[ExportedFile]:
    problems = list(document.problems)
    for path, name in document.media.items():
        if hash(path) in seen:
            if seen[hash(path)] != hash(name):
                problems.append(f"{path}: another picture of an older item has this path")
            continue
        seen[hash(path)] = hash(name)
        try:
            with default_storage.open(name) as stored:
                yield ExportedFile(path, stored.read(), "media")
        except OSError as error:
            problems.append(f"{path}: cannot be read from the media storage ({error.strerror})")
    yield ExportedFile(document.path, document.data, document.kind, tuple(problems))
