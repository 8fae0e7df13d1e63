"""The models whose rows are merged, and what each needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from curation.lib.page_urls import address
from curation.models import Author, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Offering, Publisher, Tag, Topic
from curation.models.items import CuratedItem
from curation.site_links.former_names import KINDS, NAMES


@dataclass(frozen=True, slots=True)
class LinkTable:
    """A table that links the rows of a model to others besides items, each pair once.

    `column` is the foreign key to the row, `other` that to the other row.
    """

    table: type[Model]
    column: str
    other: str


@dataclass(frozen=True, slots=True)
class Mergeable:
    """A model whose rows are merged.

    `field` is that of `items.state`. `relation` has the rows that link it to items, by its column `target`, under
    `item`. `blanks` are columns that the row which stays takes from a merged one where its own are empty. `links` are
    those to rows other than items, `pointers` foreign keys of other rows of the model.
    """

    model: type[Model]
    field: str
    relation: type[Model]
    target: str
    item: str = "item_id"
    blanks: tuple[str, ...] = ()
    links: tuple[LinkTable, ...] = ()
    pointers: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The first part of the rows' addresses."""
        return next(kind for kind, (model, _column) in KINDS.items() if model is self.model)

    @property
    def address_column(self) -> str:
        return KINDS[self.kind][1]

    @property
    def name_column(self) -> str:
        """The column of the name that readers see."""
        return self.model.NAME  # type: ignore[attr-defined, no-any-return]

    @property
    def name_columns(self) -> dict[str, str]:
        """The columns of the names that `FormerName` keeps, by its `kind`."""
        named = {NAMES[self.model]: "name_key"} if self.model in NAMES else {}
        return {self.kind: self.address_column, **named}

    @property
    def noun(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def nouns(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def path_of(self, row: Any) -> str:
        """Return the path of a row's page."""
        return address(self.kind, getattr(row, self.address_column))

    def related(self, ids: Any) -> Any:
        """Return the rows that link items to some rows."""
        return self.relation._default_manager.filter(**{f"{self.target}__in": ids}).order_by()


_OFFERED: Any = Offering.topics.through

MERGEABLE: Mapping[type[Model], Mergeable] = {
    mergeable.model: mergeable
    for mergeable in (
        Mergeable(
            Topic,
            "topics",
            ItemTopic,
            "topic_id",
            blanks=("description", "equivalence"),
            links=(LinkTable(_OFFERED, "topic_id", "offering_id"),),
            pointers=("successor_id",),
        ),
        Mergeable(
            Offering,
            "offerings",
            ItemOffering,
            "offering_id",
            blanks=("description", "url", "external_id"),
            links=(LinkTable(_OFFERED, "offering_id", "topic_id"),),
        ),
        Mergeable(Publisher, "publisher", CuratedItem, "publisher_id", item="id", blanks=("icon",)),
        Mergeable(Author, "authors", ItemAuthor, "author_id", blanks=("bio", "url")),
        Mergeable(Tag, "tags", ItemTag, "tag_id", item="content_object_id"),
    )
}
