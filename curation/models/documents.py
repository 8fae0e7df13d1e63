"""Stored PDFs, which go with the last item that has them."""

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .items import CuratedItem


def discard_pdf(name: str) -> None:
    """Delete a stored PDF once the transaction at hand holds, unless an item has it."""

    def discard() -> None:
        with transaction.atomic():
            attached = CuratedItem.objects.filter(pdf=name).exclude(pdf="")
            linked = CuratedItem.objects.filter(references__document=name).exclude(references__document="")
            if not attached.exists() and not linked.exists():
                default_storage.delete(name)

    if name:
        transaction.on_commit(discard, robust=True)


@receiver(post_delete, sender=CuratedItem)
def _discard_pdf_along(instance: CuratedItem, **_kwargs: Any) -> None:
    discard_pdf(instance.pdf.name or "")
