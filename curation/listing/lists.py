"""The lists of items. Page, feed and API of a list show the same `ItemList`.

`LISTS` declares the lists of subjects (a topic, a publisher, …). Feeds, API and sitemap follow from a declaration; a
page needs an address in `curation/urls.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import BigIntegerField, Count, DateTimeField, Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from curation.caching.memo import memoised
from curation.db.compiled_query import REGISTRY, CompiledQuery, compiled_query
from curation.lib.page_urls import address
from curation.lib.slugs import slug_of
from curation.models import Author, CuratedItem, Offering, Publisher, Tag, Topic, Vocabulary, with_published_items
from curation.models.items import ItemQuerySet
from curation.search.equivalents import with_equivalents
from curation.search.facet_sources import TopicSource
from curation.search.facets import FACETS, ROW_SOURCES

from .activity import Month
from .pagination import Pairs, Sliceable
from .query import ItemQuery

Subject = TypeVar("Subject")
#: Reads the keys of a part of a list, newest first.
ReadKeys = Callable[[slice], Iterator[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList(Generic[Subject]):
    """A list of published items, newest first, in a total order.

    `subject` is what the items have in common: a row, a month, or a query. The address is `path` with `query`; search
    engines are asked to index it where `is_indexed`. `choose` builds the queryset, and `read_keys`, where there is one,
    reads the same items by a query that is compiled once.
    """

    title: str
    description: str
    path: str
    subject: Subject
    choose: Callable[[], ItemQuerySet]
    read_keys: ReadKeys | None = None
    query: Pairs = ()
    is_indexed: bool = True

    @property
    def items(self) -> ItemQuerySet:
        return self.choose()

    @property
    def keys(self) -> Sliceable[int]:
        """The keys of the items, as the rows of a `Page`."""
        return CompiledKeys(self, self.read_keys) if self.read_keys else self.items.values_list("pk", flat=True)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def feed_url(self, extension: str, after: str = "") -> str:
        """Return the path of a feed of the list, or of the feed's page after a cursor."""
        query = (*self.query, ("after", after)) if after else self.query
        return f"{self.path}feed.{extension}?{urlencode(query)}" if query else f"{self.path}feed.{extension}"


@dataclass(frozen=True, slots=True)
class CompiledKeys:
    """The keys of a list, or of a part of it: sliced, iterated and counted like a queryset."""

    item_list: ItemList[Any]
    read_keys: ReadKeys
    part: slice = field(default_factory=lambda: slice(None))

    def __getitem__(self, part: slice) -> CompiledKeys:
        return replace(self, part=part)

    def __iter__(self) -> Iterator[int]:
        return self.read_keys(self.part)

    def count(self) -> int:
        return self.item_list.items[self.part].count()


class KeyRow(NamedTuple):
    pk: int


@compiled_query(KeyRow, now=DateTimeField())
def _all_keys(now: Any) -> QuerySet[CuratedItem, Any]:
    return CuratedItem.objects.published(now).newest_first().values_list(*KeyRow._fields)


def latest() -> ItemList[None]:
    """Return the list of all items."""
    return ItemList(
        title="News",
        description=f"All items of {settings.SITE_NAME}, newest first.",
        path=reverse("news"),
        subject=None,
        choose=lambda: CuratedItem.objects.published().newest_first(),
        read_keys=lambda part: (row.pk for row in _all_keys(part, now=timezone.now())),
    )


def matching(query: ItemQuery) -> ItemList[ItemQuery]:
    """Return the list of the items that match a query."""
    title, description = (_describe_search if query.page == "search" else _describe_news)(query)
    everything = latest()
    return ItemList(
        title=title,
        description=description,
        path=reverse(query.page),
        subject=query,
        choose=lambda: query.items,
        read_keys=None if query.values else everything.read_keys,
        query=query.pairs,
        is_indexed=query.page == "news" and not query.values,
    )


def _describe_news(query: ItemQuery) -> tuple[str, str]:
    everything = latest()
    chosen = ", ".join(f"{active.label} {active.value}" for active in query.active_filters)
    return f"{everything.title}: {chosen}" if chosen else everything.title, everything.description


def _describe_search(query: ItemQuery) -> tuple[str, str]:
    if not query.text.text:
        return "Search", "Search the news."
    return f"Search: {query.text.text}", f"What {settings.SITE_NAME} has about “{query.text.text}”."


def in_month(subject: Month) -> ItemList[Month]:
    """Return the list of the items of a month."""

    def choose() -> ItemQuerySet:
        items = CuratedItem.objects.published().newest_first()
        return items.filter(published_at__gte=subject.start, published_at__lt=subject.next.start)

    return ItemList(
        title=str(subject),
        description=f"News of {subject}.",
        path=subject.get_absolute_url(),
        subject=subject,
        choose=choose,
    )


class SubjectLists(ABC, Generic[Subject]):
    """The lists of all subjects of one kind.

    `name` is the first part of the addresses, the URL name of the page and the name of the subject in its template;
    `plural` names the subjects in the API and the sitemap, `label` a subject for readers. `title` and `description`
    return those of a list.
    """

    def __init__(
        self,
        name: str,
        plural: str,
        label: str,
        title: Callable[[Subject], str],
        description: Callable[[Subject], str],
        *,
        in_sitemap: bool = True,
    ) -> None:
        self.name, self.plural, self.label, self.in_sitemap = name, plural, label, in_sitemap
        self.title, self.description = title, description

    def get(self, key: str) -> ItemList[Subject]:
        """Return the list of the subject with a key, which is memoised; raise `Http404` where there is none."""
        subject = memoised(f"{self.name} {key}", lambda: self.find(key))
        return ItemList(
            title=self.title(subject),
            description=self.description(subject),
            path=address(self.name, key),
            subject=subject,
            choose=lambda: self.choose(subject),
            read_keys=self.key_reader(subject),
        )

    @abstractmethod
    def find(self, key: str) -> Subject:
        """Return the subject with a key that has published items; raise `Http404` where there is none."""

    @abstractmethod
    def choose(self, subject: Subject) -> ItemQuerySet:
        """Return the items of a subject, newest first."""

    def key_reader(self, _subject: Subject) -> ReadKeys | None:
        return None

    @abstractmethod
    def query_of(self, subject: Subject) -> Pairs:
        """Return the query of `/news/` for the items of a subject; () where there is no facet for it."""


Row = TypeVar("Row", bound=Model)


class RowLists(SubjectLists[Row]):
    """The lists of the rows of a facet. `joined` are the relations that a page shows of a row."""

    def __init__(
        self,
        facet: str,
        plural: str,
        model: type[Row],
        title: Callable[[Row], str],
        description: Callable[[Row], str],
        *,
        joined: tuple[str, ...] = (),
        in_sitemap: bool = True,
    ) -> None:
        super().__init__(facet, plural, FACETS[facet].label, title, description, in_sitemap=in_sitemap)
        self.model, self.joined, self.source = model, joined, ROW_SOURCES[facet]

        def build(now: Any, **row: Any) -> QuerySet[CuratedItem, Any]:
            return self.items_of(row[facet], now).values_list(*KeyRow._fields)

        self.compiled_keys = CompiledQuery(build, KeyRow, {"now": DateTimeField(), facet: BigIntegerField()})
        REGISTRY[f"{__name__}.{facet}"] = self.compiled_keys

    def find(self, key: str) -> Row:
        rows = with_published_items(self.model)
        found: Row = get_object_or_404(rows.select_related(*self.joined) if self.joined else rows, **{self.key: key})
        return found

    def listed_rows(self) -> QuerySet[Row]:
        """Return the rows that published items have, by name."""
        return with_published_items(self.model).order_by("name_key", "pk")

    def counts(self, rows: Iterable[Row]) -> dict[int, int]:
        """Return the number of published items of some rows by the key of a row, without zeros; in one query."""
        return dict(self.source.published_counts([row.pk for row in rows]))

    @property
    def key(self) -> str:
        """The column that addresses have."""
        return self.source.slug

    def items_of(self, row: Any, now: Any = None) -> ItemQuerySet:
        """Return the items of a row, by its key, that are published at a time."""
        now = now or timezone.now()
        return self.source.with_row(CuratedItem.objects.published(now).newest_first(), row, now)

    def choose(self, subject: Row) -> ItemQuerySet:
        return self.items_of(subject.pk)

    def query_of(self, subject: Row) -> Pairs:
        return ((self.name, getattr(subject, self.key)),)

    def key_reader(self, subject: Row) -> ReadKeys | None:
        values = {self.name: subject.pk}
        return lambda part: (row.pk for row in self.compiled_keys(part, now=timezone.now(), **values))


class TopicLists(RowLists[Topic]):
    """The lists of topics. One whose equivalents show its items shows theirs as well."""

    def choose(self, subject: Topic) -> ItemQuerySet:
        source, now = self.source, timezone.now()
        assert isinstance(source, TopicSource)  # noqa: S101  # for the types
        return source.with_any(CuratedItem.objects.published(now).newest_first(), _shown_topics(subject), now)

    def key_reader(self, subject: Topic) -> ReadKeys | None:
        return None if self.shows_others(subject) else super().key_reader(subject)

    @staticmethod
    def shows_others(subject: Topic) -> bool:
        """Whether the list of a topic has the items of others."""
        return len(_shown_topics(subject)) > 1


def _shown_topics(topic: Topic) -> tuple[int, ...]:
    """Return the IDs of the topics whose items a topic shows. Few have equivalents: the others cost no query."""
    return with_equivalents(topic.pk) if topic.equivalence_id else (topic.pk,)


@dataclass(frozen=True, slots=True)
class TextValue:
    """A value of a text column that has a list: all spellings with one slug; `name` is the most frequent one."""

    list_name: str
    slug: str
    name: str
    spellings: tuple[str, ...]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address(self.list_name, self.slug)


class TextLists(SubjectLists[TextValue]):
    """The lists of the values of a text column of the item. Values without letters and digits have none."""

    def __init__(self, column: str, plural: str, label: str, *, in_sitemap: bool = True) -> None:
        super().__init__(
            column,
            plural,
            label,
            lambda value: f"{label}: {value}",
            lambda value: f"News filed under {value}.",
            in_sitemap=in_sitemap,
        )
        self.column = column

    @property
    def is_facet(self) -> bool:
        """Whether the items can be filtered by the column."""
        return self.name in FACETS

    def find(self, key: str) -> TextValue:
        try:
            return self.values()[key]
        except KeyError as error:
            raise Http404(f"There is no {self.label.lower()} of this name.") from error

    def choose(self, subject: TextValue) -> ItemQuerySet:
        items = CuratedItem.objects.published().newest_first()
        return items.filter(**{f"{self.column}__in": subject.spellings})

    def query_of(self, subject: TextValue) -> Pairs:
        return ((self.name, subject.name),) if self.is_facet else ()

    def values(self) -> dict[str, TextValue]:
        """Return the values that published items have by slug, in its order; in one query, memoised."""
        return memoised(f"values of {self.column}", self._read_values)

    def _read_values(self) -> dict[str, TextValue]:
        items = CuratedItem.objects.published().order_by().exclude(**{self.column: ""})
        counts = dict(items.values_list(self.column).annotate(Count("pk")))
        by_slug: dict[str, list[str]] = {}
        for text in sorted(counts, key=lambda text: (-counts[text], text)):
            by_slug.setdefault(slug_of(text), []).append(text)
        return {
            slug: TextValue(self.name, slug, spellings[0], tuple(spellings))
            for slug, spellings in sorted(by_slug.items())
            if slug
        }


VOCABULARIES = RowLists(
    "vocabulary",
    "vocabularies",
    Vocabulary,
    title=lambda vocabulary: f"{vocabulary.name} topics",
    description=lambda vocabulary: vocabulary.description or f"News about the topics of {vocabulary.name}.",
)
TOPICS = TopicLists(
    "topic",
    "topics",
    Topic,
    title=lambda topic: f"{topic.label} ({topic.vocabulary.name})",
    description=lambda topic: topic.description or f"News about {topic.label} ({topic.vocabulary.name}).",
    joined=("vocabulary", "equivalence"),
)
OFFERINGS = RowLists(
    "offering",
    "offerings",
    Offering,
    title=lambda offering: offering.name,
    description=lambda offering: offering.description or f"News about {offering.name}.",
)
PUBLISHERS = RowLists(
    "publisher",
    "publishers",
    Publisher,
    title=lambda publisher: publisher.name,
    description=lambda publisher: f"News that {publisher.name} published.",
    joined=("icon",),
)
AUTHORS = RowLists(
    "author",
    "authors",
    Author,
    title=lambda author: author.name,
    description=lambda author: author.bio or f"News by {author.name}.",
)
TAGS = RowLists(
    "tag",
    "tags",
    Tag,
    title=lambda tag: f"Tagged “{tag.name}”",
    description=lambda tag: f"News tagged “{tag.name}”.",
    in_sitemap=False,
)
#: In the order in which the API and the sitemap name them.
LISTS: tuple[RowLists[Any] | TextLists, ...] = (VOCABULARIES, TOPICS, OFFERINGS, PUBLISHERS, AUTHORS, TAGS)
