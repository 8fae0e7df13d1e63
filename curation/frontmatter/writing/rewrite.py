"""Write a record into a file: only the keys of edited fields change."""

from contextlib import suppress
from dataclasses import dataclass

from curation.frontmatter.comparison import comparable
from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.rules import READ_RULES
from curation.frontmatter.record import ItemRecord

from .file_text import FileText
from .rules import WRITE_RULES

#: Writing a field may change another (a slug that is derived from the title, a publisher from the link), which is
#: written in the next pass.
MAX_PASSES = 4
#: The template of a file for an item without one: the OpenProject dialect, its keys in their usual order.
NEW_FILE = """\
---
aliases: []
archetype: curated-content
author: []
basePath: /news/
categories: []
categorySlug: []
categoryUrl: []
categoryLabel: []
contentCategories: netspective-medigy-news-curated-content
institution: null
offering: null
layOut: single
date: null
description: ''
favIconImage: null
featuredImage: null
featuredPdf: null
htmlMetaData: null
identifier: ''
lastMod: null
link:
  brand: ''
  href: ''
  original: ''
mastHead: ''
openGraphMetaData: null
openProjectCustomFields:
  cleanUrl: ''
  medigyTopics: []
  sourceUrl: ''
openProjectWorkPackageType: Curated Content
searchCategory: ''
slug: ''
source: open-project-curations
status: ''
sub: ''
tags: []
title: ''
via: ''
viaLink: null
relatedOfferings: []
twitterMetaData: null
---
"""


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """A rewritten file. `inexpressible` are the fields whose value its dialect or syntax cannot express."""

    data: bytes
    inexpressible: tuple[str, ...] = ()


def rewrite(file: FileText, wanted: ItemRecord) -> RewrittenFile:
    """Change a file so that it is read as the wanted record.

    Only the keys of fields that differ change, and the keys that repeat them.
    """
    for _ in range(MAX_PASSES):
        before = file.data
        for name in differing_fields(file, wanted):
            with suppress(Rejected):  # what this syntax cannot express stays as it was, and is reported
                WRITE_RULES[name](file, getattr(wanted, name))
        if file.data == before:
            break
    return RewrittenFile(file.data, tuple(differing_fields(file, wanted)))


def differing_fields(file: FileText, wanted: ItemRecord) -> list[str]:
    """Return the fields for which a file gives another value than is wanted, in the order they are read."""
    current = file.record
    return [
        name for name in _FIELDS if comparable(name, getattr(current, name)) != comparable(name, getattr(wanted, name))
    ]


#: Fields that are written, in the order they are read: a later one may be derived from an earlier one.
_FIELDS = [rule.field for rule in READ_RULES if rule.field in WRITE_RULES]


def compose(wanted: ItemRecord, path: str) -> RewrittenFile:
    """Return a new file for an item without one. `path` is its path below the exported folder."""
    file = FileText(NEW_FILE.encode(), path)
    file.set("slug", wanted.slug)  # even if it would be derived from the title
    if wanted.status != "published":
        file.set("status", wanted.status)
    return rewrite(file, wanted)
