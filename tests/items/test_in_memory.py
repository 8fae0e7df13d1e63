"""Items with a state in memory."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from curation.items.in_memory import give_state
from curation.items.state import State, state_of, states_of
from curation.models import Alias, Author, CuratedItem, Image, Offering, Publisher, Topic
from tests.admin.images import make_image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db


def make_full_item() -> CuratedItem:
    item = make_item(
        "A story",
        summary="Of its own.",
        publisher=make_publisher("example.org"),
        image=make_image(),
        image_alt="Rings",
        pdf=default_storage.save("documents/kept.pdf", ContentFile(b"%PDF-1.7")),
        topics=[make_topic("Imaging"), make_topic("Robots")],
        offerings=[make_offering("Alder"), make_offering("Birch")],
        authors=[make_author("Ann"), make_author("Ben")],
        tags=["scan", "two words"],
    )
    Alias.objects.create(item=item, path="/old/story")
    return item


def state_now(item: CuratedItem) -> State:
    return states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk]


def test_an_item_in_memory_has_the_state_that_it_was_given() -> None:
    state, other = state_now(make_full_item()), make_item("Another", body="Other *text*.", slug="a-story-too")
    Alias.objects.all().delete()
    assert give_state(other, state, timezone.now()) == []
    assert state_of(other) == {**state, "status": other.status}
    assert (other.body_text, other.shown_summary) == ("Body of A story.", "Of its own.")
    assert not other.topics.exists()


def delete_rows() -> None:
    for model in (Topic, Offering, Author, Publisher, Image):
        model.objects.all().delete()
    default_storage.delete("documents/kept.pdf")


def test_what_was_deleted_since_is_missing_and_named() -> None:
    item = make_full_item()
    state = state_now(item)
    delete_rows()
    found = give_state(CuratedItem.objects.get(), state, timezone.now())
    names = ["the topic “Symplur: Imaging”", "the topic “Symplur: Robots”", "the offering “Alder”"]
    names += ["the offering “Birch”", "the author “Ann”", "the author “Ben”"]
    assert found == ["the picture", "the PDF", "the publisher “example.org”", *names]
