"""The list of items: columns, search, filters, and number of queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import CuratedItem, SourceDocument
from tests.admin.images import make_image
from tests.admin.pages import LIST, edit_page, links, query_count, rows, tree
from tests.factories import FIRST_DAY, make_author, make_item, make_offering, make_publisher, make_topic

Status = CuratedItem.Status


def titles(client: Client, query: str) -> list[str]:
    page = client.get(LIST + query)
    assert page.status_code == 200
    return [
        title for title in CuratedItem.objects.values_list("title", flat=True) if any(title in r for r in rows(page))
    ]


def test_the_list_shows_state_publisher_and_topics_newest_first_and_drafts_where_they_were_made(editor: Client) -> None:
    soon = timezone.now() + timedelta(days=1)
    topics = [make_topic("AI"), make_topic("Robots")]
    make_item("Old", publisher=make_publisher("example.org"), topics=topics, published_at=FIRST_DAY)
    make_item("Coming", published_at=soon)
    make_item("Undated", status=Status.DRAFT, published_at=None)
    coming, undated, old = rows(editor.get(LIST))
    assert "Undated" in undated
    assert "Draft" in undated
    assert "Scheduled" in coming
    assert "example.orgAI, RobotsLive1 Jan 2023, 9:00" in old


def test_the_date_hierarchy_links_years_and_months_without_reading_every_row(editor: Client) -> None:
    for year in (2019, 2021):
        make_item(published_at=datetime(year, 3, 1, tzinfo=UTC))
    make_item(status=Status.DRAFT, published_at=None)
    with CaptureQueriesContext(connection) as queries:
        years = links(editor.get(LIST))
    assert {f"?published_at__year={year}" for year in (2019, 2021)} <= set(years)
    assert "?published_at__year=2020" not in years  # nor any other year without items, up to one in 2099
    assert not [query["sql"] for query in queries if "trunc" in query["sql"].lower()]
    assert "?published_at__month=3&published_at__year=2019" in links(editor.get(f"{LIST}?published_at__year=2019"))


def test_the_list_shows_thumbnails(editor: Client) -> None:
    image = make_image()
    make_item(image=image)
    assert f'src="{image.file.url}"'.encode() in editor.get(LIST).content


def test_hostile_titles_and_topics_are_escaped(editor: Client) -> None:
    hostile = "<script>alert(1)</script>"
    make_item(hostile, slug="x", topics=[make_topic(hostile)], publisher=make_publisher("example.org", name=hostile))
    content = editor.get(LIST).content
    assert b"<script>alert" not in content
    assert content.count(b"&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


@pytest.mark.parametrize(
    "term", ["telehealth", "a-slug-of", "journal.example", "http://www.journal.example/Study/?utm_source=x", "4711"]
)
def test_search_finds_words_links_and_external_ids(editor: Client, term: str) -> None:
    item = make_item("On Telehealth", slug="a-slug-of-its-own", source_url="https://journal.example/Study")
    make_item("Another", source_url="https://elsewhere.example/")
    for is_primary, path in ((True, "/a.md"), (False, "/b.md")):
        SourceDocument.objects.create(
            item=item,
            is_primary=is_primary,
            external_id="4711",
            path=path,
            dialect="bookmark",
            sha256="0" * 64,
            front_matter="",
            imported_at=FIRST_DAY,
        )
    assert len(rows(editor.get(LIST, {"q": term}))) == 1
    assert titles(editor, f"?q={term.replace('&', '%26')}") == ["On Telehealth"]


def test_an_external_id_is_found_as_a_whole_alone(editor: Client) -> None:
    item = make_item("Story", source_url="")
    SourceDocument.objects.create(
        item=item, external_id="4711", path="/a.md", dialect="hugo", sha256="0", front_matter="", imported_at=FIRST_DAY
    )
    assert rows(editor.get(LIST, {"q": "471"})) == []


@pytest.mark.parametrize("state", ["live", "scheduled", "draft", "archived"])
def test_items_are_filtered_by_state(editor: Client, state: str) -> None:
    make_item("live one")
    make_item("scheduled one", published_at=timezone.now() + timedelta(days=1))
    make_item("draft one", status=Status.DRAFT)
    make_item("archived one", status=Status.ARCHIVED)
    assert titles(editor, f"?state={state}") == [f"{state} one"]


def test_expired_items_are_marked_and_listed_as_archived(editor: Client) -> None:
    make_item("over", expires_at=timezone.now() - timedelta(seconds=1))
    make_item("not yet", expires_at=timezone.now() + timedelta(hours=1))
    assert titles(editor, "?state=archived") == ["over"]
    assert titles(editor, "?state=live") == ["not yet"]
    (row,) = rows(editor.get(LIST, {"state": "archived"}))
    assert "Expired" in row


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        *(("image", "bare"), ("alt", "illustrated"), ("topic", "illustrated"), ("source", "bare")),
        ("summary", "automatic"),
    ],
)
def test_items_are_filtered_by_a_missing_field(editor: Client, missing: str, expected: str) -> None:
    make_item("bare", topics=[make_topic()], source_url="", summary="Its own.")
    make_item("illustrated", image=make_image(), summary="Its own.")
    complete: dict[str, Any] = {"image": make_image(), "image_alt": "A picture", "topics": [make_topic()]}
    make_item("complete", **complete, summary="Its own.")
    make_item("automatic", **complete, body="A text.")
    assert titles(editor, f"?missing={missing}") == [expected]


@pytest.mark.parametrize("key", ["topic", "offering", "publisher", "author", "tag"])
def test_items_are_filtered_by_a_related_object(editor: Client, key: str) -> None:
    for name in ("one", "other"):
        make_item(
            f"Item {name}",
            topics=[make_topic()],
            offerings=[make_offering()],
            publisher=make_publisher(),
            authors=[make_author()],
            tags=[name],
        )
    item = CuratedItem.objects.get(title="Item one")
    related = item.publisher if key == "publisher" else getattr(item, f"{key}s").get()
    assert related is not None
    assert titles(editor, f"?{key}={related.pk}") == ["Item one"]
    assert titles(editor, f"?{key}=") == ["Item other", "Item one"]


def test_items_are_filtered_by_vocabulary(editor: Client) -> None:
    make_item("one", topics=[make_topic(vocabulary="Gartner"), make_topic(vocabulary="Gartner")])
    make_item("other", topics=[make_topic(vocabulary="KLAS")])
    assert len(rows(editor.get(f"{LIST}?vocabulary=gartner"))) == 1


def test_items_are_filtered_by_days_both_included(editor: Client) -> None:
    for day in range(4):
        make_item(f"Day {day}", published_at=FIRST_DAY + timedelta(days=day))
    assert titles(editor, "?published_from=2023-01-02&published_to=2023-01-03") == ["Day 2", "Day 1"]
    assert titles(editor, "?published_to=2023-01-01") == ["Day 0"]


@pytest.mark.parametrize(
    "query", ["?topic=x", "?topic=0", "?published_from=soon", "?state=x", "?missing=x", "?vocabulary=x", "?tag=1e9"]
)
def test_an_invalid_filter_value_is_not_an_error(editor: Client, query: str) -> None:
    make_item()
    assert editor.get(LIST + query, follow=True).status_code == 200


def test_a_filter_form_keeps_the_other_filters(editor: Client) -> None:
    topic = make_topic()
    make_item("Story", topics=[topic])
    page = editor.get(f"{LIST}?state=live&topic={topic.pk}&q=story")
    forms = [form for form in tree(page).iter("form") if form.get("class") == "form-filter"]
    sent = [{field.get("name"): field.get("value") for field in form.iter("input")} for form in forms]
    assert all((fields["state"], fields["q"]) == ("live", "story") for fields in sent)
    assert [fields.get("topic") for fields in sent].count(str(topic.pk)) == len(forms) - 1


def test_the_list_costs_the_same_queries_for_any_number_of_items(editor: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            make_item(
                image=make_image(),
                publisher=make_publisher(),
                topics=[make_topic(vocabulary="A"), make_topic()],
                tags=["x"],
            )
        counts.append(query_count(editor, f"{LIST}?state=live&q=item"))
    assert counts[0] == counts[1] <= 14


def test_every_item_links_to_its_page(editor: Client) -> None:
    assert edit_page(make_item()) in {link.split("?")[0] for link in links(editor.get(LIST))}


def test_the_list_finds_items_by_a_check_that_they_fail(editor: Client) -> None:
    make_item("x" * 71, slug="long", topics=[make_topic()])
    make_item("Short", topics=[make_topic()])
    assert len(rows(editor.get(LIST, {"check": "title-long"}))) == 1
    assert len(rows(editor.get(LIST, {"check": "no-topic"}))) == 0
    page = editor.get(LIST, {"check": "heading-skipped"}, follow=True)  # the database cannot answer it
    assert len(rows(page)) == 2


def test_the_list_finds_items_in_review(editor: Client) -> None:
    make_item("Waiting", status=Status.REVIEW)
    make_item("Live")
    (row,) = rows(editor.get(LIST, {"state": "review"}))
    assert "Waiting" in row
