"""Migrations that change rows.

The database goes back to an old version once, and forward again in steps: at each, rows of that time are made.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.contrib.auth.management import create_permissions
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from curation.items.roles import ROLES, group_of

pytestmark = [
    pytest.mark.django_db,  # without it, there is no test database
    pytest.mark.long,
    pytest.mark.xdist_group("migrations"),  # which go back once
]

#: What makes the rows of a time, by the last migration of that time.
PREPARATIONS: dict[str, list[Callable[[Any], None]]] = {}
#: IDs of rows for the tests.
made: dict[str, Any] = {}
NOW = timezone.now()


def at(migration: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Have a function make rows once the database has the version of a migration; it gets the models of that time."""

    def register(prepare: Callable[[Any], None]) -> Callable[[Any], None]:
        PREPARATIONS.setdefault(migration, []).append(prepare)
        return prepare

    return register


def apps_at(migration: str) -> Any:
    """Migrate to a version; return the models of that time."""
    targets = [("curation", migration)]
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def empty() -> None:
    """Delete all rows but those of a new site."""
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=False)
    for role in ROLES:  # which a migration makes
        group_of(role)


@pytest.fixture(scope="module")
def _upgraded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of today with rows of each time; afterwards it is empty."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("curation.migrations._batches.BATCH", 2)
        for migration in sorted(PREPARATIONS):
            apps = apps_at(migration)
            create_permissions(django_apps.get_app_config("curation"), verbosity=0, apps=apps)  # as `migrate` does
            for prepare in PREPARATIONS[migration]:
                prepare(apps)
        call_command("migrate", verbosity=0)
    yield
    with django_db_blocker.unblock():
        empty()


upgraded = pytest.mark.usefixtures("_upgraded")


@at("0013_items_that_expire")
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


@upgraded
def test_rows_with_one_name_are_merged_into_the_older_one() -> None:
    from curation.models import Author, CuratedItem, SearchEntry, Tag, Topic, Vocabulary

    models: dict[Any, str] = {Vocabulary: "v", Topic: "t", Author: "a", Tag: "g"}
    rows: list[Any] = [model.objects.get(slug__in=(f"{letter}0", f"{letter}1")) for model, letter in models.items()]
    assert [row.slug for row in rows] == ["v0", "t0", "a0", "g0"]
    items = CuratedItem.objects.filter(slug__in=("first", "second", "both"))
    for item in items:
        assert [row.slug for row in (*item.topics.all(), *item.authors.all(), *item.tags.all())] == ["t0", "a0", "g0"]
    vocabulary, topic, author, tag = rows
    assert (vocabulary.description, vocabulary.url, author.bio) == ("Of 1", "https://example.org/0", "A bio")
    entries = SearchEntry.objects.filter(item__in=items).values_list("facets", flat=True)
    marks = {mark for facets in entries for mark in facets.split()}
    assert {mark for mark in marks if mark.startswith((":t", ":g"))} == {f":t{topic.pk}", f":g{tag.pk}"}


@at("0013_items_that_expire")
def make_tags(apps: Any) -> None:
    tags = apps.get_model("taggit", "Tag").objects
    made["tags"] = [(tags.create(name=name, slug=name).pk, name) for name in ("one", "two")]


@upgraded
def test_tags_keep_their_ids_and_new_ones_get_others() -> None:
    from curation.models import Tag

    found = Tag.objects.filter(name__in=("one", "two")).values_list("pk", "name", "name_key")
    assert list(found) == [(pk, name, name) for pk, name in made["tags"]]
    assert Tag.objects.create(name="three").pk > made["tags"][-1][0]


@at("0011_body_references")
def make_links_to_routes(apps: Any) -> None:
    for number in (1, 2):
        url = f"https://example.org/#!/app/{number}"
        apps.get_model("curation", "CuratedItem").objects.create(
            title="x", slug=f"x{number}", source_url=url, source_url_key="example.org"
        )


@upgraded
def test_links_to_routes_of_one_page_are_links_to_several() -> None:
    from curation.models import CuratedItem

    items = CuratedItem.objects.filter(slug__in=("x1", "x2")).order_by("slug")
    assert [item.source_url_key for item in items] == ["example.org#!/app/1", "example.org#!/app/2"]


@at("0018_flavour_of_bodies")
def make_an_entry_by_older_rules(apps: Any) -> None:
    values = {"title": "Işık 北京医疗", "slug": "indexed", "status": "published", "published_at": NOW}
    item = apps.get_model("curation", "CuratedItem").objects.create(**values)
    entry = {"item": item, "title": item.title, "summary": "", "body": "", "facets": ":all"}
    apps.get_model("curation", "SearchEntry").objects.create(key=10**6, **entry)


@upgraded
def test_items_indexed_by_older_rules_are_indexed_again() -> None:
    from curation.models import CuratedItem
    from curation.search.find import SearchRequest, find
    from curation.search.index import check
    from curation.search.query import parse

    item = CuratedItem.objects.get(slug="indexed")
    assert [find(SearchRequest(parse(text))).items for text in ("isik", "京医")] == [(item.pk,)] * 2
    assert not [wrong for _, wrong in check() if wrong]


@at("0024_former_names")
def make_an_imported_file(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("curation", name).objects

    item = model("CuratedItem").create(title="Old", slug="old", status="draft")
    model("SourceDocument").create(item=item, path="/a.md", sha256="a", front_matter="", imported_at=timezone.now())


@upgraded
def test_files_that_were_imported_before_count_as_read_by_the_rules_of_that_time() -> None:
    from curation.models import SourceDocument

    migration = import_module("curation.migrations.0025_version_of_read_rules")
    assert SourceDocument.objects.get(item__slug="old").rules_version == migration.READ_SO_FAR


@at("0030_upload_slots")
def make_summaries(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("curation", name).objects

    run = model("ImportRun").create(started_by="ann", outcome="finished")

    def make(slug: str, summary: str, front_matter: str | None = None) -> None:
        """Make an item with a summary, and a document if `front_matter` is one."""
        item = model("CuratedItem").create(title=slug, slug=slug, summary=summary, body="*Text*.", body_text="Text.")
        if front_matter is not None:
            record = {"summary": summary, "body": "*Text*.", "flavour": "commonmark"}
            data = {"path": f"/{slug}.md", "content_path": f"{slug}.md", "opening": "---\n", "closing": "---\n"}
            text = f"title: x\n{front_matter}\n"
            values = {"item": item, "sha256": slug, "imported_at": timezone.now(), "record": record, **data}
            model("SourceDocument").create(front_matter=text, **values)
            states = {"before": {"record": record, "document": record}, "after": {"record": record}}
            model("ImportRecord").create(run=run, item=item, path=f"/{slug}.md", outcome="updated", **states)
        model("Conflict").create(item=item, field="summary", ours=summary, theirs="Text.")

    make("own", "An editor's.")
    make("automatic", "Text.")
    make("given", "Text.", "description: Text.")
    make("imported", "Text.", "description: ''")


@upgraded
def test_summaries_that_were_taken_from_the_body_become_empty() -> None:
    from curation.models import Conflict, CuratedItem, ImportRecord, SourceDocument

    offered = Conflict.objects.filter(field="summary").values_list("item__slug", "ours")
    assert dict(offered) == {"own": "An editor's.", "automatic": "", "given": "Text."}
    summaries = {"own": "An editor's.", "automatic": "", "given": "Text.", "imported": ""}
    assert dict(CuratedItem.objects.filter(slug__in=summaries).values_list("slug", "summary")) == summaries
    documents = SourceDocument.objects.filter(item__slug__in=summaries).values_list("item__slug", "record__summary")
    assert dict(documents) == {"given": "Text.", "imported": ""}
    for change in ImportRecord.objects.filter(item__slug__in=summaries).select_related("item"):
        values = [change.before["record"], change.before["document"], change.after["record"]]  # type: ignore[index]
        assert {value["summary"] for value in values} == {summaries[change.item.slug]}  # type: ignore[union-attr]


@at("0032_undos_of_imports")
def make_users_without_roles(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("auth", name).objects

    model("Group").filter(name__in=["Contributor", "Editor", "Publisher", "Administrator"]).delete()
    change = model("Permission").get(codename="change_curateditem")
    # A new installation has no permissions before its last migration is done.
    model("Permission").filter(codename="publish_curateditem").delete()
    model("User").create(username="ann").user_permissions.add(change)
    model("Group").create(name="Desk").permissions.add(change)
    model("User").create(username="ben")


@upgraded
def test_whoever_could_change_items_may_still_do_all_of_it() -> None:
    from django.contrib.auth.models import Group, User

    included = {"change_curateditem", "change_any_curateditem", "review_curateditem", "publish_curateditem"}
    for holder in (User.objects.get(username="ann").user_permissions, Group.objects.get(name="Desk").permissions):
        assert set(holder.values_list("codename", flat=True)) == included
    assert not User.objects.get(username="ben").get_all_permissions()
    assert Group.objects.get(name="Administrator").permissions.filter(codename="change_user").exists()


@at("0054_second_factors")
def give_rights_on_everything(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("auth", name).objects

    known = [found._meta.model_name for found in apps.get_app_config("curation").get_models()]
    everything = model("Permission").filter(content_type__app_label="curation", content_type__model__in=known)
    model("Group").create(name="Editors").permissions.set(everything)
    model("User").create(username="amy").user_permissions.set(everything)


@upgraded
def test_groups_and_users_lose_rights_on_internal_tables() -> None:
    from django.contrib.auth.models import Group, User

    of_roles = {name.rpartition("_")[2] for names in ROLES.values() for name in names if name.startswith("curation.")}
    for holder in (Group.objects.get(name="Editors").permissions, User.objects.get(username="amy").user_permissions):
        models = set(holder.values_list("content_type__model", flat=True))
        assert models == of_roles
        assert holder.filter(codename="change_curateditem").exists()


FOUND, SHORT = "https://m.example.org/a/amp?utm_source=x&id=7", "https://sho.rt/1"


@at("0033_roles")
def make_links_with_tracking_parameters(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("curation", name).objects

    run = model("ImportRun").create(started_by="ann", outcome="finished")
    for original in ("", SHORT):
        record = {"source_url": FOUND, "source_url_original": original, "via_url": FOUND}
        item = model("CuratedItem").create(title="x", slug=f"x{len(original)}", source_url_key="old", **record)
        file = {"path": f"/{len(original)}.md", "sha256": "", "front_matter": "", "imported_at": timezone.now()}
        model("SourceDocument").create(item=item, source_url=FOUND, source_url_key="old", record=record, **file)
        states = {"before": {"record": record, "document": record}, "after": {"record": record}}
        model("ImportRecord").create(run=run, item=item, path="/a.md", outcome="updated", **states)
        model("Conflict").create(item=item, field="source_url", base=None, theirs=FOUND, ours=FOUND)


@upgraded
def test_stored_links_are_cleaned_and_have_the_keys_of_today() -> None:
    from curation.models import Conflict, CuratedItem, ImportRecord, SourceDocument

    link, key = "https://m.example.org/a/amp?id=7", "example.org/a?id=7"
    items = CuratedItem.objects.filter(slug__in=("x0", f"x{len(SHORT)}")).order_by("pk")
    for item, original in zip(items, (FOUND, SHORT), strict=True):
        cleaned = {"source_url": link, "source_url_original": original, "via_url": link}
        assert {name: getattr(item, name) for name in cleaned} == cleaned
        document = SourceDocument.objects.get(item=item)
        assert (document.source_url, document.record) == (link, cleaned)
        assert (item.source_url_key, document.source_url_key) == (key, key)
        change = ImportRecord.objects.get(item=item)
        assert change.before == {"record": cleaned, "document": cleaned}
        assert change.after == {"record": cleaned}
    conflicts = Conflict.objects.filter(field="source_url").values_list("base", "theirs", "ours")
    assert [*conflicts] == [(None, link, link)] * 2


@at("0046_words_of_the_newsroom")
def make_revisions(apps: Any) -> None:
    item = apps.get_model("curation", "CuratedItem").objects.create(title="x", slug="with-pdf")
    pdf = {"pdf": ["before.pdf", "after.pdf"]}
    for changes, is_applied in ((pdf, True), ({"title": ["a", "b"]}, True), (pdf, False), ({"pdf": ["", "a"]}, True)):
        apps.get_model("curation", "Revision").objects.create(
            item=item, verb="saved", user_name="ann", changes=changes, is_applied=is_applied
        )


@upgraded
def test_revisions_name_the_pdf_that_they_can_give_back() -> None:
    from curation.models import Revision

    pdfs = Revision.objects.filter(item__slug="with-pdf").order_by("pk").values_list("pdf", flat=True)
    assert [*pdfs] == ["before.pdf", "", "after.pdf", ""]


OLD_RESULT = {"deleted": 1, "restored": 2, "deleted_records": [7]}


@at("0046_words_of_the_newsroom")
def make_an_undo(apps: Any) -> None:
    run = apps.get_model("curation", "ImportRun").objects.create(started_by="ann", outcome="finished")
    values = {"state": "done", "requested_at": NOW, "heartbeat_at": NOW, "plan": None, "result": OLD_RESULT}
    apps.get_model("curation", "ImportUndo").objects.create(run_id=run.pk, **values)


@upgraded
def test_undos_of_imports_have_the_keys_of_today() -> None:
    from curation.models import ImportUndo

    expected = {"binned": 1, "restored": 2, "binned_records": [7]}
    assert ImportUndo.objects.values_list("plan", "result").get() == (None, expected)


@at("0041_drafts_without_a_title")
def rename_publishers(apps: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("curation", name).objects

    for old, new in (("ai.example.org", "machines.example.org"), ("old.example.org", "new.example.org")):
        row = model("Publisher").create(domain=new, name=new)
        model("FormerName").create(kind="publisher", key=old, row=row.pk)
    model("Publisher").create(domain="ai.example.org", name="AI")
    made["renamed"] = timezone.now()


@upgraded
def test_a_former_name_that_another_row_has_now_leads_to_that_row() -> None:
    from curation.items.named_rows import present_state

    states = [{"publisher": {"domain": domain, "name": ""}} for domain in ("ai.example.org", "old.example.org")]
    domains = [present_state(state, made["renamed"])["publisher"]["domain"] for state in states]
    assert domains == ["ai.example.org", "new.example.org"]


@pytest.mark.django_db(transaction=True)
def test_tags_and_undos_survive_the_reverse_migration() -> None:
    from curation.models import CuratedItem, ImportRun, ImportUndo, Tag

    empty()  # of the rows of the tests before
    CuratedItem.objects.create(title="An item", slug="item").tags.add("One tag")
    tag = Tag.objects.get()
    result = {"binned": 1, "restored": 2, "binned_records": [7]}
    run = ImportRun.objects.create(started_by="ann", outcome="finished")
    ImportUndo.objects.create(run=run, state="done", requested_at=NOW, heartbeat_at=NOW, result=result)
    try:
        undo = apps_at("0046_words_of_the_newsroom").get_model("curation", "ImportUndo").objects.get()
        assert (undo.plan, undo.result) == (None, OLD_RESULT)
        row = apps_at("0013_items_that_expire").get_model("curation", "ItemTag").objects.get()
        assert (row.tag.pk, row.tag.name) == (tag.pk, "One tag")
    finally:
        call_command("migrate", verbosity=0)
