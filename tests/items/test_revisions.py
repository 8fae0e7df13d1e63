"""Revisions: who changed an item, how, and from which values to which."""

import pytest

from curation.items.relations import RelatedIds, replace_relations
from curation.items.revisions import Change, last_id, record_changes, record_since, state_at
from curation.items.state import LABELS, record_in, states_of
from curation.models import CuratedItem, Revision
from tests.factories import COMMAND, make_author, make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db
Verb = Revision.Verb


def test_a_state_has_a_label_for_each_of_its_fields() -> None:
    make_item(topics=[make_topic()], offerings=[make_offering()], authors=[make_author()])
    (state,) = states_of(CuratedItem.objects.all()).values()
    assert state.keys() == LABELS.keys()
    assert record_in(state).topics


def test_states_are_read_with_a_fixed_number_of_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(3):
        make_item(topics=[make_topic()], offerings=[make_offering()], authors=[make_author()])
    with django_assert_max_num_queries(7):
        assert len(states_of(CuratedItem.objects.all())) == 3


def test_a_revision_has_the_changed_fields_alone_with_both_values() -> None:
    item = make_item(title="Old", body="Body")
    before = states_of(CuratedItem.objects.all())
    topic = make_topic("Radiology")
    item.title = "New"
    item.save()
    replace_relations([RelatedIds(item, topics=[topic.pk])])
    assert record_since(before, Verb.SAVED, COMMAND) == [item.pk]
    revision = Revision.objects.get()
    reference = {"vocabulary": "Symplur", "label": "Radiology", "slug": topic.slug}
    assert revision.changes == {"title": ["Old", "New"], "topics": [[], [reference]]}
    assert (revision.user_name, revision.verb, revision.is_applied) == ("command", Verb.SAVED, True)


def test_an_unchanged_item_gets_no_revision() -> None:
    make_item()
    assert record_since(states_of(CuratedItem.objects.all()), Verb.SAVED, COMMAND) == []
    assert not Revision.objects.exists()


def test_the_state_at_any_revision_is_found_from_the_item_back() -> None:
    item = make_item(title="1", body="long " * 500)
    ids = [0]
    for title in ("2", "3", "4"):
        before = states_of(CuratedItem.objects.all())
        item.title, item.body = title, item.body + title
        item.save()
        record_since(before, Verb.SAVED, COMMAND)
        ids.append(last_id(item))
    record_changes([Change(item.pk, {"title": ["4", "5"]}, is_applied=False)], Verb.NOT_TAKEN, COMMAND)
    assert last_id(item) == ids[-1]
    assert [state_at(item, pk)["title"] for pk in ids] == ["1", "2", "3", "4"]
    assert state_at(item, ids[1])["body"] == "long " * 500 + "2"
    assert state_at(item, ids[-1]) == states_of(CuratedItem.objects.all())[item.pk]


def test_long_changes_are_stored_compressed() -> None:
    item = make_item(body="The same sentence. " * 500)
    before = states_of(CuratedItem.objects.all())
    item.body += "One more."
    item.save()
    record_since(before, Verb.SAVED, COMMAND)
    revision = Revision.objects.get()
    assert revision.changes["body"][1] == item.body
    field = Revision._meta.get_field("changes")
    assert len(field.get_prep_value(revision.changes)) < len(item.body) / 10
