"""Every function that writes items records one revision for each changed item, or is a step of one that does."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from curation.importing.history import conflicts
from curation.items import addresses, workflow
from curation.items.put_back import put_back
from curation.items.state import states_of
from curation.models import Alias, Conflict, CuratedItem, Revision
from tests.admin.conftest import editor  # noqa: F401  # a fixture
from tests.admin.pages import edit_page, submit
from tests.factories import COMMAND, make_item, make_topic

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2] / "curation"
Verb = Revision.Verb

#: Functions of `items` that write columns, relations or redirects of items.
STEPS = {"save_items", "rename", "claim_page", "save_aliases", "set_relations", "write_related", "replace_relations"}
WRITES = {"update", "delete", "create", "update_or_create", "bulk_create", "bulk_update", "insert"}
ROWS = ("CuratedItem", "Alias.objects")
#: The writers that record revisions themselves, or whose one caller does. `test_revisions.py` of imports, of their
#: undos and of conflicts, `test_put_back.py` and the tests of the form prove the number of their revisions, or a test
#: below.
RECORDED = {
    "admin/items/item_admin.py ItemAdmin",
    "admin/items/merged_relations.py save_changed_aliases",
    "admin/items/quick_edit.py QuickEdit",
    "admin/items/revision_of_save.py write_revision",
    "admin/one_by_one/saving.py save",
    "importing/history/conflicts.py _set_value",
    "importing/history/undo_records.py _Batch",
    "importing/write.py _free_slugs",
    "importing/write.py _save_aliases",
    "importing/write.py write",
    "items/put_back.py _save",
    "items/put_back.py _write",
    "items/workflow.py _write",
}
#: The steps themselves, and writers of columns that are no fields of a state.
UNRECORDED = {
    "items/bulk/fields.py write": "a step: `FieldEffect.run()` and `undo_items()` record it",
    "items/bin.py _delete": "deletes items with their revisions",
    "items/addresses.py remove_aliases": "a step",
    "items/addresses.py rename": "a step",
    "items/relations.py set_relations": "a step",
    "items/rerender.py _write": "writes derived columns",
    "items/saving.py _insert_items": "a step",
    "items/saving.py save_aliases": "a step",
    "items/saving.py save_items": "a step",
}


def writers_in(source: str) -> Iterator[str]:
    """Yield the functions and classes at the top of a module that write items or their redirects."""
    for node in ast.parse(source).body:
        calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
        if any(map(_writes, calls)):
            yield getattr(node, "name", "the module")


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in STEPS:
        return True
    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) != "bulk_rows":
        return name in WRITES and ast.unparse(call.func.value).startswith(ROWS)
    return name in WRITES and bool(call.args) and ast.unparse(call.args[0]).startswith(ROWS)


def test_every_writer_of_items_is_known() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()} {name}"
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts
        for name in writers_in(path.read_text())
    }
    assert found == RECORDED | UNRECORDED.keys()


@pytest.mark.parametrize(
    "source",
    [
        "def f(): CuratedItem.objects.filter(pk=1).update(title='')",
        "def f(): insert(CuratedItem, rows)",
        "def f(): bulk_rows.update(CuratedItem, rows)",
        "def f(): Alias.objects.filter(path='').delete()",
        "class F:\n  def f(self): addresses.rename(item, 'x', actor)",
    ],
)
def test_every_way_of_writing_items_is_found(source: str) -> None:
    assert list(writers_in(source)) in (["f"], ["F"])


def resolve_conflict() -> None:
    for item in CuratedItem.objects.exclude(title="Theirs"):
        conflict = Conflict.objects.create(item=item, field="title", base="", theirs="Theirs", ours="")
        conflicts.take_theirs(conflict, COMMAND)


def put_title_back() -> None:
    for pk, state in states_of(CuratedItem.objects.all()).items():
        put_back(pk, {**state, "title": "Old"}, ["title"], COMMAND, reason="")


@pytest.mark.parametrize(
    ("write", "verb"),
    [
        (lambda: workflow.perform(Verb.WITHDRAWN, CuratedItem.objects.all(), COMMAND), Verb.WITHDRAWN),
        (lambda: workflow.perform(Verb.BINNED, CuratedItem.objects.all(), COMMAND), Verb.BINNED),
        (resolve_conflict, Verb.RESOLVED),
        (put_title_back, Verb.PUT_BACK),
    ],
)
def test_a_verb_writes_one_revision_an_item_and_none_the_second_time(write: Callable[[], Any], verb: str) -> None:
    items = [make_item(), make_item()]
    before = states_of(CuratedItem.objects.all())
    write()
    after = states_of(CuratedItem.objects.all())
    revisions = {revision.item_id: revision for revision in Revision.objects.all()}
    assert Revision.objects.count() == len(items)
    assert {revision.verb for revision in revisions.values()} == {verb}
    for pk, revision in revisions.items():
        assert {name: value for name, (value, _) in revision.changes.items()}.items() <= before[pk].items()
        assert {**before[pk], **{name: value for name, (_, value) in revision.changes.items()}} == after[pk]
    write()
    assert Revision.objects.count() == len(items)


def test_an_item_that_loses_a_redirect_to_a_renamed_one_gets_a_revision() -> None:
    item, holder = make_item("Renamed", slug="old"), make_item()
    Alias.objects.create(item=holder, path="/news/new")
    addresses.rename(item, "new", COMMAND)
    revision = Revision.objects.get()
    assert (revision.item, revision.verb, revision.changes) == (holder, Verb.CHANGED, {"aliases": [["/news/new"], []]})
    assert revision.reason == "The address belongs to “Renamed” now."


def test_redirects_that_are_edited_on_their_own_page_are_in_the_history_of_the_items(
    editor: Client,  # noqa: F811  # the fixture
) -> None:
    first, second = make_item(), make_item()
    page = "/admin/curation/alias/"

    def changes() -> list[tuple[int, str, Any]]:
        found = [(row.item_id, row.user_name, row.changes["aliases"]) for row in Revision.objects.order_by("item_id")]
        Revision.objects.all().delete()
        return found

    editor.post(f"{page}add/", {"path": "/old", "item": first.pk})
    assert changes() == [(first.pk, "ann", [[], ["/old"]])]
    alias = Alias.objects.get()
    editor.post(f"{page}{alias.pk}/change/", {"path": "/old", "item": second.pk})
    assert changes() == [(first.pk, "ann", [["/old"], []]), (second.pk, "ann", [[], ["/old"]])]
    editor.post(f"{page}{alias.pk}/change/", {"path": "/old", "item": second.pk})
    assert changes() == []
    editor.post(f"{page}{alias.pk}/delete/", {"post": "yes"})
    assert changes() == [(second.pk, "ann", [["/old"], []])]


def test_saving_the_form_writes_one_revision_and_an_unchanged_form_none(
    editor: Client,  # noqa: F811  # the fixture
) -> None:
    item = make_item(topics=[make_topic()])
    submit(editor, edit_page(item))
    assert not Revision.objects.exists()
    submit(editor, edit_page(item), title="New", slug="new")
    revision = Revision.objects.get()
    assert (revision.verb, revision.user_name, revision.changes.keys()) == (
        "saved",
        "ann",
        {"title", "slug", "aliases"},
    )
