"""Links by which people without an account see an item before it is published."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from curation.items import drafts, preview_links
from curation.items.actors import Actor
from curation.items.bulk import jobs
from curation.items.bulk.actions import ACTIONS_BY_NAME
from curation.items.bulk.changes import prepare
from curation.items.bulk.undo import prepare_undo
from curation.items.state import states_of
from curation.items.workflow import Verb, perform
from curation.models import BulkChange, CuratedItem
from tests.admin.images import make_image
from tests.factories import COMMAND, make_item
from tests.items.bulk.test_changes import make_user

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status


def link_to(item: CuratedItem) -> str:
    return f"/preview/{preview_links.make_token(item)[0]}/"


def keep_draft(item: CuratedItem, **changes: Any) -> None:
    state = {**states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk], **changes}
    drafts.keep(item, state, COMMAND, shown="", base_id=0)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": Status.DRAFT, "published_at": None}, "Draft"),
        ({"status": Status.REVIEW}, "In review"),
        ({"status": Status.PUBLISHED, "published_at": timezone.now() + timedelta(days=400)}, "Scheduled"),
        ({"status": Status.ARCHIVED}, "Archived"),
    ],
)
def test_a_link_shows_an_item_that_readers_do_not_see(client: Client, fields: dict[str, Any], state: str) -> None:
    item = make_item("A story", body="Some *text*.", **fields)
    page = client.get(link_to(item))
    assert page.status_code == 200
    content = page.content.decode()
    assert "A story</h1>" in content
    assert f"{state}: readers do not see this." in content
    assert client.get(item.get_absolute_url()).status_code == 404


def test_a_link_to_a_live_item_shows_its_draft_while_there_is_one(client: Client) -> None:
    item = make_item("Live title")
    keep_draft(item, title="Draft title")
    link = link_to(item)
    content = client.get(link).content.decode()
    assert "Draft title</h1>" in content
    assert "Draft over the live story: readers do not see this." in content
    drafts.discard(item.draft, COMMAND)
    answer = client.get(link)
    assert (answer.status_code, answer["Location"]) == (302, item.get_absolute_url())


def test_the_page_is_neither_indexed_nor_cached_and_tells_no_other_site_its_address(client: Client) -> None:
    link = link_to(make_item("A story", status=Status.DRAFT))
    for _ in range(2):
        page = client.get(link)
        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        content = page.content.decode()
        assert '<meta name="robots" content="noindex, nofollow">' in content
        assert not {'rel="canonical"', "og:title", "ld+json"} & {*content.split()}


def test_a_link_shows_the_item_as_it_is_now(client: Client) -> None:
    item = make_item("Old title", status=Status.DRAFT)
    link = link_to(item)
    client.get(link)
    CuratedItem.objects.filter(pk=item.pk).update(title="New title")
    assert b"New title</h1>" in client.get(link).content


def is_gone(client: Client, link: str) -> bool:
    answer = client.get(link)
    return (
        answer.status_code == 404 and b"This preview has ended" in answer.content and b"A story" not in answer.content
    )


def test_a_link_ends_after_seven_days(client: Client) -> None:
    link = link_to(make_item("A story", status=Status.DRAFT))
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert not is_gone(client, link)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert is_gone(client, link)


def test_withdrawing_ends_all_links_of_an_item_and_no_other(client: Client) -> None:
    item, other = make_item("A story", status=Status.DRAFT), make_item("Another", status=Status.DRAFT)
    links = [link_to(item), link_to(item)]
    kept = link_to(other)
    preview_links.withdraw(item)
    assert all(is_gone(client, link) for link in links)
    assert not is_gone(client, kept)
    assert not is_gone(client, link_to(item))


def test_a_link_to_a_deleted_item_has_ended(client: Client) -> None:
    item = make_item("A story", status=Status.DRAFT)
    link = link_to(item)
    CuratedItem.objects.filter(pk=item.pk).update(status=Status.BIN, binned_at=timezone.now(), binned_from="draft")
    assert is_gone(client, link)
    item.delete()
    assert is_gone(client, link)


@pytest.mark.parametrize("verb", [Verb.WITHDRAWN, Verb.ARCHIVED, Verb.BINNED])
@pytest.mark.parametrize("is_live", [True, False])
def test_links_end_when_the_item_is_taken_away_even_if_it_comes_back(client: Client, verb: str, is_live: bool) -> None:
    live = {"status": Status.PUBLISHED} if is_live or verb == Verb.WITHDRAWN else {"status": Status.DRAFT}
    item = make_item("A story", **live)
    link, chosen = link_to(item), CuratedItem.objects.filter(pk=item.pk)
    perform(verb, chosen, COMMAND)
    assert is_gone(client, link)
    back = {Verb.BINNED: Verb.RESTORED, Verb.ARCHIVED: Verb.WITHDRAWN}.get(Verb(verb), Verb.SUBMITTED)
    perform(back, chosen, COMMAND)
    assert is_gone(client, link)
    if verb == Verb.WITHDRAWN:
        assert not is_gone(client, link_to(item))  # a new one


def test_links_end_when_an_undo_takes_an_item_off_the_site(client: Client) -> None:
    item = make_item("A story", status=Status.DRAFT)
    user = make_user()
    change = prepare(ACTIONS_BY_NAME["publish"], [item.pk], user)
    BulkChange.objects.filter(pk=change.pk).update(outcome="queued")
    jobs.run(BulkChange.objects.get(pk=change.pk))
    link = link_to(item)
    assert client.get(link)["Location"] == item.get_absolute_url()
    undo = prepare_undo(BulkChange.objects.get(pk=change.pk), Actor.of(user))
    jobs.run(undo)
    item.refresh_from_db()
    assert item.status == Status.DRAFT
    assert is_gone(client, link)


def test_a_link_goes_on_through_review_and_schedule_and_leads_to_the_page_after_publication(client: Client) -> None:
    item = make_item("A story", status=Status.DRAFT, published_at=None)
    link, chosen = link_to(item), CuratedItem.objects.filter(pk=item.pk)
    soon = timezone.now() + timedelta(hours=1)
    for verb in (Verb.SUBMITTED, Verb.APPROVED, Verb.RETURNED, Verb.SCHEDULED):
        perform(verb, chosen, COMMAND, at=soon if verb == Verb.SCHEDULED else None)
        assert not is_gone(client, link), verb
    with time_machine.travel(soon + timedelta(minutes=1)):
        assert client.get(link)["Location"] == item.get_absolute_url()


def test_no_other_token_is_a_link(client: Client) -> None:
    item = make_item("A story", status=Status.DRAFT)
    good = preview_links.make_token(item)[0]
    forged = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.replace(f"{item.pk}:", f"{item.pk + 1}:", 1),
        TimestampSigner(salt="other").sign(f"{item.pk}:1:0"),
        preview_links._signer.sign(f"{item.pk}:1"),  # of a former release
        f"{item.pk}:1",
        "x",
        "é" * 300,
    ]
    assert [token for token in forged if not is_gone(client, f"/preview/{token}/")] == []


def test_the_pictures_of_a_preview_are_shown_with_it_alone(client: Client) -> None:
    image, other = make_image(), make_image()
    item = make_item("A story", status=Status.DRAFT, image=image)
    make_item("Other", status=Status.DRAFT, image=other)
    link = link_to(item)
    assert client.get(image.file.url).status_code == 404
    assert image.file.url in client.get(link).content.decode()
    answer = client.get(image.file.url)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert client.get(other.file.url).status_code == 404
    preview_links.withdraw(item)
    assert client.get(image.file.url).status_code == 404


def test_a_browser_sees_the_pictures_of_the_last_five_previews(client: Client) -> None:
    images = [make_image() for _ in range(6)]
    for image in images:
        client.get(link_to(make_item(status=Status.DRAFT, image=image)))
    assert [client.get(image.file.url).status_code for image in images] == [404] + [200] * 5


def test_opening_a_link_needs_no_session_and_starts_none(client: Client) -> None:
    answer = client.get(link_to(make_item(status=Status.DRAFT)))
    assert set(answer.cookies) == {"previews"}
    assert answer.cookies["previews"]["httponly"]
