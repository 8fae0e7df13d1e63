"""The one mapping from front-matter keys to what they become, explained in `docs/front-matter.md`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import identity, links, media, meta, offerings, paths, publication, topics
from .limits import AUTHOR, INSTITUTION, LABEL, SUMMARY, TAG
from .source import Source


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field of `Identity` or `ItemRecord` is made: from which keys, by which function."""

    field: str
    keys: tuple[str, ...]
    read: Callable[[Source], Any]


def _first(*keys: str, limit: int = LABEL) -> Callable[[Source], str]:
    """Return a reader of the first of some keys that holds a text."""
    return lambda source: next(filter(None, (source.text(key, limit) for key in keys)), "")


#: In the order they are read: a rule may use the fields above it (`source.fields`).
RULES = (
    Rule("source_system", ("source", "source.name"), identity.source_system),
    Rule("external_id", ("id", "dropmark.editURL", "url"), identity.external_id),
    Rule("md_name", ("mdName",), identity.md_name),
    Rule("title", ("title",), identity.title),
    Rule("slug", ("slug",), identity.slug),
    Rule("summary", ("description",), lambda source: source.prose("description", SUMMARY)),
    Rule("body", (), lambda source: source.body),
    Rule("published_at", ("date",), publication.published_at),
    Rule("modified_at", ("lastMod", "lastmod"), publication.modified_at),
    Rule("status", ("status", "draft"), publication.status),
    Rule("source_url", links.SOURCE_LINK_KEYS, links.source_url),
    Rule("source_url_original", links.ORIGINAL_LINK_KEYS, links.source_url_original),
    Rule("publisher", ("link.brand", "linkBrand"), links.publisher),
    Rule("via_name", ("via",), links.via_name),
    Rule("via_url", ("viaLink",), links.via_url),
    Rule("authors", ("author",), lambda source: source.texts("author", AUTHOR)),
    Rule(
        "topics",
        ("categories", "categoryUrl", "categorySlug", "categoryLabel", "openProjectCustomFields.medigyTopics"),
        topics.topics,
    ),
    Rule("offerings", ("offering", "relatedOfferings"), offerings.offerings),
    Rule("tags", ("tags",), lambda source: source.texts("tags", TAG)),
    Rule("aliases", ("aliases", "url"), paths.aliases),
    Rule("kind", ("identifier", "searchCategory"), _first("identifier", "searchCategory")),
    Rule("format", ("sub",), _first("sub")),
    Rule("section", ("mastHead",), _first("mastHead")),
    Rule(
        "institution",
        ("institution", "institution.label"),
        _first("institution.label", "institution", limit=INSTITUTION),
    ),
    Rule("image", ("featuredImage",), lambda source: media.media(source, "featuredImage")),
    Rule("pdf", ("featuredPdf",), lambda source: media.media(source, "featuredPdf")),
    Rule("icon", ("favIconImage",), lambda source: media.media(source, "favIconImage")),
    Rule("meta", (*meta.GROUPS.values(), *meta.SINGLE), meta.meta),
    Rule("breadcrumbs", ("breadcrumbs", "breadcrumbLinks"), paths.breadcrumbs),
)

#: Keys that no field is made from. They live on in the front-matter text alone; a `*` stands for any ending.
KEPT = (
    *("archetype", "type", "layOut", "basePath", "contentCategories", "openProjectWorkPackageType", "insights_*"),
    *("socialScore", "socialScoreSimulated", "haveFrontMatter", "body.description"),
)

_KNOWN = {key for rule in RULES for key in rule.keys} | set(KEPT)
_KNOWN |= {key.partition(".")[0] for key in _KNOWN}
_PREFIXES = tuple(key.removesuffix("*") for key in KEPT if key.endswith("*"))


def unmapped(keys: list[str]) -> tuple[str, ...]:
    """Return the top-level keys that nothing above names."""
    return tuple(key for key in keys if key not in _KNOWN and not key.startswith(_PREFIXES))
