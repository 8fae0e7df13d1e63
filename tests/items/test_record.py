"""Items as records."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.items.record import record_of, with_record_relations
from curation.models import CuratedItem
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def test_the_record_of_an_expired_item_is_archived() -> None:
    minute = timezone.now() + timedelta(hours=1)
    item = with_record_relations(CuratedItem.objects.filter(pk=make_item(expires_at=minute).pk)).get()
    assert (item.is_live, record_of(item).status) == (True, "published")
    with time_machine.travel(minute):
        assert (item.is_live, record_of(item).status) == (False, "archived")
