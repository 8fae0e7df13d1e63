"""Column types of this project."""

import pytest

from curation.models import CuratedItem
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db

ODD = " One\u00a0 two\u2028three\t"


def test_white_space_of_a_one_line_text_is_folded() -> None:
    item, topic = make_item(ODD, slug="a", kind=ODD, summary=ODD), make_topic(ODD)
    item.refresh_from_db()
    topic.refresh_from_db()
    assert (item.title, item.kind, item.summary, topic.label) == ("One two three",) * 4
    CuratedItem.objects.update(title=ODD)
    assert CuratedItem.objects.get(title=ODD).title == "One two three"
