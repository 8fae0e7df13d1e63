"""Migrations that move what a site holds: rows of one name become one row."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone


def apps_at(*targets: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps


@pytest.fixture
def old_apps(transactional_db: None) -> Any:
    """The models as they were before names had keys, on a database of that time; afterwards it is of today again."""
    yield apps_at(("curation", "0013_items_that_expire"))
    call_command("migrate", verbosity=0)


def make_two_of_each(apps: Any) -> None:
    """Make two of each whose names differ in form alone, and an item that has the first, the second, and both."""

    def model(name: str, app: str = "curation") -> Any:
        return apps.get_model(app, name).objects

    items = [
        model("CuratedItem").create(title=slug, slug=slug, status="published", published_at=timezone.now())
        for slug in ("first", "second", "both")
    ]
    having = [[items[0], items[2]], [items[1], items[2]]]
    vocabularies = [
        model("Vocabulary").create(name=name, slug=f"v{n}", description=f"Of {n}" * n, url=f"https://example.org/{n}")
        for n, name in enumerate(("Café", "Cafe\u0301"))
    ]
    for number, name in enumerate(("Télé", "Te\u0301le\u0301")):
        topic = model("Topic").create(label=name, slug=f"t{number}", vocabulary=vocabularies[number])
        author = model("Author").create(name=name, slug=f"a{number}", bio="A bio" * number)
        tag = model("Tag", "taggit").create(name=name, slug=f"g{number}")
        for item in having[number]:
            model("ItemTopic").create(item=item, topic=topic)
            model("ItemAuthor").create(item=item, author=author)
            model("ItemTag").create(content_object=item, tag=tag)
            marks = f":all :t{topic.pk} :g{tag.pk}"
            key = item.pk
            model("SearchEntry").filter(pk=key).delete()
            model("SearchEntry").create(pk=key, item=item, title="", summary="", body="", facets=marks)


def test_rows_of_one_name_become_the_older_one_with_what_both_had(old_apps: Any) -> None:
    make_two_of_each(old_apps)
    call_command("migrate", verbosity=0)

    from curation.models import Author, CuratedItem, SearchEntry, Tag, Topic, Vocabulary

    rows: list[Any] = [Vocabulary.objects.get(), Topic.objects.get(), Author.objects.get(), Tag.objects.get()]
    assert [row.slug for row in rows] == ["v0", "t0", "a0", "g0"]
    for item in CuratedItem.objects.all():
        assert [row.slug for row in (*item.topics.all(), *item.authors.all(), *item.tags.all())] == ["t0", "a0", "g0"]
    vocabulary, topic, author, tag = rows
    assert (vocabulary.description, vocabulary.url, author.bio) == ("Of 1", "https://example.org/0", "A bio")
    marks = {mark for facets in SearchEntry.objects.values_list("facets", flat=True) for mark in facets.split()}
    assert {mark for mark in marks if mark.startswith((":t", ":g"))} == {f":t{topic.pk}", f":g{tag.pk}"}


def test_tags_keep_their_ids_and_new_ones_get_others(old_apps: Any) -> None:
    old = [old_apps.get_model("taggit", "Tag").objects.create(name=name, slug=name) for name in ("one", "two")]
    call_command("migrate", verbosity=0)

    from curation.models import Tag

    assert list(Tag.objects.values_list("pk", "name", "name_key")) == [(tag.pk, tag.name, tag.name) for tag in old]
    assert Tag.objects.create(name="three").pk > old[-1].pk


def test_tags_survive_the_way_back(old_apps: Any) -> None:
    call_command("migrate", verbosity=0)

    from curation.models import CuratedItem, Tag

    CuratedItem.objects.create(title="An item", slug="item").tags.add("One tag")
    tag = Tag.objects.get()
    apps = apps_at(("curation", "0013_items_that_expire"))
    row = apps.get_model("curation", "ItemTag").objects.get()
    assert (row.tag.pk, row.tag.name) == (tag.pk, "One tag")


@pytest.mark.django_db(transaction=True)
def test_links_to_routes_of_one_page_are_links_to_several() -> None:
    apps = apps_at(("curation", "0011_body_references"))
    for number in (1, 2):
        url = f"https://example.org/#!/app/{number}"
        apps.get_model("curation", "CuratedItem").objects.create(
            title="x", slug=f"x{number}", source_url=url, source_url_key="example.org"
        )
    call_command("migrate", verbosity=0)

    from curation.models import CuratedItem

    keys = CuratedItem.objects.order_by("slug").values_list("source_url_key", flat=True)
    assert list(keys) == ["example.org#!/app/1", "example.org#!/app/2"]


@pytest.mark.django_db(transaction=True)
def test_what_was_indexed_by_other_rules_is_indexed_anew() -> None:
    apps = apps_at(("curation", "0018_flavour_of_bodies"))
    values = {"title": "Işık 北京医疗", "slug": "x", "status": "published", "published_at": timezone.now()}
    item = apps.get_model("curation", "CuratedItem").objects.create(**values)
    entry = {"item": item, "title": item.title, "summary": "", "body": "", "facets": ":all"}
    apps.get_model("curation", "SearchEntry").objects.create(key=1, **entry)
    call_command("migrate", verbosity=0)

    from curation.search.find import Wanted, find
    from curation.search.index import check
    from curation.search.query import parse

    assert [find(Wanted(parse(text))).items for text in ("isik", "京医")] == [(item.pk,)] * 2
    assert not [wrong for _, wrong in check() if wrong]
