"""What a content file says, as plain values: no ORM, nothing mutable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Literal

from curation.rendering import Flavour

from .limits import MAX_PROBLEMS

Status = Literal["draft", "published", "archived"]
Level = Literal["error", "warning", "note"]
Dialect = Literal["openproject", "bookmark", "contributor", "wordpress", "pelican", "hugo"]
#: "meta" is the header of Pelican: lines `Key: value`, up to a blank one.
Format = Literal["yaml", "toml", "json", "meta"]

#: Topics written without a vocabulary (`Telehealth` rather than `Symplur: Telehealth`) belong to this one.
DEFAULT_VOCABULARY = "Medigy"


@cache
def field_values(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of all fields of a dataclass at once."""
    return attrgetter(*(field.name for field in fields(kind)))


class Record:
    """A dataclass that is pickled as a call with its values: thousands of them go from the parsers to the import, and
    what dataclasses with slots do of themselves goes through the fields one by one.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        kind: type = self.__class__
        return kind, field_values(kind)(self)


@dataclass(frozen=True, slots=True)
class Problem(Record):
    """One thing wrong with a file: what, where, and what to do about it.

    `level` is "error" (the file is rejected), "warning" or "note" (nothing to do). `code` names the kind of problem
    for reports (`link-scheme`). `field` is the dotted key (`link.href`, `relatedOfferings[2].permalink`) or "". `line`
    counts from 1. `message` says what is wrong and, after a semicolon, what to do.
    """

    level: Level
    code: str
    message: str
    field: str = ""
    line: int | None = None


#: Stands for the problems of a file beyond `MAX_PROBLEMS`.
MORE_PROBLEMS = Problem(
    "warning", "more-problems", f"more than {MAX_PROBLEMS} problems; correct these to see the others"
)


def bounded(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return all errors and the first `MAX_PROBLEMS` others, followed by `MORE_PROBLEMS` where there are more."""
    kept, room = list[Problem](), MAX_PROBLEMS
    is_cut = False
    for problem in problems:
        if problem.level != "error":
            is_cut = is_cut or problem == MORE_PROBLEMS or not room
            if problem == MORE_PROBLEMS or not room:
                continue
            room -= 1
        kept.append(problem)
    return (*kept, MORE_PROBLEMS) if is_cut else tuple(kept)


@dataclass(frozen=True, slots=True)
class TopicRef(Record):
    """A topic as a file names it. `slug` is "" where the file gives none that can be trusted."""

    vocabulary: str
    label: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class OfferingRef(Record):
    """An offering as a file names it. `external_id` is the `offeringId` in decimal, or ""."""

    name: str
    slug: str
    external_id: str = ""
    topics: tuple[TopicRef, ...] = ()
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class PublisherRef(Record):
    """The brand of a source link: its host name without `www.`, and the name readers see."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class MediaRef(Record):
    """A file that the front matter points to. `href` is a file name or site path, never trusted to stay inside.

    `provenance` keeps what has no column: `format`, `valid`, `size`, `workPackage`, `wpAttachment`.
    """

    href: str
    alt: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crumb(Record):
    """One step of a breadcrumb trail: its label, and the site path it links to ("" for none)."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class ItemRecord(Record):
    """One item, whatever dialect it was written in. Field names match `CuratedItem` where it has the column.

    `published_at`, `modified_at` and `expires_at` are aware, in UTC. `body` has `\\n` line ends. `aliases` are site
    paths with a leading and no trailing slash, never the item's own address. `breadcrumbs` leave out the item itself.
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
class Identity(Record):
    """What tells which item a file is: the first of these that it has (front-matter.md, "Which files are one item")."""

    source_system: str = ""
    external_id: str = ""
    md_name: str = ""
    given_slug: str = ""


@dataclass(frozen=True, slots=True)
class Document(Record):
    """A file, read: its envelope, its identity, its record, and what was odd about it.

    `front_matter` is the text between the delimiters exactly as read (its own line ends); `opening`, `closing` and
    `raw_body` are the rest of the file (`split.Parts`); `unmapped` lists top-level keys that no rule of
    `docs/front-matter.md` names.
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


class Rejected(Exception):
    """A file that cannot be an item. `problems` says all that is wrong with it, at least one thing an error."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems

    @classmethod
    def because(cls, code: str, message: str, field: str = "", line: int | None = None) -> Rejected:
        """Return the rejection for one error."""
        return cls(Problem("error", code, message, field, line))


class SectionPage(Exception):
    """An `_index.md`: a section of the old site, not an item."""
