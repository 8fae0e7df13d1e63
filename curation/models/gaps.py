"""Gaps of items: what they lack or exceed, as conditions on their rows. Checks, lists and the search index use them.

A gap depends on the item, its topics, its image and nothing else, so that the index entry of an item can name it.
"""

from collections.abc import Callable, Mapping

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import GreaterThan

from .images import Image
from .relations import ItemTopic

#: Search engines cut longer titles.
MAX_TITLE_CHARS = 70
#: Groups and names of the meta tags in which files keep the source's own description.
SOURCE_DESCRIPTIONS = (
    ("openGraph", "ogdescription"),
    ("twitter", "twitterdescription"),
    ("html", "ogdescription"),
)


def _copy_of_the_source() -> Q:
    found = Q()
    for group, name in SOURCE_DESCRIPTIONS:
        found |= Q(GreaterThan(StrIndex(KT(f"meta__{group}__{name}"), F("summary")), 0))
    return found & ~Q(summary="") & ~Q(source_url="")


#: The gaps by their codes, which are those of the checks (`items.checks`) where there is one.
GAPS: Mapping[str, Callable[[], Q]] = {
    "no-title": lambda: Q(title=""),
    "no-content": lambda: Q(source_url="", body_html=""),
    "no-source": lambda: Q(source_url=""),
    "no-image": lambda: Q(image=None),
    "no-topic": lambda: ~Q(Exists(ItemTopic.objects.filter(item=OuterRef("pk")))),
    "title-long": lambda: Q(GreaterThan(Length("title"), MAX_TITLE_CHARS)),
    "summary-missing": lambda: Q(summary=""),
    "summary-of-source": _copy_of_the_source,
    "alt-missing": lambda: Q(Exists(Image.objects.filter(pk=OuterRef("image"), alt="")), image_alt=""),
}


def gap_annotation(code: str) -> str:
    return f"gap_{code.replace('-', '_')}"


def gap_annotations() -> dict[str, ExpressionWrapper[Q]]:
    """Return annotations that say which gaps an item has, by `gap_annotation()`."""
    return {gap_annotation(code): ExpressionWrapper(gap(), BooleanField()) for code, gap in GAPS.items()}
