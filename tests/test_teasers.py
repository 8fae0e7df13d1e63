"""What lists show of items."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.models import CuratedItem
from curation.teasers import MOST, teasers
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db


def test_teasers_come_in_the_order_of_their_keys_and_only_of_what_readers_see() -> None:
    later = timezone.now() + timedelta(hours=1)
    one, two = make_item("One"), make_item("Two")
    draft, due = make_item("Draft", status=CuratedItem.Status.DRAFT), make_item("Due", published_at=later)
    keys = [two.pk, due.pk, draft.pk, 0, one.pk]
    assert [teaser.title for teaser in teasers(keys)] == ["Two", "One"]
    with time_machine.travel(later, tick=False):
        assert [teaser.title for teaser in teasers(keys)] == ["Two", "Due", "One"]


def test_more_items_than_a_query_takes_are_loaded_by_several() -> None:
    keys = [make_item(f"Number {number}").pk for number in range(MOST + 2)]
    assert [teaser.pk for teaser in teasers(keys)] == keys
    assert teasers([]) == []


def test_topics_are_the_first_ones_in_their_order_where_they_are_asked_for() -> None:
    topics = [make_topic(label) for label in ("Zeal", "Care", "Robots", "Beds")]
    item = make_item(topics=topics)
    (with_topics,), (without,) = teasers([item.pk]), teasers([item.pk], with_topics=False)
    assert [label for label, _address in with_topics.first_topics] == ["Zeal", "Care", "Robots"]
    assert with_topics.first_topics[0][1] == topics[0].get_absolute_url()
    assert not without.first_topics
