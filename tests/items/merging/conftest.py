"""Rows of each model that is merged, items that have them, and a merge from begin to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model

from curation.db.row_digests import models_of
from curation.items.actors import Actor
from curation.items.bulk import jobs
from curation.items.bulk.undo import prepare_undo
from curation.items.merging.mergeable import MERGEABLE
from curation.items.merging.start import start
from curation.models import (
    Author,
    BulkChange,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Revision,
    Tag,
    Topic,
)
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.items.bulk.test_changes import make_user

#: Tables that a change and its undo add to, and columns that tell of no content.
HISTORY = {"curation_bulkchange", "curation_revision", "curation_contentversion"}
SURROGATES: dict[str, set[str]] = {
    "curation_curateditem": {"updated_at"},
    **{model._meta.db_table: {"id"} for model in (ItemTopic, ItemOffering, ItemAuthor, ItemTag)},
    Offering.topics.through._meta.db_table: {"id"},
    "curation_bodyreference": {"id"},
    "curation_searchword": {"id"},
    "curation_synonym": {"id"},
}
MAKE: dict[type[Model], Callable[[str], Any]] = {
    Topic: make_topic,
    Offering: make_offering,
    Publisher: lambda name: make_publisher(f"{name.lower()}.example.org"),
    Author: make_author,
    Tag: lambda name: Tag.objects.create(name=name, slug=name.lower()),
}


@pytest.fixture(params=MERGEABLE, ids=lambda model: model.__name__)
def model(request: pytest.FixtureRequest) -> type[Model]:
    return request.param  # type: ignore[no-any-return]


def item_with(rows: Sequence[Any], **fields: Any) -> CuratedItem:
    """Make an item that has some rows of a model, in this order; of publishers, the first."""
    field = MERGEABLE[type(rows[0])].field
    if field == "publisher":
        return make_item(publisher=rows[0], **fields)
    if field == "tags":
        return make_item(tags=[row.name for row in rows], **fields)
    return make_item(**{field: rows}, **fields)


def editor() -> User:
    return User.objects.filter(username="ann").first() or make_user()


def merge(sources: Sequence[Any], target: Any, user: User | None = None) -> BulkChange:
    change = start(target, sources, user or editor())
    jobs.run(change)
    return BulkChange.objects.get(pk=change.pk)


def undo(change: BulkChange, user: User | None = None) -> BulkChange:
    undone = prepare_undo(change, Actor.of(user or editor()))
    jobs.run(undone)
    return BulkChange.objects.get(pk=undone.pk)


def contents() -> dict[str, list[str]]:
    """Return all rows of the database by table, without history and surrogate keys."""
    found = {}
    for table in models_of("default"):
        name = table._meta.db_table
        if name.startswith("curation_") and name not in HISTORY:
            columns = [f.attname for f in table._meta.concrete_fields if f.attname not in SURROGATES.get(name, ())]
            found[name] = sorted(map(repr, table._base_manager.values_list(*columns)))
    return found


def revised() -> set[int]:
    return set(Revision.objects.values_list("item", flat=True))


def path_of(row: Any) -> str:
    return MERGEABLE[type(row)].path_of(row)
