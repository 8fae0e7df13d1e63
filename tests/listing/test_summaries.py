"""The summaries of items in lists."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.listing.summaries import MAX_KEYS, load_summaries
from curation.models import CuratedItem
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db


def test_summaries_come_in_the_order_of_their_keys_and_only_of_what_readers_see() -> None:
    later = timezone.now() + timedelta(hours=1)
    one, two = make_item("One"), make_item("Two")
    draft, due = make_item("Draft", status=CuratedItem.Status.DRAFT), make_item("Due", published_at=later)
    keys = [two.pk, due.pk, draft.pk, 0, one.pk]
    assert [summary.title for summary in load_summaries(keys)] == ["Two", "One"]
    with time_machine.travel(later, tick=False):
        assert [summary.title for summary in load_summaries(keys)] == ["Two", "Due", "One"]


def test_more_items_than_one_query_takes_are_loaded_by_several() -> None:
    keys = [make_item(f"Number {number}").pk for number in range(MAX_KEYS + 2)]
    assert [summary.pk for summary in load_summaries(keys)] == keys
    assert load_summaries([]) == []


def test_summaries_have_the_first_topics_on_request() -> None:
    topics = [make_topic(label) for label in ("Zeal", "Care", "Robots", "Beds")]
    item = make_item(topics=topics)
    (with_topics,), (without,) = load_summaries([item.pk]), load_summaries([item.pk], with_topics=False)
    assert [label for label, _address in with_topics.first_topics] == ["Zeal", "Care", "Robots"]
    assert with_topics.first_topics[0][1] == topics[0].get_absolute_url()
    assert not without.first_topics
