"""An image as HTML: with its facts, with its focal point, and with what uses it."""

from __future__ import annotations

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from curation.admin.links import edit_link
from curation.lib.media_types import RENDITIONS, labels
from curation.models import BodyReference, CuratedItem, Image, ImageLook, Publisher
from curation.models.fields import rendition_widths
from curation.models.items import ItemQuerySet
from curation.templating.pictures import picture

#: Maximum number of items, and of pictures of the same look, that the page of an image shows.
MAX_USES, MAX_ALIKE = 50, 12
#: The shapes to which readers' pages crop pictures, with what they show there.
CROPS = (("16-9", "Top of the front page"), ("3-2", "Lists"), ("4-3", "Cards"))


def picture_with_details(image: Image) -> SafeString:
    """Return an image as HTML, linked to its file, with its dimensions, format and size."""
    context = {"image": image, "picture": picture(image, sizes="320px")}
    return render_to_string("admin/curation/picture_details.html", context)


def picture_with_focus(image: Image) -> SafeString:
    """Return an image with a mark on its focal point, and as readers' pages crop it."""
    context = {
        "image": image,
        "picture": picture(image, sizes="(min-width: 64rem) 40rem, 100vw", priority=True),
        "crops": [(shape, label, picture(image, sizes="240px")) for shape, label in CROPS],
    }
    return render_to_string("admin/curation/image/focus.html", context)


def smaller_versions(image: Image) -> str:
    """Return the widths of an image's renditions."""
    if not image.has_renditions:
        return "Being made. Until then pages show the file itself."
    widths = ", ".join(f"{width:,}" for width in rendition_widths(image.width, image.height))
    return f"{widths} pixels wide, as {labels(RENDITIONS).replace(' or ', ' and ')}" if widths else "None"


def items_with(image: Image) -> ItemQuerySet:
    """Return the items that have an image as their picture, or in their text; those in the bin as well."""
    in_bodies = BodyReference.objects.filter(image=image).order_by().values("item")
    return CuratedItem.objects.filter(Q(image=image) | Q(pk__in=in_bodies))


def uses(image: Image) -> SafeString:
    """Return links to the items that have an image, and to the publishers whose icon it is."""
    items = list(items_with(image).only("title", "slug", "status", "image_id")[: MAX_USES + 1])
    lines = [(edit_link(item), _manner(item, image)) for item in items[:MAX_USES]]
    lines += [(edit_link(publisher), " (icon)") for publisher in Publisher.objects.filter(icon=image)[:MAX_USES]]
    if not lines:
        return SafeString("Nothing: neither an item nor a publisher has it.")
    more = "and more" if len(items) > MAX_USES else ""
    return format_html_join(mark_safe("<br>"), "{}{}", [*lines, *([(more, "")] if more else [])])


def _manner(item: CuratedItem, image: Image) -> str:
    notes = ["in the text"] if item.image_id != image.pk else []
    notes += ["in the bin"] if item.status == CuratedItem.Status.BIN else []
    return f" ({', '.join(notes)})" if notes else ""


def lookalikes(image: Image) -> SafeString:
    """Return the other images of the same look, as links."""
    group = ImageLook.objects.filter(image=image).values("group")
    alike = Image.objects.filter(look__group__in=group).exclude(pk=image.pk)[:MAX_ALIKE]
    if not alike:
        return SafeString("None.")
    return render_to_string(
        "admin/curation/image/lookalikes.html", {"images": [(one, picture(one, sizes="120px")) for one in alike]}
    )
