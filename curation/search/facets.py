"""The registry of facets.

The form and the filters of `/news/`, the parameters of pages, feeds and API with their documentation, the tokens of
the search index, the counts beside search results, suggestions and the parameters that cached pages depend on: each is
derived from `FACETS`. To add a facet, add a line there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from curation.caching.memo import memoised
from curation.models import (
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Tag,
    Topic,
    Vocabulary,
)

from .facet_sources import (
    NO_ROW,
    ForeignKeySource,
    Option,
    OptionRows,
    OrderedRelationSource,
    PublicationYear,
    RelationSource,
    RowSource,
    Source,
    TagSource,
    TextColumn,
    TopicSource,
    matches,
    text_key,
)

#: Choices come from this many of the newest items, so that they cost the same however many items there are.
RECENT_ITEMS = 100
#: Maximum number of choices offered per facet.
MAX_CHOICES = 40


@dataclass(frozen=True, slots=True)
class Facet:
    """A property that readers filter items by.

    `name` is the address parameter, `label` its name for readers. `letter` begins the facet's tokens in the search
    index: unique, and never changed. Of several options that are chosen, an item must have all where `many` is set
    (an item may have several), otherwise any.

    The form of `/news/` offers the facet as a list of choices, or as a text field with suggestions where `is_typed`;
    `in_form=False` leaves it out. `second` is the name and the label of another field for a second option; the name is
    also accepted as a parameter.
    """

    name: str
    label: str
    letter: str
    source: Source
    many: bool = False
    is_typed: bool = False
    in_form: bool = True
    second: tuple[str, str] | None = None


#: In the order in which search results offer them.
ALL_FACETS = (
    Facet(
        "topic",
        "Topic",
        "t",
        TopicSource(Topic, label="label", group="vocabulary__name", relation=ItemTopic, path="topic"),
        many=True,
        second=("also", "Other topic"),
    ),
    Facet(
        "vocabulary",
        "Vocabulary",
        "v",
        RelationSource(Vocabulary, relation=ItemTopic, path="topic__vocabulary", offers_all=True),  # there are few
        many=True,
    ),
    Facet(
        "offering",
        "Offering",
        "o",
        OrderedRelationSource(Offering, relation=ItemOffering, path="offering"),
        many=True,
        is_typed=True,
    ),
    Facet("publisher", "Publisher", "p", ForeignKeySource(Publisher, slug="domain", column="publisher"), is_typed=True),
    Facet(
        "author",
        "Author",
        "a",
        OrderedRelationSource(Author, relation=ItemAuthor, path="author"),
        many=True,
        is_typed=True,
    ),
    Facet(
        "tag",
        "Tag",
        "g",
        TagSource(Tag, relation=ItemTag, path="tag", item="content_object"),
        many=True,
        is_typed=True,
    ),
    Facet("kind", "Kind", "k", TextColumn("kind")),
    Facet("format", "Format", "f", TextColumn("format")),
    Facet("year", "Year", "y", PublicationYear(), in_form=False),  # the form has a range of days
)
FACETS: Mapping[str, Facet] = {facet.name: facet for facet in ALL_FACETS}
FACETS_BY_LETTER: Mapping[str, Facet] = {facet.letter: facet for facet in ALL_FACETS}
if not len(FACETS) == len(FACETS_BY_LETTER) == len(ALL_FACETS):
    raise ValueError("Two facets have one name or one letter.")

#: The facets whose values are rows, and those whose values are text, with their sources.
ROW_SOURCES: Mapping[str, RowSource] = {
    facet.name: facet.source for facet in ALL_FACETS if isinstance(facet.source, RowSource)
}
TEXT_SOURCES: Mapping[str, TextColumn] = {
    facet.name: facet.source for facet in ALL_FACETS if isinstance(facet.source, TextColumn)
}
#: The facets in the order of addresses and of the form: those with lists of choices first.
ADDRESS_ORDER = tuple(sorted(ALL_FACETS, key=lambda facet: (facet.is_typed, not facet.in_form)))
#: Parameters that are accepted in place of others, for addresses from outside.
OTHER_NAMES: Mapping[str, str] = {facet.second[0]: facet.name for facet in ALL_FACETS if facet.second}


def choices() -> dict[str, list[Option]]:
    """Return the options to offer for each facet, the most frequent of the newest items first; in two queries."""
    by_facet: dict[str, list[Option]] = {}
    for option, _count in Counter(_recent_options()).most_common():
        by_facet.setdefault(option.facet, []).append(option)
    return {facet: options[:MAX_CHOICES] for facet, options in by_facet.items()}


def _recent_options() -> Iterator[Option]:
    """Yield the options of the newest items, one for each item that has it; every vocabulary once."""
    columns = [source.column for source in TEXT_SOURCES.values()]
    newest = list(CuratedItem.objects.published().newest_first().values_list("pk", *columns)[:RECENT_ITEMS])
    for _pk, *texts in newest:
        yield from (Option(name, text, text) for name, text in zip(TEXT_SOURCES, texts, strict=True) if text)
    keys = [pk for pk, *_ in newest]
    yield from _read(source.recent(name, keys) for name, source in ROW_SOURCES.items())


def resolve_options(typed: Sequence[tuple[str, str]]) -> list[Option]:
    """Return the option that each pair of a facet and a typed value stands for; of `NO_ROW` where there is none.

    In one query for all facets that have rows, and one, which is memoised, for all that have text.
    """
    candidates = list(_read(ROW_SOURCES[name].candidates(name, value) for name, value in typed if name in ROW_SOURCES))
    texts = text_options([pair for pair in typed if pair[0] in TEXT_SOURCES])
    return [texts.get((name, value)) or _resolve(name, value, candidates) for name, value in typed]


def _resolve(name: str, value: str, candidates: Iterable[Option]) -> Option:
    source = FACETS[name].source
    if isinstance(source, PublicationYear):
        return source.option(name, value)
    matching = [option for option in candidates if option.facet == name and matches(option, value)]
    unknown = Option(name, value, value, NO_ROW)
    # A slug that equals the name of another row means the row of the slug.
    return min(matching, key=lambda option: (option.value != value, option.pk), default=unknown)


def text_options(typed: Collection[tuple[str, str]]) -> dict[tuple[str, str], Option]:
    """Return the options of pairs of a facet and a text in any spelling, as most published items spell it.

    In one memoised query.

    Any text is valid: some have no items.
    """
    known = memoised("spellings of text facets", _read_spellings) if typed else {}
    options = {}
    for facet, text in typed:
        spellings = known.get((facet, text_key(text)), (text,))
        options[facet, text] = Option(facet, spellings[0], spellings[0], spellings=spellings)
    return options


def _read_spellings() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the spellings of each text that items have, by facet and `text_key()`, the most frequent first."""
    first, *others = (source.spellings(name) for name, source in TEXT_SOURCES.items())
    rows = sorted(first.union(*others, all=True), key=lambda row: (-row[2], row[1]))
    spellings: dict[tuple[str, str], tuple[str, ...]] = {}
    for facet, spelling, _number in rows:
        key = (facet, text_key(spelling))
        spellings[key] = (*spellings.get(key, ()), spelling)
    return spellings


def options_of(rows: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Option]:
    """Return the options of rows, which are given by facet and key; in one query."""
    options = _read(
        source.options(name, source.model._default_manager.filter(pk__in=rows.get(name, ())))
        for name, source in ROW_SOURCES.items()
    )
    return {(option.facet, option.pk): option for option in options}


def _read(queries: Iterable[OptionRows]) -> Iterator[Option]:
    """Yield the options of several queries, which are read as one; no query where there is none."""
    all_queries = list(queries)
    if all_queries:
        yield from (Option(*row) for row in all_queries[0].union(*all_queries[1:], all=True))
