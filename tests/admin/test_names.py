"""Names that tell rows apart."""

from django.test import Client

from curation.models import Topic
from tests.factories import make_topic


def test_two_names_that_differ_in_white_space_are_one(editor: Client) -> None:
    topic = make_topic("One two")
    values = {"vocabulary": topic.vocabulary_id, "label": "One\u00a0two", "slug": "another"}
    response = editor.post("/admin/curation/topic/add/", values)
    assert "has a topic of this label already" in response.content.decode()
    assert Topic.objects.count() == 1
