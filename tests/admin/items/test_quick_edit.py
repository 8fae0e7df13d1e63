"""The quick edit of the list: title, summary, topics and time, merged with what others change meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation.items.state import states_of
from curation.models import CuratedItem, ItemDraft, Revision
from tests.admin.conftest import member_of
from tests.admin.pages import ADD, LIST, edit_page, errors, form_data, messages, query_count, submit, text, tree
from tests.factories import make_item, make_topic

Status = CuratedItem.Status


def url(item: CuratedItem) -> str:
    return f"{LIST}{item.pk}/quick/"


def quick_edit(client: Client, item: CuratedItem, page: Any = None, **changes: str) -> Any:
    """Change fields of the form, which was opened before or is opened now, and send it."""
    data = form_data(page or client.get(url(item)), "quick_form")
    return client.post(url(item), data | changes, follow=True)


def topics_of(item: CuratedItem) -> list[str]:
    return [str(row.topic) for row in item.itemtopic_set.order_by("position").select_related("topic__vocabulary")]


def test_it_saves_its_fields_alone_writes_one_revision_and_returns_to_the_row(editor: Client) -> None:
    topic, other = make_topic("Nursing", "KLAS"), make_topic("AI")
    item = make_item("Old", topics=[topic], status=Status.DRAFT, body="Text.", tags=["x"])
    before = states_of(CuratedItem.objects.all())[item.pk]
    changes = {"title": "New", "summary": "Short.", "topic_names": "Symplur: AI, Nursing"}
    response = quick_edit(editor, item, **changes, published_at_0="2027-01-02", published_at_1="9:00")
    assert response.redirect_chain[0][0].endswith(f"{LIST}#item-{item.pk}")
    assert messages(response) == ["Saved “New” as a draft."]
    assert topics_of(item) == ["Symplur: AI", "KLAS: Nursing"]
    after = states_of(CuratedItem.objects.all())[item.pk]
    assert {name for name in after if after[name] != before.get(name)} == {"title", "summary", "topics", "published_at"}
    (revision,) = item.revisions.all()
    assert (revision.verb, revision.user_name) == (Revision.Verb.SAVED, "ann")
    assert revision.changes.keys() == {"title", "summary", "topics", "published_at"}
    assert {topic.pk, other.pk} == {*item.topics.values_list("pk", flat=True)}


def test_the_slug_of_a_draft_follows_the_title(editor: Client) -> None:
    submit(editor, ADD, title="First")
    make_item("Second")
    item = CuratedItem.objects.get(title="First")
    quick_edit(editor, item, title="Second")
    item.refresh_from_db()
    assert (item.slug, item.aliases.count()) == ("second-2", 0)
    assert item.revisions.latest("pk").changes.keys() == {"title", "slug"}


def test_an_untouched_form_changes_nothing(editor: Client) -> None:
    item = make_item(topics=[make_topic()])
    quick_edit(editor, item)
    assert not item.revisions.filter(is_applied=True).exclude(changes={}).exists()
    item.refresh_from_db()
    assert item.edited_at is None


def test_what_others_changed_meanwhile_stays(editor: Client) -> None:
    old, added = make_topic("Old"), make_topic("Added")
    item = make_item("Title", topics=[old], status=Status.DRAFT)
    page = editor.get(url(item))
    submit(editor, edit_page(item), summary="Theirs.")
    quick_edit(editor, item, page, title="Mine", topic_names="Symplur: Old, Symplur: Added")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Mine", "Theirs.")
    assert topics_of(item) == [str(old), str(added)]


def test_topics_that_others_add_and_remove_are_merged(editor: Client) -> None:
    kept, gone, theirs, mine = (make_topic(label) for label in ("Kept", "Gone", "Theirs", "Mine"))
    item = make_item(topics=[kept, gone])
    page = editor.get(url(item))
    quick_edit(editor, item, topic_names="Kept, Theirs")
    quick_edit(editor, item, page, topic_names="Kept, Gone, Mine")
    assert {*topics_of(item)} == {str(kept), str(theirs), str(mine)}


def test_a_field_that_both_changed_is_an_error_until_a_side_is_chosen(editor: Client) -> None:
    item = make_item("Title", status=Status.DRAFT)
    page = editor.get(url(item))
    submit(editor, edit_page(item), title="Theirs")
    again = quick_edit(editor, item, page, title="Mine")
    assert "Nothing is saved yet" in text(tree(again))
    choices = [field.get("value", "") for field in tree(again).iter("input") if field.get("name") == "clash-title"]
    quick_edit(editor, item, again, **{"clash-title": next(value for value in choices if value.startswith("mine"))})
    item.refresh_from_db()
    assert item.title == "Mine"


@pytest.mark.parametrize(
    ("typed", "error"),
    [("Nursing", "“Nursing” is a topic of several vocabularies"), ("None such", "There is no topic “None such”")],
)
def test_a_topic_that_is_unknown_or_not_the_only_one_is_refused(editor: Client, typed: str, error: str) -> None:
    for vocabulary in ("KLAS", "Symplur"):
        make_topic("Nursing", vocabulary)
    item = make_item()
    page = quick_edit(editor, item, topic_names=typed)
    assert errors(page)[0].startswith(error)
    assert topics_of(item) == []


def test_what_readers_see_keeps_a_title_and_a_time(editor: Client) -> None:
    item = make_item("Live", expires_at=timezone.now() + timedelta(days=1))
    assert "give it a title" in errors(quick_edit(editor, item, title=""))[0]
    late = f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"
    assert "Nobody would see" in errors(quick_edit(editor, item, published_at_0=late))[0]
    quick_edit(editor, item, published_at_0="", published_at_1="")
    item.refresh_from_db()
    assert item.published_at is not None


def test_only_those_who_may_change_an_item_edit_it(editor: Client, viewer: Client, clerk: Client) -> None:
    contributor = member_of("Contributor", "cho")
    own = make_item("Own", status=Status.DRAFT, created_by=User.objects.get(username="cho"))
    live = make_item("Live")
    assert viewer.get(url(own)).status_code == clerk.get(url(own)).status_code == 403
    assert contributor.get(url(live)).status_code == contributor.post(url(live), {"title": "x"}).status_code == 403
    quick_edit(contributor, own, title="Changed")
    assert CuratedItem.objects.filter(title="Changed").count() == 1
    binned = make_item(status=Status.BIN, binned_at=timezone.now(), binned_from=Status.DRAFT)
    assert editor.get(url(binned)).status_code == 404


def test_somebody_who_may_not_publish_does_not_move_a_published_item(editor: Client) -> None:
    item = make_item("Live")
    page = member_of("Editor", "eve").get(url(item))
    assert "published_at_0" not in form_data(page, "quick_form")


def test_an_item_with_a_draft_over_it_is_edited_on_its_page(editor: Client) -> None:
    item = make_item("Live")
    submit(editor, edit_page(item), title="Draft", _keep_draft="1")
    assert ItemDraft.objects.filter(item=item).exists()
    page = editor.get(url(item), follow=True)
    assert page.redirect_chain[0][0] == edit_page(item)


def test_a_change_ends_an_approval(editor: Client) -> None:
    item = make_item(status=Status.REVIEW, approved_at=timezone.now())
    quick_edit(editor, item, title="Changed")
    item.refresh_from_db()
    assert item.approved_at is None


def test_the_form_costs_the_same_queries_for_any_number_of_topics(editor: Client) -> None:
    few, many = make_item(topics=[make_topic()]), make_item(topics=[make_topic() for _ in range(5)])
    assert query_count(editor, url(few)) == query_count(editor, url(many)) <= 12


def test_saving_in_the_whole_form_returns_to_the_row(editor: Client) -> None:
    item = make_item()
    response: Any = submit(editor, f"{edit_page(item)}?_changelist_filters=state%3Dlive")
    assert response.redirect_chain[-1][0].endswith(f"?state=live#item-{item.pk}")
