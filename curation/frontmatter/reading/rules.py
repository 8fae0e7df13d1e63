"""The table of read rules: which keys of front matter each field is read from, and by which function.

`docs/front-matter.md` explains every key to authors, and `writing/rules.py` is the table of the other direction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from curation.frontmatter.limits import MAX_INSTITUTION, MAX_LABEL, MAX_SUMMARY

from . import (
    aliases,
    authors_and_tags,
    breadcrumbs,
    flavours,
    identity,
    languages,
    links,
    media,
    meta,
    offerings,
    publication,
    titles,
    topics,
    visibility,
)
from .file_values import FileValues
from .key_case import KeyNames


@dataclass(frozen=True, slots=True)
class ReadRule:
    """How one field of `Identity` or `ItemRecord` is read.

    `keys` are all dotted keys that `read` looks at, in its order. With `is_plain`, the field is the value of the first
    of them that has one, and is written back there: its write rule follows from this. Raise `revision` when `read`
    returns another value for the same file: the next import then reads all files again (`rules_version`).
    """

    field: str
    keys: tuple[str, ...]
    read: Callable[[FileValues], Any]
    is_plain: bool = False
    revision: int = 1


def first_text(*keys: str, limit: int = MAX_LABEL) -> Callable[[FileValues], str]:
    """Return a function that reads the first of some keys that holds a text, cut to `limit` characters."""
    return lambda file: next(filter(None, (file.text(key, limit) for key in keys)), "")


def first_prose(*keys: str, limit: int) -> Callable[[FileValues], str]:
    """Return a function that reads the first of some keys that holds a text, without its markup."""
    return lambda file: next(filter(None, (file.prose(key, limit) for key in file.present(keys))), "")


def plain_text_rule(field: str, *keys: str) -> ReadRule:
    """Return the rule of a field that is the first text under some keys, on one line."""
    return ReadRule(field, keys, first_text(*keys), is_plain=True)


#: Keys of the summary, best first.
SUMMARY_KEYS = ("summary", "excerpt", "description")

#: In the order they are read: a rule may use the fields of the rules above it (`file.fields`).
READ_RULES = (
    ReadRule("source_system", ("source", "source.name"), identity.read_source_system),
    ReadRule("external_id", ("id", "dropmark.editURL", "url"), identity.read_external_id),
    ReadRule("md_name", ("mdName",), identity.read_md_name),
    ReadRule("title", ("title",), titles.read_title),
    ReadRule("slug", ("slug",), identity.read_slug, is_plain=True),
    ReadRule("given_slug", ("slug", "url"), identity.read_given_slug),
    ReadRule("summary", SUMMARY_KEYS, first_prose(*SUMMARY_KEYS, limit=MAX_SUMMARY)),
    ReadRule("body", (), lambda file: file.body),
    ReadRule("flavour", ("flavour",), flavours.read_flavour, is_plain=True),
    ReadRule("published_at", publication.PUBLISHED_KEYS, publication.read_published_at),
    ReadRule("modified_at", publication.MODIFIED_KEYS, publication.read_modified_at),
    ReadRule("expires_at", publication.EXPIRY_KEYS, publication.read_expires_at),
    ReadRule("status", (*visibility.KEYS, *visibility.BUILD_PARTS), publication.read_status),
    ReadRule("source_url", links.SOURCE_LINK_KEYS, links.read_source_url, revision=2),
    ReadRule("source_url_original", links.FOUND_LINK_KEYS, links.read_source_url_original, revision=2),
    ReadRule("publisher", ("link.brand", "linkBrand"), links.read_publisher),
    ReadRule("via_name", ("via",), links.read_via_name, is_plain=True),
    ReadRule("via_url", ("viaLink",), links.read_via_url, revision=2),
    ReadRule("authors", tuple(authors_and_tags.AUTHOR_KEYS), authors_and_tags.read_authors),
    ReadRule("topics", (*topics.KEYS, "categoryUrl", "categorySlug", "categoryLabel", topics.COPY), topics.read_topics),
    ReadRule("offerings", ("offering", "relatedOfferings"), offerings.read_offerings),
    ReadRule("tags", tuple(authors_and_tags.TAG_KEYS), authors_and_tags.read_tags),
    ReadRule("aliases", (*aliases.ALIAS_KEYS, *aliases.ADDRESS_KEYS), aliases.read_aliases),
    ReadRule("language", languages.KEYS, languages.read_language, is_plain=True),
    plain_text_rule("kind", "identifier", "searchCategory"),
    plain_text_rule("format", "sub"),
    plain_text_rule("section", "mastHead"),
    ReadRule(
        "institution",
        ("institution", "institution.label"),
        first_text("institution.label", "institution", limit=MAX_INSTITUTION),
    ),
    ReadRule("image", (*media.IMAGE_KEYS, *media.IMAGE_PARTS), media.read_image),
    ReadRule("pdf", ("featuredPdf",), lambda file: media.read_media(file, "featuredPdf")),
    ReadRule("icon", ("favIconImage",), lambda file: media.read_media(file, "favIconImage")),
    ReadRule("meta", (*meta.GROUPS.values(), *meta.SINGLE), meta.read_meta),
    ReadRule("breadcrumbs", ("breadcrumbs", "breadcrumbLinks"), breadcrumbs.read_breadcrumbs),
)

#: Known keys without a field. They are kept in the front-matter text only; a `*` stands for any ending.
KEPT = (
    *("archetype", "type", "layOut", "basePath", "contentCategories", "openProjectWorkPackageType", "insights_*"),
    *("socialScore", "socialScoreSimulated", "haveFrontMatter", "body.description"),
)

#: Every known key, to recognise it in another case.
NAMES = KeyNames.of((*(key for rule in READ_RULES for key in rule.keys), *KEPT))
_PREFIXES = tuple(key.removesuffix("*") for key in KEPT if key.endswith("*"))


def unmapped(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the top-level keys that are neither read nor kept, in any case."""
    return tuple(key for key in keys if key.lower() not in NAMES.top and not key.startswith(_PREFIXES))
