"""Searches of editors: items of every state, by words, states, gaps, makers and times."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import CuratedItem, Image
from curation.models.gaps import GAPS
from curation.search import desk
from curation.search.desk import DeskRequest, State
from curation.search.facet_tokens import gap_token, made_by_token, token
from curation.search.find import SearchRequest, find
from curation.search.query import parse
from curation.search.spelling import did_you_mean
from curation.search.suggest import suggestions
from tests.admin.images import make_image
from tests.factories import FIRST_DAY, make_author, make_item, make_topic

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status


def found(text: str = "", **wanted: Any) -> list[str]:
    ids = desk.find_newest(DeskRequest(parse(text), **wanted), limit=100)
    titles = CuratedItem.objects.in_bulk(ids)
    return [titles[pk].title for pk in ids]


@pytest.fixture
def all_states() -> None:
    soon, passed = timezone.now() + timedelta(days=1), timezone.now() - timedelta(hours=1)
    make_item("Taxi live")
    make_item("Taxi over", expires_at=passed)
    make_item("Taxi scheduled", published_at=soon)
    for status in (Status.DRAFT, Status.REVIEW, Status.ARCHIVED):
        make_item(f"Taxi {status}", status=status)
    make_item("Taxi undated", status=Status.DRAFT, published_at=None)
    make_item("Taxi binned", status=Status.BIN, binned_at=timezone.now(), binned_from=Status.DRAFT)


def test_items_of_every_state_are_found_the_newest_first_undated_ones_when_they_were_made(all_states: None) -> None:
    assert found("taxi") == [
        *("Taxi scheduled", "Taxi undated", "Taxi archived", "Taxi review"),
        *("Taxi draft", "Taxi over", "Taxi live"),
    ]
    assert found("taxi") == found()
    assert found("taxi -scheduled -over")[0] == "Taxi undated"


@pytest.mark.parametrize("state", State)
def test_a_state_finds_its_items_alone(all_states: None, state: State) -> None:
    expected = {"Taxi undated", "Taxi draft"} if state is State.DRAFT else {f"Taxi {state}"}
    assert set(found("taxi", states=frozenset([state]))) == expected


def test_any_of_several_states_is_enough(all_states: None) -> None:
    for some, other in product(State, State):
        both = {*found(states=frozenset([some])), *found(states=frozenset([other]))}
        assert set(found(states=frozenset([some, other]))) == both


def test_readers_find_nothing_of_other_states(all_states: None) -> None:
    assert len(find(SearchRequest(parse("taxi"))).items) == 1
    assert [suggestion.text for suggestion in suggestions("taxi")] == ["Taxi live"]


def test_readers_get_no_hint_from_words_of_drafts() -> None:
    make_item("Tesselvane", status=Status.DRAFT)
    assert did_you_mean(parse("tesselvame")) == ""
    assert did_you_mean(parse("tesselvame"), lambda text, limit: desk.find_newest(DeskRequest(text), limit)) == (
        "tesselvane"
    )


def test_words_of_bodies_and_names_find_drafts() -> None:
    make_item("Story", status=Status.DRAFT, body="In Alder Valley.", authors=[make_author("Jun Takeda")], tags=["x y"])
    assert found("alder") == found("takeda") == found('"x y"') == ["Story"]


def test_a_time_is_that_of_publication_or_of_making() -> None:
    make_item("Old", published_at=FIRST_DAY)
    make_item("Planned", status=Status.DRAFT, published_at=FIRST_DAY)
    make_item("Undated", status=Status.DRAFT, published_at=None)
    assert found(until=FIRST_DAY) == ["Planned", "Old"]
    assert found(since=FIRST_DAY + timedelta(seconds=1)) == ["Undated"]
    assert found(since=FIRST_DAY, until=FIRST_DAY, states=frozenset([State.LIVE])) == ["Old"]


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.PUBLISHED])
def test_items_at_the_ends_of_the_calendar_are_found(year: int, status: str) -> None:
    moment = datetime(year, 6, 1, tzinfo=timezone.get_default_timezone())
    make_item("Far", published_at=moment, status=status)
    assert found("far") == found(since=moment, until=moment) == ["Far"]


def test_of_each_group_of_tokens_one_is_required() -> None:
    user = User.objects.create_user("ann")
    topic, other = make_topic(), make_topic()
    make_item("Both", topics=[topic, other], created_by=user)
    make_item("One", topics=[topic], status=Status.DRAFT, created_by=user)
    make_item("None", status=Status.DRAFT)
    of_topic, of_other, by_ann = token("topic", topic.pk), token("topic", other.pk), made_by_token(user.pk)
    assert found(token_groups=((of_topic,), (of_other,))) == ["Both"]
    assert found(token_groups=((of_topic, of_other),)) == found(token_groups=((by_ann,),)) == ["One", "Both"]
    assert found(token_groups=((gap_token("no-topic"),),)) == ["None"]


def make_items_with_gaps() -> None:
    source = {"openGraph": {"ogdescription": "The source’s own words."}}
    image = make_image()
    topics = [make_topic()]
    make_item("", slug="untitled", source_url="", body="", status=Status.DRAFT)
    CuratedItem.objects.filter(slug="untitled").update(title="")
    make_item("x" * 71, slug="long", image=image, topics=topics, summary="Own.")
    make_item("Copied", meta=source, summary="The source’s own words.", image=image, image_alt="A ward.")
    make_item("Complete", image=image, image_alt="A ward.", topics=topics, summary="Own.", status=Status.REVIEW)


@pytest.mark.parametrize("code", GAPS)
def test_the_entry_of_an_item_names_the_gaps_that_its_row_has(code: str) -> None:
    make_items_with_gaps()
    for item in CuratedItem.objects.all():
        item.save()  # which indexes it again
    with_gap = CuratedItem.objects.filter(GAPS[code]()).values_list("pk", flat=True)
    assert set(desk.find_newest(DeskRequest(token_groups=((gap_token(code),),)), 100)) == {*with_gap} != set()


def test_an_item_that_loses_its_picture_gets_that_gap() -> None:
    image = make_image()
    make_item("Story", image=image)
    assert found(token_groups=((gap_token("no-image"),),)) == []
    Image.objects.get(pk=image.pk).delete()
    assert found(token_groups=((gap_token("no-image"),),)) == ["Story"]


def test_requests_are_counted_together_up_to_a_limit(all_states: None) -> None:
    drafts, all_items = DeskRequest(states=frozenset([State.DRAFT])), DeskRequest()
    with CaptureQueriesContext(connection) as queries:
        assert desk.count([drafts, all_items, all_items], limit=5) == [2, 5, 5]
    assert len(queries) == 1
    assert desk.count([], limit=5) == []


def test_a_subquery_has_all_that_a_text_finds(all_states: None) -> None:
    matching = CuratedItem.objects.filter(pk__in=desk.matching(parse("taxi -review")))
    assert set(matching.values_list("title", flat=True)) == {*found("taxi")} - {"Taxi review"}


def test_a_search_takes_the_same_queries_for_any_number_of_items() -> None:
    counts = []
    for _ in range(2):
        for status in (Status.PUBLISHED, Status.DRAFT) * 4:
            make_item(f"Taxi {CuratedItem.objects.count()}", status=status)
        with CaptureQueriesContext(connection) as queries:
            found("taxi")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
