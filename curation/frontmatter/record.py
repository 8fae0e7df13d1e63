"""The record of a content file: immutable plain values, without the ORM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from curation.markdown import Flavour

from .pickling import PickledByValues
from .problems import Problem

#: No file says `review` or `bin`: these are states of items at the desk.
Status = Literal["draft", "review", "published", "archived", "bin"]
Dialect = Literal["openproject", "bookmark", "contributor", "wordpress", "pelican", "hugo"]
#: "meta" is the header of Pelican: lines `Key: value`, up to a blank one.
Format = Literal["yaml", "toml", "json", "meta"]

#: Topics written without a vocabulary (`Telehealth` rather than `Symplur: Telehealth`) belong to this one.
DEFAULT_VOCABULARY = "Medigy"


@dataclass(frozen=True, slots=True)
class TopicRef(PickledByValues):
    """A topic as a file names it. `slug` is "" unless the file has a valid one."""

    vocabulary: str
    label: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class OfferingRef(PickledByValues):
    """An offering as a file names it. `external_id` is the `offeringId` in decimal, or ""."""

    name: str
    slug: str
    external_id: str = ""
    topics: tuple[TopicRef, ...] = ()
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class PublisherRef(PickledByValues):
    """The publisher of a source link: its host name without `www.`, and the name that readers see."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class MediaRef(PickledByValues):
    """A reference to a file. `href` is a file name or site path, which may lead outside the imported folder.

    `provenance` has facts without a column: `format`, `valid`, `size`, `workPackage`, `wpAttachment`.
    """

    href: str
    alt: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crumb(PickledByValues):
    """One step of a breadcrumb trail: its label, and the site path it links to ("" for none)."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class ItemRecord(PickledByValues):
    """One item, in the same form for every dialect. A field has the name of its column in `CuratedItem`, if any.

    `published_at`, `modified_at` and `expires_at` are aware, in UTC. `body` has `\\n` line ends. `aliases` are site
    paths with a leading and no trailing slash, never the item's own address. `breadcrumbs` are without the item itself.
    `meta` maps "openGraph", "twitter" and "html" to the overrides that are not null, keyed as in the file (`ogtitle`,
    `robots`, …). `language` is a tag of BCP 47 (`pt-BR`).
    """

    title: str
    slug: str
    summary: str
    body: str
    status: Status
    published_at: datetime | None
    modified_at: datetime | None = None
    expires_at: datetime | None = None
    source_url: str = ""
    source_url_original: str = ""
    publisher: PublisherRef | None = None
    via_name: str = ""
    via_url: str = ""
    authors: tuple[str, ...] = ()
    topics: tuple[TopicRef, ...] = ()
    offerings: tuple[OfferingRef, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    kind: str = ""
    format: str = ""
    section: str = ""
    institution: str = ""
    image: MediaRef | None = None
    pdf: MediaRef | None = None
    icon: MediaRef | None = None
    meta: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    breadcrumbs: tuple[Crumb, ...] = ()
    flavour: Flavour = "commonmark"
    language: str = ""


@dataclass(frozen=True, slots=True)
class Identity(PickledByValues):
    """The identity of a file: the first of these that it has (front-matter.md, "Which files are one item")."""

    source_system: str = ""
    external_id: str = ""
    md_name: str = ""
    given_slug: str = ""


@dataclass(frozen=True, slots=True)
class Document(PickledByValues):
    """A file that was read: its parts, identity, record and problems.

    `front_matter` is the text between the delimiters exactly as read, with its own line ends; `opening`, `closing` and
    `raw_body` are the other parts of the file (`FileParts`). `unmapped` are top-level keys that no read rule names.
    """

    dialect: Dialect
    format: Format
    front_matter: str
    identity: Identity
    record: ItemRecord
    problems: tuple[Problem, ...] = ()
    unmapped: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""
    raw_body: str = ""
