"""Stored PDFs, deleted with the last item, draft, revision or former link that refers to them."""

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .items import CuratedItem
from .revisions import ItemDraft, Revision


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
    if any(column.filter(**{path: name}).exclude(**{path: ""}).exists() for column, path in _columns()):
        return True
    return name in _pdfs_of_drafts()


def used_pdfs() -> set[str]:
    """Return the storage names of all PDFs that something refers to."""
    names = {name for column, path in _columns() for name in column.values_list(path, flat=True).distinct()}
    return {*names, *_pdfs_of_drafts()} - {"", None}


def _columns() -> Iterator[tuple[models.QuerySet[Any], str]]:
    """Yield the rows that refer to PDFs, with the paths of their columns."""
    yield CuratedItem.objects.order_by(), "pdf"
    yield CuratedItem.objects.order_by(), "references__document"
    yield Revision.objects.order_by(), "pdf"
    yield FormerDocument.objects.order_by(), "document"


def _pdfs_of_drafts() -> set[str]:
    drafts: Any = ItemDraft.objects.values_list("state", flat=True)  # the stubs take JSON for bytes
    return {state["pdf"] for state in drafts}


@receiver(post_delete, sender=ItemDraft)
def _discard_pdf_of_draft(instance: ItemDraft, **_kwargs: Any) -> None:
    discard_pdf(instance.state["pdf"])


@receiver(post_delete, sender=CuratedItem)
def _discard_pdf_along(instance: CuratedItem, **_kwargs: Any) -> None:
    discard_pdf(instance.pdf.name or "")


@receiver(post_delete, sender=FormerDocument)
def _discard_former_document(instance: FormerDocument, **_kwargs: Any) -> None:
    discard_pdf(instance.document)
