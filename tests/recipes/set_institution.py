"""The promise of “Add a bulk action”: editors give the items that they choose an institution."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from curation.models import CuratedItem
from tests.admin.bulk.pages import carry_out, choose
from tests.admin.pages import messages, text, tree
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def test_editors_give_items_an_institution_and_undo_it(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    items = [make_item("One"), make_item("Two"), make_item("Three", institution="Mayo Clinic")]
    assert "Set the institution of 3 items" in (
        tree(choose(client, "set_institution", *items)).findtext(".//title") or ""
    )
    page = carry_out(client, "set_institution", *items, value="Mayo Clinic")
    (done,) = messages(page)
    assert done == ("2 items given the institution. 1 skipped: of this institution already. Undo Show what changed")
    assert CuratedItem.objects.filter(institution="Mayo Clinic").count() == 3
    assert {entry.get_change_message() for entry in LogEntry.objects.all()} == {"Given the institution from the list."}
    (url,) = {link.get("href", "") for link in tree(page).iter("a") if link.text == "Undo"}
    assert "2 items go back" in text(tree(client.get(url)))
    client.post(url)
    assert CuratedItem.objects.filter(institution="Mayo Clinic").count() == 1
