"""What items are filed under, in the API."""

import pytest

from curation.api.subjects import SUBJECTS, Subject
from curation.models import Offering, Vocabulary
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .asking import ask, faults, queries, told

pytestmark = pytest.mark.django_db

each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.plural)
KEYS = {
    "vocabularies": "symplur",
    "topics": "symplur-care",
    "offerings": "chart",
    "publishers": "example.org",
    "authors": "ann",
    "tags": "shared",
}


@pytest.fixture(autouse=True)
def _rows() -> None:
    make_item(
        "Story",
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart", url="https://chart.example.com/")],
        publisher=make_publisher("example.org"),
        authors=[make_author("Ann", bio="Writes.")],
        tags=["shared"],
    )


@each_subject
def test_a_subject_is_in_its_list_and_by_itself_and_leads_to_its_items(subject: Subject) -> None:
    (listed,) = told(subject.plural)["results"]
    one = told(f"{subject.plural}/{KEYS[subject.plural]}")
    assert one == listed
    assert set(one) == set(subject.fields)
    assert one[subject.key] == KEYS[subject.plural]
    (item,) = ask(one["items_url"].removeprefix("http://testserver")).json()["results"]
    assert item["title"] == "Story"


def test_a_topic_names_its_vocabulary_and_an_offering_its_website() -> None:
    assert told("topics/symplur-care?fields=label,vocabulary,url") == {
        "label": "Care",
        "vocabulary": "symplur",
        "url": "http://testserver/topic/symplur-care/",
    }
    assert told("offerings/chart?fields=website,name") == {"website": "https://chart.example.com/", "name": "Chart"}


@each_subject
def test_a_list_goes_on_without_a_gap_or_a_repeat_while_subjects_come_in(subject: Subject) -> None:
    def grow(number: int) -> None:
        relations = {"topics": [make_topic("New", f"Vocabulary {number}")], "authors": [make_author()]}
        make_item(**relations, offerings=[make_offering()], publisher=make_publisher(), tags=[f"tag {number}"])

    grow(1)
    grow(2)
    page = told(f"{subject.plural}?limit=2&fields={subject.key}")
    grow(3)
    rest = told(page["next"].removeprefix("http://testserver"))
    found = [row[subject.key] for row in page["results"] + rest["results"]]
    assert len(set(found)) == len(found) == 4
    assert rest["next"] is None


@each_subject
def test_a_list_costs_one_query(subject: Subject) -> None:
    assert len(queries(subject.plural)) == 1
    make_item(topics=[make_topic("New", "Another")], authors=[make_author()], offerings=[make_offering()])
    assert len(queries(subject.plural)) == 1


@each_subject
@pytest.mark.parametrize("key", ["none", "%00", "❤", "%ff", "x" * 2000, "1"])
def test_a_subject_that_is_not_there_is_not_found(subject: Subject, key: str) -> None:
    ((where, _what, mend),) = faults(f"{subject.plural}/{key}", 404)
    assert (where, mend) == ("path", f"See /api/v1/{subject.plural} for those there are.")


def test_what_no_item_has_is_in_no_list() -> None:
    make_topic("Unused", "Unused")
    make_offering("Unused"), make_publisher("unused.example.org"), make_author("Unused")
    for subject in SUBJECTS:
        assert len(told(subject.plural)["results"]) == 1
    assert Vocabulary.objects.count() == Offering.objects.count() == 2
    faults("vocabularies/unused", 404)
