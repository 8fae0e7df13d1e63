"""New addresses of topics, vocabularies, offerings, publishers, authors and tags."""

from typing import Any

import pytest
from django.test import Client

from curation.models import Author, Offering, Publisher, Tag, Topic, Vocabulary
from tests.admin.pages import errors, form_data, messages
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic


@pytest.fixture
def rows(db: None) -> dict[str, Any]:
    make_item(
        topics=[make_topic("Old")],
        offerings=[make_offering("Old")],
        authors=[make_author("Old")],
        publisher=make_publisher("old.example"),
        tags=["old"],
    )
    return {str(row._meta.model_name): row for model in MODELS for row in model.objects.all()}


MODELS = (Topic, Vocabulary, Offering, Publisher, Author, Tag)
KINDS = ("topic", "vocabulary", "offering", "publisher", "author", "tag")


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_tells_what_a_new_address_means_and_the_old_one_redirects(
    editor: Client, client: Client, rows: dict[str, Any], kind: str
) -> None:
    row = rows[kind]
    column, new = ("domain", "new.example") if kind == "publisher" else ("slug", "brand-new")
    old, url = getattr(row, column), f"/admin/curation/{kind}/{row.pk}/change/"
    page = editor.get(url)
    counted = "1 topic" if kind == "vocabulary" else "1 item"
    assert f"The address is /{kind}/{old}/ ({counted}, 3 feeds). After a change" in page.content.decode()
    data = {name: value for name, value in form_data(page, f"{kind}_form").items() if name != "topics"}
    saved = editor.post(url, {**data, column: new}, follow=True)
    note = f"The address is /{kind}/{new}/ now. The old one, /{kind}/{old}/, and its feeds redirect to it."
    assert note in messages(saved), errors(saved)
    for rest in ("", "feed.rss"):
        assert client.get(f"/{kind}/{old}/{rest}")["Location"] == f"/{kind}/{new}/{rest}"
    editor.post(url, {**data, column: old})
    assert client.get(f"/{kind}/{old}/").status_code == 200
    assert client.get(f"/{kind}/{new}/")["Location"] == f"/{kind}/{old}/"
