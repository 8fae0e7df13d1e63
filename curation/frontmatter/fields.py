"""The one mapping from front-matter keys to what they become, explained in `docs/front-matter.md`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from . import (
    flavours,
    identity,
    labels,
    languages,
    links,
    media,
    meta,
    offerings,
    paths,
    publication,
    titles,
    topics,
    visibility,
    write_links,
    write_lists,
    writers,
)
from .keys import Names
from .limits import INSTITUTION, LABEL, SUMMARY
from .source import Source
from .writers import Writer


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field of `Identity` or `ItemRecord` is made: from which keys, by which function; and how it is written.

    What has no `write` is never edited.
    """

    field: str
    keys: tuple[str, ...]
    read: Callable[[Source], Any]
    write: Writer | None = None


def _first(*keys: str, limit: int = LABEL) -> Callable[[Source], str]:
    """Return a reader of the first of some keys that holds a text."""
    return lambda source: next(filter(None, (source.text(key, limit) for key in keys)), "")


#: Where the summary may be, best first.
_SUMMARY_KEYS = ("summary", "excerpt", "description")

#: In the order they are read: a rule may use the fields above it (`source.fields`).
RULES = (
    Rule("source_system", ("source", "source.name"), identity.source_system),
    Rule("external_id", ("id", "dropmark.editURL", "url"), identity.external_id),
    Rule("md_name", ("mdName",), identity.md_name),
    Rule("title", ("title",), titles.title, writers.title),
    Rule("slug", ("slug",), identity.slug, writers.text("slug")),
    Rule("given_slug", ("slug", "url"), identity.given_slug),
    Rule(
        "summary",
        _SUMMARY_KEYS,
        lambda source: next(filter(None, (source.prose(key, SUMMARY) for key in source.present(_SUMMARY_KEYS))), ""),
        writers.prose(*_SUMMARY_KEYS),
    ),
    Rule("body", (), lambda source: source.body, lambda file, body: file.set_body(body)),
    Rule("flavour", ("flavour",), flavours.flavour, writers.text("flavour")),
    Rule("published_at", publication.PUBLISHED_KEYS, publication.published_at, writers.published_at),
    Rule("modified_at", publication.MODIFIED_KEYS, publication.modified_at, writers.moment(*publication.MODIFIED_KEYS)),
    Rule("expires_at", publication.EXPIRY_KEYS, publication.expires_at, writers.moment(*publication.EXPIRY_KEYS)),
    Rule("status", (*visibility.KEYS, *visibility.BUILD_PARTS), publication.status, writers.status),
    Rule("source_url", links.SOURCE_LINK_KEYS, links.source_url, write_links.source_url),
    Rule(
        "source_url_original",
        links.ORIGINAL_LINK_KEYS,
        links.source_url_original,
        write_links.source_url_original,
    ),
    Rule("publisher", ("link.brand", "linkBrand"), links.publisher, write_links.publisher),
    Rule("via_name", ("via",), links.via_name, writers.text("via")),
    Rule("via_url", ("viaLink",), links.via_url, write_links.via_url),
    Rule("authors", tuple(labels.AUTHOR_KEYS), labels.authors, write_lists.labels(labels.AUTHOR_KEYS)),
    Rule(
        "topics",
        (*topics.KEYS, "categoryUrl", "categorySlug", "categoryLabel", topics.COPY),
        topics.topics,
        write_lists.topics,
    ),
    Rule("offerings", ("offering", "relatedOfferings"), offerings.offerings, write_lists.offerings),
    Rule(
        "tags",
        tuple(labels.TAG_KEYS),
        labels.tags,
        write_lists.labels(labels.TAG_KEYS, is_ordered=False, splits_entries=True),
    ),
    Rule("aliases", (*paths.ALIAS_KEYS, *paths.ADDRESS_KEYS), paths.aliases, write_lists.aliases),
    Rule("language", languages.KEYS, languages.language, writers.text(*languages.KEYS)),
    Rule(
        "kind",
        ("identifier", "searchCategory"),
        _first("identifier", "searchCategory"),
        writers.text("identifier", "searchCategory"),
    ),
    Rule("format", ("sub",), _first("sub"), writers.text("sub")),
    Rule("section", ("mastHead",), _first("mastHead"), writers.text("mastHead")),
    Rule(
        "institution",
        ("institution", "institution.label"),
        _first("institution.label", "institution", limit=INSTITUTION),
        writers.institution,
    ),
    Rule("image", (*media.IMAGE_KEYS, *media.IMAGE_PARTS), media.image, writers.image),
    Rule("pdf", ("featuredPdf",), lambda source: media.media(source, "featuredPdf"), writers.media("featuredPdf")),
    Rule("icon", ("favIconImage",), lambda source: media.media(source, "favIconImage"), writers.media("favIconImage")),
    Rule("meta", (*meta.GROUPS.values(), *meta.SINGLE), meta.meta, writers.meta),
    Rule("breadcrumbs", ("breadcrumbs", "breadcrumbLinks"), paths.breadcrumbs, writers.breadcrumbs),
)

#: Keys that no field is made from. They live on in the front-matter text alone; a `*` stands for any ending.
KEPT = (
    *("archetype", "type", "layOut", "basePath", "contentCategories", "openProjectWorkPackageType", "insights_*"),
    *("socialScore", "socialScoreSimulated", "haveFrontMatter", "body.description"),
)

#: Every key that is read, by which files are found to spell it in another case.
NAMES = Names.of((*(key for rule in RULES for key in rule.keys), *KEPT))
_PREFIXES = tuple(key.removesuffix("*") for key in KEPT if key.endswith("*"))


def unmapped(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the top-level keys that nothing above names, in any case."""
    return tuple(key for key in keys if key.lower() not in NAMES.top and not key.startswith(_PREFIXES))
