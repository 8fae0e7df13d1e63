"""Putting back values that an item had: one field, or all, as a new revision."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from curation.items.actors import Actor
from curation.items.addresses import rename
from curation.items.put_back import CannotPutBack, fields_to_put_back, put_back
from curation.items.relations import RelatedIds, replace_relations
from curation.items.revisions import last_id, record_since, state_at
from curation.items.state import LABELS, states_of
from curation.items.workflow import perform
from curation.models import Alias, CuratedItem, Revision, Topic
from tests.admin.images import make_image
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db
Verb = Revision.Verb


def state(item: CuratedItem) -> dict[str, Any]:
    return states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk]


def change(item: CuratedItem, write: Callable[[], object]) -> int:
    """Change an item, and return the ID of the revision."""
    before = {item.pk: state(item)}
    write()
    record_since(before, Verb.SAVED, COMMAND)
    item.refresh_from_db()
    return last_id(item)


def save(item: CuratedItem, **values: Any) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    item.save()


def back(item: CuratedItem, source: dict[str, Any], *fields: str, actor: Actor = COMMAND) -> tuple[str, ...]:
    return put_back(item.pk, source, fields or LABELS, actor, reason="Because").fields


def test_one_field_is_put_back_as_a_new_revision() -> None:
    item = make_item(title="Old", summary="Old summary.")
    change(item, lambda: save(item, title="New", summary="New summary."))
    before = state(item)
    assert back(item, state_at(item, 0), "summary") == ("summary",)
    revision = Revision.objects.order_by("-pk")[0]
    assert (revision.verb, revision.reason, revision.user_name) == (Verb.PUT_BACK, "Because", "command")
    assert revision.changes == {"summary": ["New summary.", "Old summary."]}
    assert state(item) == {**before, "summary": "Old summary."}
    item.refresh_from_db()
    assert (item.shown_summary, item.edited_at is not None) == ("Old summary.", True)


def test_everything_is_put_back_except_the_status() -> None:
    item = make_item(
        title="Old",
        topics=[make_topic()],
        offerings=[make_offering(), make_offering()],
        authors=[make_author()],
        tags=["Beds"],
        publisher=make_publisher(),
        image=make_image(),
        image_alt="Old text",
        status="draft",
    )
    first = state(item)

    def write() -> None:
        replace_relations([RelatedIds(item, topics=[make_topic().pk])])
        save(item, title="New", image=None, image_alt="", publisher=None, status="published", body="Other.")

    pk = change(item, write)
    back(item, state_at(item, pk - 1))
    assert state(item) == {**first, "status": "published"}
    assert back(item, state_at(item, pk)) == tuple(
        name for name in LABELS if name in Revision.objects.get(pk=pk).changes and name != "status"
    )


def test_a_topic_that_was_deleted_is_created_again() -> None:
    item = make_item(topics=[make_topic("Radiology")])
    first = state(item)
    Topic.objects.all().delete()
    assert back(item, first, "topics") == ("topics",)
    assert Topic.objects.get().label == "Radiology"


def test_an_unchanged_value_writes_no_revision() -> None:
    item = make_item()
    assert back(item, state(item)) == ()
    assert not Revision.objects.exists()


def test_a_former_address_is_put_back_and_the_present_one_redirects() -> None:
    item = make_item(slug="old")
    change(item, lambda: rename(item, "new", COMMAND))
    assert back(item, state_at(item, 0)) == ("slug", "aliases")
    assert list(Alias.objects.values_list("path", "item__slug")) == [("/news/new", "old")]
    assert back(item, state_at(item, last_id(item) - 1), "slug") == ("slug", "aliases")
    assert list(Alias.objects.values_list("path", "item__slug")) == [("/news/old", "new")]


@pytest.mark.parametrize("fields", [["slug"], []])
def test_an_address_that_is_taken_is_refused_and_nothing_changes(fields: list[str]) -> None:
    item = make_item(title="Old", slug="old")

    def write() -> None:
        save(item, title="New")
        rename(item, "new", COMMAND)

    change(item, write)
    Alias.objects.all().delete()
    make_item("Other", slug="old")
    before = state(item)
    with pytest.raises(CannotPutBack, match="“old” belongs to the item “Other”"):
        back(item, state_at(item, 0), *fields)
    assert state(item) == before


def test_a_removed_pdf_comes_back(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    name = default_storage.save("documents/x.pdf", ContentFile(b"%PDF-1.7"))
    item = make_item(pdf=name)
    change(item, lambda: save(item, pdf=""))
    with django_capture_on_commit_callbacks(execute=True):
        make_item("Another", pdf=name).delete()
    assert default_storage.exists(name)
    assert back(item, state_at(item, 0), "pdf") == ("pdf",)
    item.refresh_from_db()
    assert item.pdf.name == name


def test_a_redirect_that_leads_elsewhere_now_is_refused() -> None:
    item, other = make_item(), make_item("Other")
    source = {**state(item), "aliases": ["/old/path", "/news/other"]}
    with pytest.raises(CannotPutBack, match="/news/other/ is the page of “Other” now"):
        back(item, source, "aliases")
    Alias.objects.create(path="/old/path", item=other)
    with pytest.raises(CannotPutBack, match="/old/path redirects to “Other” now"):
        back(item, source, "aliases")


def test_media_that_are_gone_are_named() -> None:
    item = make_item(status="draft")
    with pytest.raises(CannotPutBack, match="the picture was deleted since"):
        back(item, {**state(item), "image": 999}, "image")
    with pytest.raises(CannotPutBack, match="the PDF was deleted since"):
        back(item, {**state(item), "pdf": "pdfs/gone.pdf"}, "pdf")


def test_a_picture_comes_back_with_its_text_and_origin() -> None:
    origin = {"image": {"href": "old.png"}}
    item = make_item(image=make_image(), image_alt="Old text", media_provenance=origin)
    change(item, lambda: save(item, image=make_image(), image_alt="New text", media_provenance={}))
    assert back(item, state_at(item, 0), "image") == ("image", "image_alt", "media_provenance")
    item.refresh_from_db()
    assert (item.image_alt, item.media_provenance) == ("Old text", origin)


def test_a_value_that_the_item_may_not_have_is_refused() -> None:
    item = make_item()
    with pytest.raises(CannotPutBack):
        back(item, {**state(item), "published_at": None}, "published_at")
    with pytest.raises(CannotPutBack):
        back(item, {**state(item), "title": ""}, "title")
    assert not Revision.objects.exists()


def test_a_published_item_does_not_lose_its_whole_content() -> None:
    item = make_item(source_url="", body="")
    change(item, lambda: save(item, body="Now with a text."))
    before, bare = state(item), state_at(item, 0)
    reason = "the item is published, and would be without source link and text; put back more fields together"
    for fields in (["body"], []):
        with pytest.raises(CannotPutBack, match=reason):
            back(item, bare, *fields)
    assert state(item) == before
    assert back(item, {**bare, "source_url": "https://example.org/1"}, "body", "source_url") == ("source_url", "body")
    item.refresh_from_db()
    save(item, status="draft")
    assert back(item, bare) == ("source_url",)


def test_an_item_without_content_that_is_published_gets_other_values_back() -> None:
    item = make_item(title="Old", source_url="", body="")
    change(item, lambda: save(item, title="New"))
    assert back(item, state_at(item, 0), "title") == ("title",)


def test_only_who_may_publish_puts_back_the_times_of_a_published_item(db: None) -> None:
    user = User.objects.create_user("eve")
    codenames = ("change_curateditem", "change_any_curateditem")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    editor = Actor.of(user)
    live, draft = make_item(), make_item(status="draft")
    assert LABELS.keys() - fields_to_put_back(live, editor) == {"status", "published_at", "expires_at"}
    assert LABELS.keys() - fields_to_put_back(draft, editor) == {"status"}
    source = {**state(live), "expires_at": datetime(2030, 1, 1, tzinfo=UTC).isoformat(), "title": "Old"}
    assert back(live, source, actor=editor) == ("title",)
    assert back(live, source, actor=COMMAND) == ("expires_at",)


def test_an_item_in_the_bin_is_restored_first() -> None:
    item = make_item()
    perform(Verb.BINNED, CuratedItem.objects.all(), COMMAND)
    with pytest.raises(CannotPutBack, match="restore it first"):
        back(item, {**state(item), "title": "Old"}, "title")


def test_who_may_not_change_an_item_puts_nothing_back() -> None:
    item = make_item()
    with pytest.raises(PermissionError):
        back(item, {**state(item), "title": "Old"}, "title", actor=Actor.of(User.objects.create_user("cleo")))


def test_values_of_an_untitled_draft_are_put_back() -> None:
    item = make_item(title="", summary="Old.", status="draft")
    change(item, lambda: save(item, summary="New."))
    assert back(item, state_at(item, 0), "summary") == ("summary",)


def test_a_published_item_keeps_its_title() -> None:
    item = make_item(title="A title")
    with pytest.raises(CannotPutBack, match="give it a title"):
        back(item, {**state(item), "title": ""}, "title")
    item.refresh_from_db()
    assert item.title == "A title"
