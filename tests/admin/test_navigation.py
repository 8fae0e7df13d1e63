"""The frame of every page of the desk: navigation, way back, icons, menus."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.items.actors import Actor
from curation.items.reviews import waiting_for, waiting_rows
from curation.models import Conflict, CuratedItem, ImportRun, ItemDraft
from tests.factories import make_item, make_topic

from .conftest import client_of
from .pages import LIST, text, tree

ROOT = Path(__file__).resolve().parents[2]
SPRITE = ROOT / "static/admin-curation/icons.svg"


def bar(client: Client, url: str = "/admin/") -> dict[str, tuple[str, str | None]]:
    """Return the links of the navigation by label: address and `aria-current`."""
    nav = tree(client.get(url)).find(".//nav[@id='desk-nav']")
    assert nav is not None
    return {
        text(link) or link.get("aria-label", ""): (link.get("href", ""), link.get("aria-current"))
        for link in nav.iter("a")
    }


def make_conflicts(number: int, *, are_binned: bool = False) -> None:
    run = ImportRun.objects.create(started_by="Ann", outcome="finished")
    items = [make_item() for _ in range(number)]
    Conflict.objects.bulk_create(Conflict(run=run, item=item, field="title", theirs="Theirs") for item in items)
    if are_binned:
        CuratedItem.objects.filter(pk__in=[item.pk for item in items]).update(status="bin", binned_at=timezone.now())


def test_the_navigation_names_the_pages_that_one_may_open(editor: Client, clerk: Client) -> None:
    found = bar(editor)
    assert list(found)[:6] == ["Today", "Items", "Review", "Imports", "Topics", "Images"]
    assert found["Items"] == (LIST, None)
    assert "Vocabularies" in found
    assert "Users" not in found
    assert list(bar(clerk)) == ["Today"]


@pytest.mark.django_db
def test_administrators_find_people_and_tasks_by_group() -> None:
    root = client_of(User.objects.create_superuser("root"))
    page = tree(root.get("/admin/"))
    assert [text(group) for group in page.findall(".//p[@class='desk-group']")] == ["People", "Background tasks"]
    assert {"Users", "Groups", "Task results"} <= bar(root).keys()


def test_the_page_that_is_open_is_marked(editor: Client) -> None:
    topic = make_topic()
    assert bar(editor)["Today"][1] == "page"
    assert bar(editor, LIST)["Items"][1] == "page"
    assert bar(editor, reverse("admin:curation_topic_change", args=[topic.pk]))["Topics"][1] == "true"
    vocabularies = reverse("admin:curation_vocabulary_changelist")
    more = tree(editor.get(vocabularies)).find(".//nav[@id='desk-nav']//summary")
    assert more is not None
    assert more.get("aria-current") == "true"


@pytest.mark.parametrize(("number", "shown"), [(1, "1"), (2, "2"), (100, "99+")])
def test_open_conflicts_are_counted_beside_imports(editor: Client, number: int, shown: str) -> None:
    make_conflicts(number)
    make_conflicts(1, are_binned=True)
    page = tree(editor.get("/admin/"))
    count = page.find(".//a[@class='count']")
    assert count is not None
    assert (text(count), count.get("href")) == (shown, reverse("admin:curation_conflict_changelist"))


def test_a_desk_without_work_shows_no_number(editor: Client) -> None:
    assert tree(editor.get("/admin/")).find(".//*[@class='count']") is None


def review_link(client: Client) -> tuple[str | None, str]:
    """Return the accessible name of the link to the review, "" as the number if there is none."""
    link = tree(client.get("/admin/profile/")).find(".//nav[@id='desk-nav']//a[@href='/admin/review/']")
    assert link is not None
    count = link.find("span[@class='count']")
    return link.get("aria-label"), "" if count is None else text(count)


def test_what_waits_for_the_review_of_a_user_is_counted_beside_its_page(editor: Client) -> None:
    assert review_link(editor) == (None, "")
    items = [make_item(status="review", published_at=None) for _ in range(3)]
    CuratedItem.objects.filter(pk=items[0].pk).update(approved_at=timezone.now())
    for item, is_submitted in ((make_item(), True), (make_item(), False), (items[1], True)):
        ItemDraft.objects.create(item=item, is_submitted=is_submitted)
    assert review_link(editor) == ("Review, 4 waiting", "4")
    rita = User.objects.create_user("rita", is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_curateditem", "review_curateditem"])
    rita.user_permissions.set(rights)
    reviewer = client_of(rita)
    assert review_link(reviewer) == ("Review, 3 waiting", "3")  # the approved one waits for publishers
    for client in (editor, reviewer):
        actor = Actor.of(User.objects.get(pk=client.session["_auth_user_id"]))
        assert len(waiting_for(actor)) == sum(rows.count() for rows in waiting_rows(actor))


def test_the_navigation_costs_one_query_that_reads_no_more_than_it_shows(editor: Client) -> None:
    make_conflicts(2)
    for _ in range(3):
        make_item(status="review", published_at=None)
    editor.get("/admin/profile/")
    with CaptureQueriesContext(connection) as queries:
        editor.get("/admin/profile/")
    (counted,) = [query["sql"] for query in queries if "conflict" in query["sql"] or "is_submitted" in query["sql"]]
    assert counted.count("LIMIT 100") == 3
    if connection.vendor == "sqlite":
        plan = "\n".join(rows.order_by().values("pk").explain() for rows in waiting_rows(Actor("Ann")))
        assert "item_newest" in plan
        assert "SCAN curation_curateditem" not in plan


def test_pages_about_an_object_lead_back_to_the_list_and_the_object(editor: Client) -> None:
    topic = make_topic("Care")

    def way_back(url: str) -> list[tuple[str, str]]:
        nav = tree(editor.get(url)).find(".//nav[@class='way-back']")
        return [] if nav is None else [(text(link), link.get("href", "")) for link in nav.iter("a")]

    topics, form = reverse("admin:curation_topic_changelist"), reverse("admin:curation_topic_change", args=[topic.pk])
    assert way_back(topics) == []
    assert way_back(form) == [("Topics", topics)]
    for page in ("history", "delete"):
        found = way_back(reverse(f"admin:curation_topic_{page}", args=[topic.pk]))
        assert found == [("Topics", topics), (str(topic), form)]


def test_error_pages_have_the_navigation_of_their_reader(editor: Client, clerk: Client) -> None:
    assert "Items" in bar(editor, "/admin/no/such/page/")
    assert list(bar(clerk, LIST)) == ["Today"]  # refused


def test_the_page_of_an_application_is_today(editor: Client) -> None:
    answer = editor.get("/admin/curation/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_reviewers_find_the_review(editor: Client, viewer: Client) -> None:
    assert bar(editor)["Review"][0] == reverse("admin:review")
    assert "Review" not in bar(viewer)


def test_popups_and_the_log_in_page_have_no_navigation(editor: Client, client: Client) -> None:
    for page in (editor.get(f"{reverse('admin:curation_topic_add')}?_popup=1"), client.get("/admin/login/")):
        assert tree(page).find(".//nav[@id='desk-nav']") is None


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text()))
    templates = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    named = {name for source in templates for name in re.findall(r'{% icon "([a-z-]+)" %}', source)}
    navigation = (ROOT / "curation/admin_site/navigation.py").read_text()
    named |= set(re.findall(r'\("\w+", "([a-z-]+)", "', navigation))
    assert named <= drawn
