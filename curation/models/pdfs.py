"""Stored PDFs, deleted with the last item, draft, revision or former link that refers to them."""

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
            attached = CuratedItem.objects.filter(pdf=name).exclude(pdf="")
            linked = CuratedItem.objects.filter(references__document=name).exclude(references__document="")
            if not attached.exists() and not linked.exists() and not _is_kept(name):
                default_storage.delete(name)

    if name:
        transaction.on_commit(discard, robust=True)


def _is_kept(name: str) -> bool:
    """Whether a PDF is one of a draft, or can be put back from the history of an item."""
    if Revision.objects.filter(pdf=name).exclude(pdf="").exists():
        return True
    if FormerDocument.objects.filter(document=name).exists():
        return True
    drafts: Any = ItemDraft.objects.values_list("state", flat=True)  # the stubs take JSON for bytes
    return any(state["pdf"] == name for state in drafts)


@receiver(post_delete, sender=ItemDraft)
def _discard_pdf_of_draft(instance: ItemDraft, **_kwargs: Any) -> None:
    discard_pdf(instance.state["pdf"])


@receiver(post_delete, sender=CuratedItem)
def _discard_pdf_along(instance: CuratedItem, **_kwargs: Any) -> None:
    discard_pdf(instance.pdf.name or "")


@receiver(post_delete, sender=FormerDocument)
def _discard_former_document(instance: FormerDocument, **_kwargs: Any) -> None:
    discard_pdf(instance.document)
