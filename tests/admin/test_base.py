"""Lists that count items (topics, offerings, publishers, authors, tags), and deletion pages that count related rows."""

import pytest
from django.test import Client

from curation.admin.links import edit_url
from curation.models import CuratedItem, Offering, Topic
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .images import make_image
from .pages import links, query_count, rows, tree


def make_things(name: str) -> None:
    """Make an item with a topic, an offering, a publisher, an author and a tag of its own."""
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
    publisher = CuratedItem.objects.get(title="one").publisher
    for item in CuratedItem.objects.all():
        item.publisher = publisher
        item.save()
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


@pytest.mark.parametrize("url", LISTS.values())
def test_a_viewer_cannot_add_or_delete(viewer: Client, url: str) -> None:
    make_things("one")
    assert viewer.get(f"{url}add/").status_code == 403
    first = CuratedItem.objects.get()
    assert viewer.post(f"{url}{first.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("key", LISTS)
def test_hostile_names_are_escaped(editor: Client, key: str) -> None:
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


@pytest.mark.parametrize("key", ["item", "topic", "publisher", "offering"])
def test_forms_offer_to_add_related_rows_and_not_to_delete_or_change_the_chosen_one(editor: Client, key: str) -> None:
    publisher = make_publisher("example.org", icon=make_image())
    item = make_item(image=make_image(), publisher=publisher, topics=[make_topic()], offerings=[make_offering()])
    rows = {"item": item, "topic": Topic.objects.get(), "publisher": publisher, "offering": Offering.objects.get()}
    page = editor.get(edit_url(rows[key]))
    classes = {name for link in tree(page).iter("a") for name in link.get("class", "").split()}
    assert key == "item" or "add-related" in classes  # chips make rows in place
    assert classes.isdisjoint({"delete-related", "change-related", "view-related"})
