"""The page of an offering."""

from django.test import Client

from tests.factories import make_offering, make_topic

from .pages import query_count


def test_an_offerings_page_costs_the_same_queries_for_any_number_of_topics(editor: Client) -> None:
    offering, counts = make_offering(), []
    for size in range(2):
        offering.topics.add(*(make_topic(vocabulary=f"V{size}{number}") for number in range(4)))
        counts.append(query_count(editor, f"/admin/curation/offering/{offering.pk}/change/"))
    assert counts[0] == counts[1]
