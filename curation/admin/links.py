"""Links to pages of the admin."""

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.models import CuratedItem, ImportRun

#: The parameter by which the bin shows the items that the undo of an import moved there.
UNDONE_RUN_PARAMETER = "undo"


def edit_url(obj: Model) -> str:
    """Return the address of an object's change page; of an item in the bin, that of the bin."""
    if isinstance(obj, CuratedItem) and obj.status == CuratedItem.Status.BIN:
        return bin_url(obj)
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def bin_url(item: CuratedItem | None = None, *, undone_run: ImportRun | None = None) -> str:
    """Return the address of the bin, or of the part of it with an item, or with those of an undone run."""
    query: dict[str, str | int] = {"q": item.slug} if item else {}
    if undone_run:
        query[UNDONE_RUN_PARAMETER] = undone_run.pk
    return reverse("admin:curation_binneditem_changelist", query=query)


def edit_link(obj: Model) -> SafeString:
    """Return a link to an object's change page, labelled with the object."""
    return format_html('<a href="{}">{}</a>', edit_url(obj), obj)


def edit_link_in_new_tab(obj: Model) -> SafeString:
    """Return a link to an object's change page that leaves the current form open."""
    return format_html('<a href="{}" target="_blank">{}</a>', edit_url(obj), obj)
