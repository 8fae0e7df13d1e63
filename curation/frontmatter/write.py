"""An item's record into its file: what was edited is changed there, and nothing else."""

from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any

from .compare import essence
from .fields import RULES, Rule
from .file_text import FileText
from .records import ItemRecord, Rejected

#: A field that is written may show in another (a slug that was made from the title, a publisher from the link), which
#: is written in the next pass.
PASSES = 4
#: What an item that came from no file is written into: the OpenProject dialect, its keys in their usual order.
BLANK = """\
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
class Written:
    """A file written. `unsaid` are the fields that its dialect has no words for, so that it says something else."""

    data: bytes
    unsaid: tuple[str, ...] = ()


def rewrite(file: FileText, wanted: ItemRecord, excerpt: str) -> Written:
    """Bring what a file says of an item to what is wanted; where it says that, its bytes stay.

    Only the keys of fields that differ change, and the keys derived from them. `excerpt` is the start of the body
    wanted: the summary of an item whose file has no description.
    """
    for _ in range(PASSES):
        before = file.data
        for rule in differing(file, wanted, excerpt):
            if rule.write:
                with suppress(Rejected):  # what this syntax cannot say is left as it was, and told
                    rule.write(file, getattr(wanted, rule.field))
        if file.data == before:
            break
    return Written(file.data, tuple(rule.field for rule in differing(file, wanted, excerpt)))


def differing(file: FileText, wanted: ItemRecord, excerpt: str) -> list[Rule]:
    """Return the rules of the fields of which a file says something else than is wanted."""
    record = file.record
    said = replace(record, summary=record.summary or excerpt)
    return [rule for rule in _RULES if _of(rule, said) != _of(rule, wanted)]


_FIELDS = {field.name for field in fields(ItemRecord)}
_RULES = [rule for rule in RULES if rule.field in _FIELDS]


def _of(rule: Rule, record: ItemRecord) -> Any:
    return essence(rule.field, getattr(record, rule.field))


def compose(wanted: ItemRecord, excerpt: str, path: str) -> Written:
    """Return a new file for an item that came from none, to stand at a path below the exported folder."""
    file = FileText(BLANK.encode(), path)
    file.set("slug", wanted.slug)  # also where it would follow from the title
    if wanted.status != "published":
        file.set("status", wanted.status)
    return rewrite(file, wanted, excerpt)
