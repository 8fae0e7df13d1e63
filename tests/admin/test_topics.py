"""Vocabularies and topics: slugs, unique labels, deletion, and the autocomplete of topics."""

from django.test import Client

from curation.models import CuratedItem, Topic, Vocabulary
from tests.factories import make_item, make_topic, make_vocabulary

from .pages import add, errors, links, query_count, text, tree


def test_an_autocomplete_answer_costs_the_same_queries_for_any_number_of_topics(editor: Client) -> None:
    query, counts = {"app_label": "curation", "model_name": "itemtopic", "field_name": "topic", "term": "v"}, []
    for size in range(2):
        for number in range(4):
            make_topic(vocabulary=f"V{size}{number}")
        assert len(editor.get("/admin/autocomplete/", query).json()["results"]) == 4 * (size + 1)
        counts.append(query_count(editor, "/admin/autocomplete/", query))
    assert counts[0] == counts[1]


def test_a_topics_slug_is_made_of_vocabulary_and_label(editor: Client) -> None:
    add(editor, "topic", vocabulary=make_vocabulary("KLAS").pk, label="Digital Care")
    assert Topic.objects.get().slug == "klas-digital-care"


def test_the_label_of_a_topic_is_unique_in_any_case(editor: Client) -> None:
    topic = make_topic("AI")
    response = add(editor, "topic", vocabulary=topic.vocabulary.pk, label="ai", slug="another")
    assert errors(response) == ["This vocabulary has a topic of this label already."]


def test_deleting_a_topic_shows_how_many_items_lose_it(editor: Client) -> None:
    topic = make_topic()
    for _ in range(3):
        make_item(topics=[topic])
    url = f"/admin/curation/topic/{topic.pk}/delete/"
    assert "3 items lose this topic; the items stay." in text(tree(editor.get(url)))
    editor.post(url, {"post": "yes"})
    assert not Topic.objects.exists()
    assert CuratedItem.objects.count() == 3


def test_a_vocabulary_with_topics_is_not_deleted(editor: Client) -> None:
    topic = make_topic()
    url = f"/admin/curation/vocabulary/{topic.vocabulary.pk}/delete/"
    assert f"/admin/curation/topic/{topic.pk}/change/" in links(editor.get(url))
    assert editor.post(url, {"post": "yes"}).status_code != 302
    assert Vocabulary.objects.exists()
