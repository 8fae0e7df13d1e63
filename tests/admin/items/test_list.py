"""The list of items: columns, search, filters, and number of queries."""

from datetime import datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.admin.items import item_list
from curation.admin.items.list_rows import WORDS
from curation.admin.items.tags_field import write_tags
from curation.items.actors import Actor
from curation.items.checks import IN_DATABASE
from curation.items.revisions import Change, record_changes
from curation.models import Alias, CuratedItem, EditorProfile, Revision, SourceDocument, Tag
from tests.admin.images import make_image
from tests.admin.pages import LIST, edit_page, form_data, links, messages, query_count, rows, submit, text, tree
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
    assert "AI · Robots" in old
    assert "Live1 Jan 2023, 9:00 example.org" in old
    assert "Coming" in rows(editor.get(LIST, {"order": "oldest"}))[-1]


def test_a_row_names_the_checks_that_its_item_fails_and_who_changed_it_last(editor: Client) -> None:
    complete = make_item("Complete", image=make_image(), image_alt="A ward.", topics=[make_topic()], summary="Own.")
    make_item("x" * 71, slug="bare")
    record_changes([Change(complete.pk, {"title": ["Old", "Complete"]})], Revision.Verb.SAVED, Actor.command("Ben"))
    bare, complete_row = rows(editor.get(LIST))
    for words in ("long title", "no own summary", "no topic", "no picture"):
        assert words in bare
        assert words not in complete_row
    assert "Ben, now" in complete_row


def test_every_check_that_the_database_answers_has_its_words_in_rows() -> None:
    assert WORDS.keys() == {check.code for check in IN_DATABASE} | {"no-image"}


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
    "term",
    [
        *("telehealth", "a-slug-of-its-own", "/news/a-slug-of-its-own/", "https://news.example/news/a-slug-of-its-own"),
        *(
            "/old/path/",
            "http://www.journal.example/Study/?utm_source=x",
            "4711",
            "alder valley",
            "Takeda",
            "home care",
        ),
        *("Tesselvane", "Symplur", "medtech daily", "teleh*", '"alder valley" -nurses'),
    ],
)
def test_search_finds_words_as_readers_do_and_addresses_links_slugs_and_external_ids(editor: Client, term: str) -> None:
    item = make_item(
        "On Telehealth",
        slug="a-slug-of-its-own",
        source_url="https://journal.example/Study",
        status=Status.DRAFT,
        body="In Alder Valley.",
        authors=[make_author("Jun Takeda")],
        tags=["home care"],
        offerings=[make_offering("Tesselvane")],
        topics=[make_topic("AI")],
        publisher=make_publisher("medtech.example", name="Medtech Daily"),
    )
    Alias.objects.create(item=item, path="/old/path")
    make_item("Another", source_url="https://elsewhere.example/", body="For nurses.")
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
    (row,) = rows(editor.get(LIST, {"q": term}))
    assert "On Telehealth" in row


def test_an_item_that_a_text_names_comes_first(editor: Client) -> None:
    named = make_item("Old one")
    make_item(f"In ward {named.pk}")
    assert ["Old one" in row for row in rows(editor.get(LIST, {"q": str(named.pk)}))] == [True, False]
    assert len(rows(editor.get(LIST, {"q": f"#{named.pk}"}))) == 2
    assert rows(editor.get(LIST, {"q": str(named.pk), "state": "draft"})) == []


def test_a_link_to_another_site_is_no_address_of_an_item(editor: Client) -> None:
    make_item("Story", slug="study")
    assert rows(editor.get(LIST, {"q": "https://journal.example/2024/study"})) == []


def test_an_external_id_is_found_as_a_whole_alone(editor: Client) -> None:
    item = make_item("Story", source_url="")
    SourceDocument.objects.create(
        item=item, external_id="X4711", path="/a.md", dialect="hugo", sha256="0", front_matter="", imported_at=FIRST_DAY
    )
    assert rows(editor.get(LIST, {"q": "X471"})) == []
    assert len(rows(editor.get(LIST, {"q": "X4711"}))) == 1


@pytest.mark.parametrize("term", ["///", "-", "tesselvane -tesselvane"])
def test_a_text_that_finds_nothing_lists_nothing_and_leads_back(editor: Client, term: str) -> None:
    make_item("Tesselvane")
    page = editor.get(LIST, {"q": term})
    assert rows(page) == []
    assert "Nothing is found" in text(tree(page))
    assert LIST in links(page)


def test_a_typing_error_gets_a_hint_that_keeps_the_filters(editor: Client) -> None:
    make_item("Tesselvane", status=Status.DRAFT)
    page = editor.get(LIST, {"q": "tesselvame", "state": "draft"})
    assert "?q=tesselvane&state=draft" in links(page)
    assert rows(editor.get(LIST, {"q": "tesselvame", "state": "live"})) == []


def test_the_choices_of_other_forms_find_items_by_parts_of_words(editor: Client) -> None:
    make_item("Telehealth at home")
    query = {"app_label": "curation", "model_name": "alias", "field_name": "item", "term": "lehea"}
    assert len(editor.get("/admin/autocomplete/", query).json()["results"]) == 1


@pytest.mark.parametrize("state", ["live", "scheduled", "draft", "archived", "review"])
def test_items_are_filtered_by_state(editor: Client, state: str) -> None:
    make_item("live one")
    make_item("scheduled one", published_at=timezone.now() + timedelta(days=1))
    make_item("draft one", status=Status.DRAFT)
    make_item("archived one", status=Status.ARCHIVED)
    make_item("review one", status=Status.REVIEW)
    assert titles(editor, f"?state={state}") == [f"{state} one"]


def test_expired_items_are_a_state_of_their_own(editor: Client) -> None:
    make_item("over", expires_at=timezone.now() - timedelta(seconds=1))
    make_item("not yet", expires_at=timezone.now() + timedelta(hours=1))
    make_item("a draft", status=Status.DRAFT)
    assert titles(editor, "?state=expired") == ["over"]
    assert titles(editor, "?state=live") == ["not yet"]
    assert {*titles(editor, "?state=expired&state=draft")} == {"over", "a draft"}
    assert titles(editor, "?state=expired&q=over") == ["over"]
    (row,) = rows(editor.get(LIST, {"state": "expired"}))
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


def test_of_missing_fields_any_or_all_are_looked_for(editor: Client) -> None:
    make_item("Bare", topics=[make_topic()], summary="Own.")
    make_item("Neither", summary="Own.")
    make_item("Complete", topics=[make_topic()], image=make_image(), image_alt="A ward.", summary="Own.")
    both = "?missing=image&missing=topic"
    assert titles(editor, both) == ["Neither", "Bare"]
    assert titles(editor, f"{both}&missing_match=all") == ["Neither"]
    assert "Picture and topic".lower() in text(tree(editor.get(f"{LIST}{both}&missing_match=all"))).lower()


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
    assert titles(editor, f"?{key}={str(related).upper()}") == ["Item one"]
    assert titles(editor, f"?{key}={related.pk}&bulk=") == ["Item one"]


def test_a_label_finds_the_topics_of_all_vocabularies_and_with_its_vocabulary_one(editor: Client) -> None:
    for vocabulary in ("KLAS", "Symplur"):
        make_item(vocabulary, topics=[make_topic("Nursing", vocabulary)])
    assert titles(editor, "?topic=nursing") == ["Symplur", "KLAS"]
    assert titles(editor, "?topic=klas: nursing") == ["KLAS"]


@pytest.mark.parametrize("key", ["topic", "offering", "author", "tag"])
def test_a_filter_of_several_names_finds_items_with_any_or_with_all_of_them(editor: Client, key: str) -> None:
    make: Any = {"topic": make_topic, "offering": make_offering, "author": make_author, "tag": str}[key]
    one, two = make("One"), make("Two, with a comma")
    for title, given in (("First", [one]), ("Second", [two]), ("Both", [one, two]), ("Neither", [])):
        make_item(title, **{f"{key}s": given})
    names = f"{key}=One, {write_tags(['Two, with a comma'])}"
    assert titles(editor, f"?{names}") == ["Both", "Second", "First"]
    assert titles(editor, f"?{names}&{key}_match=all") == ["Both"]
    assert titles(editor, f"?{names}&{key}_match=all&order=oldest") == ["Both"]
    assert titles(editor, f"?{key}=Two, with a comma") == ["Both", "Second"]  # as a whole
    assert len(rows(editor.get(f"{LIST}?{key}=None such, One", follow=True))) == 4  # not valid: ignored
    shown = text(tree(editor.get(f"{LIST}?{names}&{key}_match=all")).find(".//div[@class='filter is-chosen']//summary"))
    assert shown.endswith("One and Symplur: Two, with a comma" if key == "topic" else "One and Two, with a comma")


def test_a_name_that_looks_like_an_id_is_a_name(editor: Client) -> None:
    make_item("Other", tags=["2024"])
    tag = Tag.objects.get(name="2024")
    make_item("Named", tags=[str(tag.pk)])
    assert titles(editor, f"?tag={tag.pk}") == ["Named"]
    assert titles(editor, "?tag=2024") == ["Other"]


def test_a_filter_of_many_names_costs_one_query_and_reads_the_index(editor: Client) -> None:
    topics = [make_topic(label) for label in "ABCD"]
    make_item(topics=topics)
    few = f"{LIST}?topic=A&topic_match=all"
    for query in (f"{LIST}?topic=A, B, C, Symplur: D&topic_match=all", f"{LIST}?topic=A, B, C, D"):
        assert query_count(editor, query) == query_count(editor, few)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(editor.get(query))) == 1
        assert not [query for query in queries if 'IN (SELECT U0."item_id"' in query["sql"]]  # the database's way
    too_many = ", ".join("A" * length for length in range(1, 22))
    assert "ignored" in " ".join(messages(editor.get(f"{LIST}?topic={too_many}", follow=True)))


def test_rows_of_live_items_have_a_link_to_copy(editor: Client) -> None:
    live = make_item("Live")
    make_item("Draft", status=Status.DRAFT)
    page = tree(editor.get(LIST))
    assert [link.get("href") for link in page.findall(".//a[@class='copy-link']")] == [live.get_absolute_url()]


@pytest.mark.parametrize("max_results", [2, 1000])
@pytest.mark.parametrize("query", ["", "&state=live", "&q=story", "&q=story&state=live&missing=image"])
def test_the_list_is_sorted_by_time_and_by_the_last_change(
    editor: Client, monkeypatch: pytest.MonkeyPatch, max_results: int, query: str
) -> None:
    monkeypatch.setattr(item_list, "MAX_RESULTS", max_results)
    items = [make_item(f"Story {day}", published_at=FIRST_DAY + timedelta(days=day)) for day in range(4)]
    for item in (items[2], items[0], items[3], items[1]):
        submit(editor, edit_page(item), summary="Changed.")
    for order, days in (("", "3210"), ("oldest", "0123"), ("changed", "1302")):
        page = tree(editor.get(f"{LIST}?order={order}{query}"))
        found = [text(link) for link in page.findall(".//a[@class='item-title']")]
        shown = days[:max_results] if query else days
        assert found == [f"Story {day}" for day in shown]
    caption = page.find(".//caption")
    assert text(caption) == "Items, last changed first"


def test_an_index_has_the_order_by_the_last_change(editor: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            make_item(topics=[make_topic()])
        counts.append([query_count(editor, f"{LIST}?order=changed{query}") for query in ("", "&state=live", "&q=item")])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20
    if connection.vendor == "sqlite":
        plan = CuratedItem.objects.not_binned().order_by(*item_list.ORDERS["changed"][1])[:50].explain()
        assert "USING INDEX item_changed" in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("query", ["state=live", "state=live&topic=Common", "missing=image"])
def test_many_items_are_read_along_the_index_of_their_order(
    editor: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(item_list, "MAX_RESULTS", 2)
    common = make_topic("Common")
    for _ in range(3):
        make_item(topics=[common])
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(editor.get(f"{LIST}?{query}&order=changed"))) == 2
    (shown,) = [entry["sql"] for entry in queries if "ORDER BY" in entry["sql"] and "EXISTS" in entry["sql"]]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {shown}")
            plan = "\n".join(str(row) for row in cursor.fetchall())
        assert "SCAN curation_curateditem USING INDEX item_changed" in plan
        assert "FOR ORDER BY" not in plan


def test_items_are_filtered_by_vocabulary(editor: Client) -> None:
    make_item("one", topics=[make_topic(vocabulary="Gartner"), make_topic(vocabulary="Gartner")])
    make_item("other", topics=[make_topic(vocabulary="KLAS")])
    assert len(rows(editor.get(f"{LIST}?vocabulary=gartner"))) == 1


def test_items_are_filtered_by_days_both_included(editor: Client) -> None:
    for day in range(4):
        make_item(f"Day {day}", published_at=FIRST_DAY + timedelta(days=day))
    assert titles(editor, "?published_from=2023-01-02&published_to=2023-01-03") == ["Day 2", "Day 1"]
    assert titles(editor, "?published_to=2023-01-01") == ["Day 0"]
    assert titles(editor, "?month=2023-01&published_from=2023-01-04") == ["Day 3"]
    assert titles(editor, "?month=2022-12") == []


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_today_and_the_last_seven_days_are_those_of_the_editor(editor: Client, zone: str) -> None:
    EditorProfile.objects.create(user=User.objects.get(username="ann"), time_zone=zone)
    today = timezone.localdate(timezone=ZoneInfo(zone))
    for age in (0, 1, 6, 7):
        midnight = datetime.combine(today - timedelta(days=age), time(0, 5), ZoneInfo(zone))
        make_item(f"Age {age}", published_at=midnight, status=Status.DRAFT)
    make_item("Undated", status=Status.DRAFT, published_at=None)
    assert {*titles(editor, "?when=today")} == {"Undated", "Age 0"}
    assert {*titles(editor, "?when=7days")} == {"Undated", "Age 0", "Age 1", "Age 6"}


def test_items_are_filtered_by_who_made_them(editor: Client) -> None:
    ann, ben = User.objects.get(username="ann"), User.objects.create_user("ben", is_staff=True)
    make_item("Of Ann", created_by=ann)
    make_item("Of Ben", created_by=ben)
    assert titles(editor, "?who=me") == ["Of Ann"]
    assert titles(editor, f"?who={ben.pk}") == ["Of Ben"]


QUERIES = [
    *("state=live", "state=scheduled&state=draft", "state=archived", "missing=image", "missing=topic&missing=summary"),
    *("missing=topic&missing=image&missing_match=all", "check=title-long&check=no-topic", "vocabulary=symplur"),
    *(
        "topic=AI",
        "topic=AI, Robots",
        "topic=AI, Robots&topic_match=all",
        "tag=x, y&tag_match=all",
        "tag=x",
        "published_from=2023-01-02",
        "published_to=2023-01-02&state=live",
        "when=7days",
        "who=me",
    ),
    *("q=taxi", "q=taxi&state=draft&topic=AI", "q=-taxi"),
]


@pytest.mark.parametrize("query", QUERIES)
def test_index_and_database_answer_a_filter_alike(editor: Client, query: str) -> None:
    ann, topic, other = User.objects.get(username="ann"), make_topic("AI"), make_topic("Robots")
    for number, (status, extra) in enumerate(product(Status, range(3))):
        binned = {"binned_at": timezone.now(), "binned_from": "draft"} if status == Status.BIN else {}
        make_item(
            f"{'Taxi' if extra else 'x' * 71} {number}",
            slug=f"item-{number}",
            status=status,
            published_at=(FIRST_DAY, FIRST_DAY + timedelta(days=2), timezone.now() + timedelta(days=1))[extra],
            topics=[topic, other][: extra + number % 2],
            tags=["x", "y"][: 1 + number % 2] if extra == 1 else [],
            image=make_image() if extra == 2 else None,
            created_by=ann if number % 2 else None,
            summary="Own." if number % 3 else "",
            **binned,
        )
    request = RequestFactory().get(LIST, QueryDict(query))
    request.user = ann
    changelist = site.get_model_admin(CuratedItem).get_changelist_instance(request)
    assert isinstance(changelist, item_list.ItemChangeList)
    assert changelist.index_request() is not None
    assert [item.pk for item in changelist.result_list] == [item.pk for item in changelist.get_queryset(request)]


@pytest.mark.parametrize(
    "query", ["?topic=x", "?topic=0", "?published_from=soon", "?state=x", "?missing=x", "?vocabulary=x", "?tag=1e9"]
)
def test_an_invalid_filter_value_is_not_an_error(editor: Client, query: str) -> None:
    make_item()
    assert editor.get(LIST + query, follow=True).status_code == 200


def test_the_form_of_the_filters_keeps_what_it_has_no_field_for(editor: Client) -> None:
    topic = make_topic("AI")
    item = make_item("Story", topics=[topic])
    page = editor.get(f"{LIST}?state=live&topic={topic.pk}&q=story&id={item.pk}")
    sent = form_data(page, "item-search")
    assert sent == {
        "q": "story",
        "state": "live",
        "topic": "Symplur: AI",
        "id": str(item.pk),
        **dict.fromkeys(["offering", "publisher", "author", "tag", "month", "published_from", "published_to"], ""),
        **dict.fromkeys([f"{name}_match" for name in ("missing", "topic", "offering", "author", "tag")], ""),
        "when": "",
        "who": "",
        "order": "",
    }


def test_each_filter_has_a_link_that_clears_it_and_all_have_one(editor: Client) -> None:
    topic = make_topic("AI")
    make_item("Story", topics=[topic])
    page = editor.get(f"{LIST}?missing=image&missing_match=all&q=story&topic={topic.pk}")
    cleared = {link.get("aria-label"): link.get("href") for link in tree(page).iter("a") if link.get("aria-label")}
    assert cleared["Clear the filter missing"] == f"?q=story&topic={topic.pk}"
    assert cleared["Clear the filter topic"] == "?missing=image&missing_match=all&q=story"
    (clear_all,) = [link.get("href") for link in tree(page).iter("a") if link.text == "Clear all"]
    assert clear_all == "?q=story"


def test_more_items_than_a_search_reads_are_not_counted(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_list, "MAX_RESULTS", 3)
    for _ in range(4):
        make_item(status=Status.DRAFT)
    page = editor.get(f"{LIST}?state=draft")
    assert len(rows(page)) == 3
    assert "More than 3 items" in text(tree(page))
    assert "4 items" in text(tree(editor.get(LIST)))


@pytest.mark.parametrize(
    "query", ["", "?state=live&q=item", "?missing=image&topic=common", "?state=expired", "?q=zzzz"]
)
def test_the_list_costs_the_same_queries_for_any_number_of_items(editor: Client, query: str) -> None:
    counts = []
    common = make_topic("Common")
    for _ in range(2):
        for _ in range(4):
            make_item(
                image=make_image(),
                publisher=make_publisher(),
                topics=[make_topic(vocabulary="A"), common],
                tags=["x"],
            )
        counts.append(query_count(editor, LIST + query))
    assert counts[0] == counts[1] <= 21


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
