"""Stored PDFs, deleted with the last item, draft, revision or former link that refers to them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .items import CuratedItem
from .revisions import ItemDraft

#: The columns that hold storage names of PDFs, by table.
COLUMNS = {
    "curation_curateditem": "pdf",
    "curation_bodyreference": "document",
    "curation_revision": "pdf",
    "curation_formerdocument": "document",
}


class FormerDocument(models.Model):
    """A stored PDF that a body of an item linked to once: its history can give the link back."""

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="former_documents", db_index=False)
    document = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "document"], name="formerdocument_unique")]
        indexes = [models.Index(fields=["document"], name="formerdocument_document")]

    def __str__(self) -> str:
        return self.document


def discard_pdf(name: str) -> None:
    """Delete a stored PDF when the current transaction is committed, unless something still refers to it."""

    def discard() -> None:
        with transaction.atomic():
            if not is_pdf_used(name):
                default_storage.delete(name)

    if name:
        transaction.on_commit(discard, robust=True)


def is_pdf_used(name: str) -> bool:
    """Whether an item, a body, a draft or a history refers to a PDF."""
    if any(rows.filter(**{column: name}).exists() for rows, column in _columns(_current(), "default")):
        return True
    return name in _pdfs_of_drafts(_current(), "default")


def used_pdfs(tables: Iterable[type[models.Model]] | None = None, alias: str = "default") -> set[str]:
    """Return the storage names of all PDFs that something refers to.

    `tables` are the models of a database that is not yet migrated, in place of those of this code.
    """
    tables = _current() if tables is None else list(tables)
    found = _columns(tables, alias)
    names = {name for rows, column in found for name in rows.values_list(column, flat=True).distinct()}
    return {*names, *_pdfs_of_drafts(tables, alias)} - {"", None}


def _current() -> list[type[models.Model]]:
    return list(apps.get_app_config("curation").get_models())


def _columns(tables: Iterable[type[models.Model]], alias: str) -> Iterator[tuple[models.QuerySet[Any], str]]:
    """Yield the rows that refer to PDFs, with the names of their columns."""
    for model in tables:
        column = COLUMNS.get(model._meta.db_table)
        if column in {field.name for field in model._meta.concrete_fields}:
            yield model._base_manager.using(alias).exclude(**{column: ""}).order_by(), str(column)


def _pdfs_of_drafts(tables: Iterable[type[models.Model]], alias: str) -> set[str]:
    return {
        state.get("pdf", "")
        for model in tables
        if model._meta.db_table == ItemDraft._meta.db_table
        for state in model._base_manager.using(alias).values_list("state", flat=True)
    }


@receiver(post_delete, sender=ItemDraft)
def _discard_pdf_of_draft(instance: ItemDraft, **_kwargs: Any) -> None:
    discard_pdf(instance.state["pdf"])


@receiver(post_delete, sender=CuratedItem)
def _discard_pdf_along(instance: CuratedItem, **_kwargs: Any) -> None:
    discard_pdf(instance.pdf.name or "")


@receiver(post_delete, sender=FormerDocument)
def _discard_former_document(instance: FormerDocument, **_kwargs: Any) -> None:
    discard_pdf(instance.document)
