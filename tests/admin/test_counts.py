"""Topics, vocabularies, offerings, publishers, authors and tags: their lists with counts, forms, and deletion."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.models import CuratedItem, Offering, Publisher, Tag, Topic, Vocabulary
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic, make_vocabulary

from .pages import errors, form_data, links, query_count, rows, tree


def make_things(name: str) -> None:
    """Make one of everything that items are related to; the item called `name` holds it."""
    make_item(
        name,
        topics=[make_topic(f"Topic {name}", vocabulary=f"Vocabulary {name}")],
        offerings=[make_offering(f"Offering {name}")],
        publisher=make_publisher(f"{name}.example.org"),
        authors=[make_author(f"Author {name}")],
        tags=[f"Tag {name}"],
    )


LISTS = {
    "topic": "/admin/curation/topic/",
    "offering": "/admin/curation/offering/",
    "publisher": "/admin/curation/publisher/",
    "author": "/admin/curation/author/",
    "tag": "/admin/curation/tag/",
}


@pytest.mark.parametrize("key", LISTS)
def test_a_list_counts_items_and_leads_to_them(editor: Client, key: str) -> None:
    make_things("one")
    make_item(topics=[Topic.objects.get()], offerings=[Offering.objects.get()], tags=["Tag one"])
    CuratedItem.objects.update(publisher=CuratedItem.objects.get(title="one").publisher)
    page = editor.get(LISTS[key])
    (link,) = (link for link in links(page) if f"curateditem/?{key}=" in link)
    expected = 1 if key == "author" else 2
    assert len(rows(editor.get(link))) == expected
    assert f">{expected}</a>".encode() in page.content


@pytest.mark.parametrize("key", LISTS)
def test_a_list_is_sorted_by_count(editor: Client, key: str) -> None:
    make_things("rare")
    make_things("common")
    share_relations(CuratedItem.objects.get(title="common"), make_item(tags=["Tag common"]))
    header = tree(editor.get(LISTS[key])).find(".//th[@class='sortable column-item_count']//a")
    assert header is not None
    column = header.get("href", "").removeprefix("?o=").split(".")[0]
    assert "rare" in rows(editor.get(f"{LISTS[key]}?o={column}"))[0]
    assert "common" in rows(editor.get(f"{LISTS[key]}?o=-{column}"))[0]


def share_relations(item: CuratedItem, other: CuratedItem) -> None:
    other.publisher = item.publisher
    other.save()
    other.itemtopic_set.create(topic=item.topics.get())
    other.itemoffering_set.create(offering=item.offerings.get())
    other.itemauthor_set.create(author=item.authors.get())


@pytest.mark.parametrize("url", [*LISTS.values(), "/admin/curation/vocabulary/", "/admin/curation/alias/"])
def test_a_list_costs_the_same_queries_for_any_number_of_rows(editor: Client, url: str) -> None:
    counts = []
    for size in range(2):
        for number in range(4):
            make_things(f"thing-{size}-{number}")
            CuratedItem.objects.latest("id").aliases.create(path=f"/old/{size}/{number}")
        assert len(rows(editor.get(url))) == 4 * (size + 1)
        counts.append(query_count(editor, url))
    assert counts[0] == counts[1] <= 11


def test_an_offerings_page_costs_the_same_queries_for_any_number_of_topics(editor: Client) -> None:
    offering, counts = make_offering(), []
    for size in range(2):
        offering.topics.add(*(make_topic(vocabulary=f"V{size}{number}") for number in range(4)))
        counts.append(query_count(editor, f"/admin/curation/offering/{offering.pk}/change/"))
    assert counts[0] == counts[1]


def test_an_autocomplete_answer_costs_the_same_queries_for_any_number_of_topics(editor: Client) -> None:
    query, counts = {"app_label": "curation", "model_name": "itemtopic", "field_name": "topic", "term": "v"}, []
    for size in range(2):
        for number in range(4):
            make_topic(vocabulary=f"V{size}{number}")
        assert len(editor.get("/admin/autocomplete/", query).json()["results"]) == 4 * (size + 1)
        counts.append(query_count(editor, "/admin/autocomplete/", query))
    assert counts[0] == counts[1]


def add(client: Client, url: str, **fields: Any) -> Any:
    return client.post(f"{url}add/", fields, follow=True)


def test_a_topics_slug_is_made_of_vocabulary_and_label(editor: Client) -> None:
    add(editor, LISTS["topic"], vocabulary=make_vocabulary("KLAS").pk, label="Digital Care")
    assert Topic.objects.get().slug == "klas-digital-care"


def test_a_topic_is_there_once_whatever_the_case(editor: Client) -> None:
    topic = make_topic("AI")
    response = add(editor, LISTS["topic"], vocabulary=topic.vocabulary.pk, label="ai", slug="another")
    assert errors(response) == ["This vocabulary has a topic of this label already."]


@pytest.mark.parametrize(
    "typed", ["example.org", "WWW.Example.org", "https://www.example.org/a?b#c", "http://EXAMPLE.org:80"]
)
def test_a_publisher_is_known_by_any_link_to_it(editor: Client, typed: str) -> None:
    add(editor, LISTS["publisher"], domain=typed)
    assert Publisher.objects.values_list("domain", "name").get() == ("example.org", "example.org")


@pytest.mark.parametrize("typed", ["", "two words", "javascript:alert(1)", "https://"])
def test_what_is_no_host_name_is_no_publisher(editor: Client, typed: str) -> None:
    assert errors(add(editor, LISTS["publisher"], domain=typed, name="Name"))
    assert not Publisher.objects.exists()


def test_a_slug_that_is_taken_is_refused_with_a_link_to_its_holder(editor: Client) -> None:
    offering = make_offering("First", slug="taken")
    response = add(editor, LISTS["offering"], name="Second", slug="taken")
    assert errors(response) == ["The slug “taken” is taken by First."]
    assert f"/admin/curation/offering/{offering.pk}/change/" in links(response)


def test_deleting_a_topic_says_how_many_items_lose_it(editor: Client) -> None:
    topic = make_topic()
    for _ in range(3):
        make_item(topics=[topic])
    url = f"/admin/curation/topic/{topic.pk}/delete/"
    assert b"Links to items: 3" in editor.get(url).content
    editor.post(url, {"post": "yes"})
    assert not Topic.objects.exists()
    assert CuratedItem.objects.count() == 3


def test_a_vocabulary_with_topics_is_not_deleted(editor: Client) -> None:
    topic = make_topic()
    url = f"/admin/curation/vocabulary/{topic.vocabulary.pk}/delete/"
    assert f"/admin/curation/topic/{topic.pk}/change/" in links(editor.get(url))
    assert editor.post(url, {"post": "yes"}).status_code != 302
    assert Vocabulary.objects.exists()


def test_deleting_an_item_says_which_redirects_go_along(editor: Client) -> None:
    item = make_item()
    item.aliases.create(path="/old")
    assert b"Redirects: 1" in editor.get(f"/admin/curation/curateditem/{item.pk}/delete/").content


def test_who_may_not_delete_redirects_cannot_delete_an_item_that_has_some(viewer: Client) -> None:
    User.objects.get().user_permissions.add(Permission.objects.get(codename="delete_curateditem"))
    plain, item = make_item(), make_item()
    item.aliases.create(path="/old")
    for doomed in (plain, item):
        viewer.post(f"/admin/curation/curateditem/{doomed.pk}/delete/", {"post": "yes"})
    assert CuratedItem.objects.get() == item


@pytest.mark.parametrize("url", LISTS.values())
def test_who_may_only_look_cannot_add_or_delete(viewer: Client, url: str) -> None:
    make_things("one")
    assert viewer.get(f"{url}add/").status_code == 403
    first = CuratedItem.objects.get()
    assert viewer.post(f"{url}{first.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("key", LISTS)
def test_hostile_names_are_printed_as_words(editor: Client, key: str) -> None:
    hostile = "<script>alert(1)</script>"
    make_item(
        topics=[make_topic(hostile)],
        offerings=[make_offering(hostile)],
        publisher=make_publisher("example.org", name=hostile),
        authors=[make_author(hostile)],
        tags=[hostile],
    )
    page = editor.get(LISTS[key])
    (change_page,) = (link for link in links(page) if link.endswith("/change/"))
    for content in (page.content, editor.get(change_page).content):
        assert b"<script>alert" not in content
        assert b"&lt;script&gt;alert" in content


def test_a_form_without_changes_saves_what_was_there(editor: Client) -> None:
    tag = Tag.objects.create(name="AI", slug="ai")
    url = f"/admin/curation/tag/{tag.pk}/change/"
    editor.post(url, form_data(editor.get(url), "tag_form"))
    assert Tag.objects.values("name", "slug").get() == {"name": "AI", "slug": "ai"}
