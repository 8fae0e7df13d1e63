"""Deleting a topic, an offering, … changes the items that had it: each gets one revision."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from curation.items.removal import delete_with_revisions
from curation.items.revisions import state_at
from curation.items.state import states_of
from curation.models import CuratedItem, Revision, Tag
from tests.admin.conftest import editor  # noqa: F401  # a fixture
from tests.admin.images import make_image
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db


def make_tag(name: str = "Beds") -> Tag:
    return Tag.objects.create(name=name, slug=name.lower())


RELATED: dict[str, tuple[Callable[[], Any], Callable[[Any], dict[str, Any]], Any]] = {
    "topic": (make_topic, lambda row: {"topics": [row, make_topic("Other")]}, ["Other"]),
    "offering": (make_offering, lambda row: {"offerings": [make_offering("Other"), row]}, ["Other"]),
    "author": (make_author, lambda row: {"authors": [make_author("Other"), row]}, ["Other"]),
    "tag": (make_tag, lambda row: {"tags": [row.name, "Other"]}, ["Other"]),
    "publisher": (make_publisher, lambda row: {"publisher": row}, None),
    "image": (make_image, lambda row: {"image": row}, None),
}


def names(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [entry if isinstance(entry, str) else entry.get("label") or entry["name"] for entry in value]


def delete(client: Client, row: Model) -> None:
    client.post(f"/admin/curation/{row._meta.model_name}/{row.pk}/delete/", {"post": "yes"})


def delete_in_bulk(client: Client, row: Model) -> None:
    form = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(f"/admin/curation/{row._meta.model_name}/", form)


@pytest.mark.parametrize("remove", [delete, delete_in_bulk])
@pytest.mark.parametrize("name", RELATED)
def test_each_item_that_loses_a_row_gets_one_revision(
    name: str,
    remove: Callable[[Client, Model], None],
    editor: Client,  # noqa: F811  # the fixture
) -> None:
    make, fields, left = RELATED[name]
    row = make()
    label = str(row)
    item = make_item(**fields(row))
    make_item()
    before = states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk]
    remove(editor, row)
    assert not type(row)._default_manager.filter(pk=row.pk).exists()
    revision = Revision.objects.get()
    ((field, (former, value)),) = revision.changes.items()
    assert (revision.item, revision.verb, revision.user_name) == (item, "changed", "ann")
    assert (former, names(value)) == (before[field], left)
    assert revision.reason == f"{name.capitalize()} deleted: “{label}”."
    assert states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk] == {**before, field: value}
    assert state_at(item, 0) == before


def test_revisions_of_more_items_and_rows_take_no_more_queries(django_assert_num_queries: Any) -> None:
    topics = [make_topic() for _ in range(7)]
    for number in (1, 2):
        for _ in range(5 * number):
            make_item(topics=topics)
        Revision.objects.all().delete()
        with django_assert_num_queries(6):  # with those of the savepoint
            delete_with_revisions(topics, COMMAND, list)
    assert Revision.objects.count() == 15
    assert Revision.objects.all()[0].reason.endswith(" and 2 more.")
