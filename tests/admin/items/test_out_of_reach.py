"""The form of an item that its editor may not change any more keeps what was typed."""

from http import HTTPStatus

import pytest

from curation.items.actors import Actor
from curation.items.workflow import perform
from curation.models import CuratedItem
from tests.admin.conftest import member_of
from tests.admin.pages import edit_page, form_data, text, tree
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def test_a_contributor_whose_draft_was_submitted_meanwhile_is_told_by_whom_and_reads_the_typed_text() -> None:
    carl = member_of("Contributor", "carl")
    item = make_item("A story", status="draft", created_by_id=carl.session["_auth_user_id"])
    data = form_data(carl.get(edit_page(item)), "curateditem_form")
    perform("submitted", CuratedItem.objects.all(), Actor.command("Edda"))
    page = carl.post(edit_page(item), {**data, "summary": "Typed by Carl.", "_local_copy": "a" * 32})
    assert page.status_code == HTTPStatus.FORBIDDEN
    content = text(tree(page))
    assert "Submitted for review by Edda, " in content
    assert "you cannot change “A story” now" in content
    assert "If it comes back to you, its form in this browser offers your text again." in content
    fields = {text(name): text(name.getnext()) for name in tree(page).iter("dt")}  # type: ignore[attr-defined]
    assert fields["Summary"] == "Typed by Carl."
    assert "saved_copies" not in page.cookies
    assert "Somebody else works on it" not in text(tree(carl.post(edit_page(item), {**data, "version": ""})))
