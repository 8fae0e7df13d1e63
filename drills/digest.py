"""A digest of a site's content that is equal for two imports of the same files, and the problems of the site.

IDs, times of writing and the ledger differ between imports and are left out. Rows refer to others by natural keys.
`python -m drills.inside digest [COLUMN …]` prints the digest of the site of the environment, without some columns of
items.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Field, ForeignKey, Model
from django_tasks import task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from curation.models import (
    BulkChange,
    ContentVersion,
    CuratedItem,
    Image,
    ImportRecord,
    ImportRun,
    Revision,
    SearchEntry,
    SearchWord,
    SourceDocument,
    Tag,
    WorkerHeartbeat,
)
from curation.search import index

#: The natural keys of models by name; those of all others are slugs.
NATURAL_KEYS = {"Publisher": "domain", "Image": "sha256"}
#: Models about writing and workers instead of content, and the search index, which refers to rows by IDs.
LEDGER = {ImportRun, ImportRecord, Revision, BulkChange, ContentVersion, SearchEntry, SearchWord, WorkerHeartbeat}
TIMES_OF_WRITING = {"created_at", "updated_at", "imported_at"}
#: Columns that may differ after a failed import: the next one reads pictures, and the first of two equal files, again.
MAY_DIFFER = {CuratedItem: {"image", "pdf"}, SourceDocument: {"media", "path", "content_path", "page_name"}}

Rows = defaultdict[str, list[str]]


def models() -> list[type[Model]]:
    own = apps.get_app_config("curation").get_models(include_auto_created=True)
    return [*(model for model in own if not model._meta.proxy and model not in LEDGER), Tag]


class Keys:
    """Natural keys of rows by their IDs, with one query a model."""

    def __init__(self) -> None:
        self._known: dict[type[Model], dict[Any, str]] = {}

    def of(self, model: type[Model], pk: Any) -> str | None:
        if pk is None or model in LEDGER:
            return None
        if model not in self._known:
            name = NATURAL_KEYS.get(model.__name__, "slug")
            self._known[model] = dict(model._default_manager.values_list("pk", name))
        return self._known[model].get(pk, f"no row {pk}")


def columns(model: type[Model], without: Collection[str] = ()) -> list[Field[Any, Any]]:
    ignored = {*TIMES_OF_WRITING, *(without if model is CuratedItem else ())}
    return [field for field in model._meta.concrete_fields if not field.primary_key and field.name not in ignored]


def rows(model: type[Model], keys: Keys, without: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield every row of a model as plain values."""
    fields = columns(model, without)
    for values in model._default_manager.order_by().values_list(*(field.attname for field in fields)).iterator():
        yield {field.name: _plain(field, value, keys) for field, value in zip(fields, values, strict=True)}


def _plain(field: Field[Any, Any], value: Any, keys: Keys) -> Any:
    if isinstance(field, ForeignKey):
        return keys.of(field.related_model, value)
    return value


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def content(without: Collection[str] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """Return a digest of each table, and one of each item with its related rows, by slug."""
    keys = Keys()
    tables: dict[str, str] = {}
    items: Rows = defaultdict(list)
    for model in models():
        owner = _owner(model)
        digests = []
        for row in rows(model, keys, without):
            digests.append(digest(row))
            if owner and not _is_repeat(model, row):
                lasting = {name: value for name, value in row.items() if name not in MAY_DIFFER.get(model, ())}
                items[row[owner]].append(f"{model.__name__} {digest(lasting)}")
        tables[model.__name__] = digest([len(digests), *sorted(digests)])
    return tables, {slug: digest(sorted(parts)) for slug, parts in items.items()}


def _owner(model: type[Model]) -> str | None:
    """Return the column with the item that a row belongs to."""
    if model is CuratedItem:
        return "slug"
    owners = (field.name for field in columns(model) if field.related_model is CuratedItem)
    return next(owners, None)


def _is_repeat(model: type[Model], row: dict[str, Any]) -> bool:
    """Whether a row is a further file of an item, which may be imported later."""
    return model is SourceDocument and not row["is_primary"]


def stored_files() -> dict[str, str]:
    """Return a digest of each file in the media folder, by its name in the storage."""
    root = Path(settings.MEDIA_ROOT)
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# Problems


def problems(files: dict[str, str]) -> Iterator[str]:
    """Yield the problems of a site while no import is running."""
    yield from _media_problems(files)
    yield from _rendition_problems()
    yield from (f"the search index is wrong for item {pk}" for _, wrong in index.check() for pk in wrong)
    if connection.vendor == "sqlite":
        yield from _sqlite_problems()
    else:
        check_postgres()


def _media_problems(files: dict[str, str]) -> Iterator[str]:
    pictures = {image.file.name: image for image in Image.objects.all()}
    pdfs = set(CuratedItem.objects.exclude(pdf="").values_list("pdf", flat=True))
    renditions = {
        file.name for image in pictures.values() if image.has_renditions for file in image.file.get_picture_files_list()
    }
    yield from (f"{name} has no row" for name in files.keys() - pictures.keys() - pdfs - renditions)
    yield from (f"{name} is missing" for name in (pictures.keys() | pdfs) - files.keys())
    for name, image in pictures.items():
        if name in files and default_storage.size(name) != image.size:
            yield f"{name} has {default_storage.size(name)} bytes of {image.size}"
    for name in pdfs & files.keys():
        if files[name] != Path(name).stem:
            yield f"{name} does not have the content of its name"


def _rendition_problems() -> Iterator[str]:
    """Yield the pictures without renditions that have no task, if tasks are rows."""
    if not isinstance(task_backends["default"], DatabaseBackend):
        return
    task = DBTaskResult.objects.filter(task_path="curation.tasks.make_renditions")
    queued = {row.args_kwargs["args"][0] for row in task}
    for image in Image.objects.filter(has_renditions=False):
        if image.pk not in queued:
            yield f"{image.file.name} has no renditions and no task"


def _sqlite_problems() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (f"integrity_check: {row[0]}" for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        yield from (f"foreign_key_check: {row}" for row in cursor.fetchall())


def check_postgres() -> None:
    """Compare every index with its table, if the user may create the extension amcheck. Raises `DatabaseError`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        cursor.execute(
            "SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "JOIN pg_am ON pg_am.oid = relam WHERE amname = 'btree' AND relpersistence <> 't' AND indisvalid"
        )


def inspect(without: Collection[str] = ()) -> dict[str, Any]:
    files = stored_files()
    tables, items = content(without)
    return {
        "tables": {**tables, "media": digest(files)},
        "items": items,
        "problems": sorted(problems(files)),
        "runs": list(ImportRun.objects.order_by("pk").values_list("outcome", flat=True)),
    }


def main(without: Sequence[str]) -> None:
    json.dump(inspect(without), sys.stdout)
