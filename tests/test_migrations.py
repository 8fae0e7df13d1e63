"""Migrations that change rows."""

from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

pytestmark = pytest.mark.long  # each migrates a database back and forth


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


def test_rows_with_one_name_are_merged_into_the_older_one(old_apps: Any) -> None:
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


def test_tags_survive_the_reverse_migration(old_apps: Any) -> None:
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
def test_items_indexed_by_older_rules_are_indexed_again() -> None:
    apps = apps_at(("curation", "0018_flavour_of_bodies"))
    values = {"title": "Işık 北京医疗", "slug": "x", "status": "published", "published_at": timezone.now()}
    item = apps.get_model("curation", "CuratedItem").objects.create(**values)
    entry = {"item": item, "title": item.title, "summary": "", "body": "", "facets": ":all"}
    apps.get_model("curation", "SearchEntry").objects.create(key=1, **entry)
    call_command("migrate", verbosity=0)

    from curation.search.find import SearchRequest, find
    from curation.search.index import check
    from curation.search.query import parse

    assert [find(SearchRequest(parse(text))).items for text in ("isik", "京医")] == [(item.pk,)] * 2
    assert not [wrong for _, wrong in check() if wrong]


@pytest.fixture
def apps_before_rules_versions(transactional_db: None) -> Any:
    """The models as they were before documents had a version of the read rules; afterwards it is today's again."""
    yield apps_at(("curation", "0024_former_names"))
    call_command("migrate", verbosity=0)


def test_files_that_were_imported_before_count_as_read_by_the_rules_of_that_time(
    apps_before_rules_versions: Any,
) -> None:
    def model(name: str) -> Any:
        return apps_before_rules_versions.get_model("curation", name).objects

    item = model("CuratedItem").create(title="Old", slug="old", status="draft")
    model("SourceDocument").create(item=item, path="/a.md", sha256="a", front_matter="", imported_at=timezone.now())
    call_command("migrate", verbosity=0)

    from curation.models import SourceDocument

    migration = import_module("curation.migrations.0025_version_of_read_rules")
    assert SourceDocument.objects.get().rules_version == migration.READ_SO_FAR


@pytest.fixture
def apps_before_own_summaries(transactional_db: None) -> Any:
    """The models as they were while every item had a summary; afterwards it is today's again."""
    yield apps_at(("curation", "0030_upload_slots"))
    call_command("migrate", verbosity=0)


def test_summaries_that_were_taken_from_the_body_become_empty(apps_before_own_summaries: Any) -> None:
    def model(name: str) -> Any:
        return apps_before_own_summaries.get_model("curation", name).objects

    run = model("ImportRun").create(started_by="ann")

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
    call_command("migrate", verbosity=0)

    from curation.models import Conflict, CuratedItem, ImportRecord, SourceDocument

    offered = Conflict.objects.values_list("item__slug", "ours")
    assert dict(offered) == {"own": "An editor's.", "automatic": "", "given": "Text."}
    summaries = {"own": "An editor's.", "automatic": "", "given": "Text.", "imported": ""}
    assert dict(CuratedItem.objects.values_list("slug", "summary")) == summaries
    documents = SourceDocument.objects.values_list("item__slug", "record__summary")
    assert dict(documents) == {"given": "Text.", "imported": ""}
    for change in ImportRecord.objects.select_related("item"):
        values = [change.before["record"], change.before["document"], change.after["record"]]  # type: ignore[index]
        assert {value["summary"] for value in values} == {summaries[change.item.slug]}  # type: ignore[union-attr]


@pytest.fixture
def apps_before_roles(transactional_db: None) -> Any:
    """The models as they were before there were roles; afterwards they are today's again."""
    yield apps_at(("curation", "0032_undos_of_imports"))
    call_command("migrate", verbosity=0)


def test_whoever_could_change_items_may_still_do_all_of_it(apps_before_roles: Any) -> None:
    def model(name: str) -> Any:
        return apps_before_roles.get_model("auth", name).objects

    model("Group").filter(name__in=["Contributor", "Editor", "Publisher", "Administrator"]).delete()
    change = model("Permission").get(codename="change_curateditem")
    # A new installation has no permissions before its last migration is done.
    model("Permission").filter(codename="publish_curateditem").delete()
    model("User").create(username="ann").user_permissions.add(change)
    model("Group").create(name="Desk").permissions.add(change)
    model("User").create(username="ben")
    call_command("migrate", verbosity=0)

    from django.contrib.auth.models import Group, User

    included = {"change_curateditem", "change_any_curateditem", "review_curateditem", "publish_curateditem"}
    for holder in (User.objects.get(username="ann").user_permissions, Group.objects.get(name="Desk").permissions):
        assert set(holder.values_list("codename", flat=True)) == included
    assert not User.objects.get(username="ben").get_all_permissions()
    assert Group.objects.get(name="Administrator").permissions.filter(codename="change_user").exists()


@pytest.fixture
def apps_with_rights_on_internal_tables(transactional_db: None) -> Any:
    """The models as they were while groups could have rights on internal tables; afterwards they are today's again."""
    yield apps_at(("curation", "0054_second_factors"))
    call_command("migrate", verbosity=0)


def test_groups_and_users_lose_rights_on_internal_tables(apps_with_rights_on_internal_tables: Any) -> None:
    from curation.items.roles import ROLES

    def model(name: str) -> Any:
        return apps_with_rights_on_internal_tables.get_model("auth", name).objects

    everything = model("Permission").filter(content_type__app_label="curation")
    model("Group").create(name="Editors").permissions.set(everything)
    model("User").create(username="ann").user_permissions.set(everything)
    call_command("migrate", verbosity=0)

    from django.contrib.auth.models import Group, User

    of_roles = {name.rpartition("_")[2] for names in ROLES.values() for name in names if name.startswith("curation.")}
    for holder in (Group.objects.get(name="Editors").permissions, User.objects.get(username="ann").user_permissions):
        models = set(holder.values_list("content_type__model", flat=True))
        assert models == of_roles
        assert holder.filter(codename="change_curateditem").exists()


@pytest.fixture
def apps_before_clean_links(transactional_db: None) -> Any:
    """The models as they were while links kept their tracking parameters; afterwards it is today's again."""
    yield apps_at(("curation", "0033_roles"))
    call_command("migrate", verbosity=0)


def test_stored_links_are_cleaned_and_have_the_keys_of_today(apps_before_clean_links: Any) -> None:
    def model(name: str) -> Any:
        return apps_before_clean_links.get_model("curation", name).objects

    found, short = "https://m.example.org/a/amp?utm_source=x&id=7", "https://sho.rt/1"
    link, key = "https://m.example.org/a/amp?id=7", "example.org/a?id=7"
    run = model("ImportRun").create(started_by="ann")
    for original in ("", short):
        record = {"source_url": found, "source_url_original": original, "via_url": found}
        item = model("CuratedItem").create(title="x", slug=f"x{len(original)}", source_url_key="old", **record)
        file = {"path": f"/{len(original)}.md", "sha256": "", "front_matter": "", "imported_at": timezone.now()}
        model("SourceDocument").create(item=item, source_url=found, source_url_key="old", record=record, **file)
        states = {"before": {"record": record, "document": record}, "after": {"record": record}}
        model("ImportRecord").create(run=run, item=item, path="/a.md", outcome="updated", **states)
        model("Conflict").create(item=item, field="source_url", base=None, theirs=found, ours=found)
    call_command("migrate", verbosity=0)

    from curation.models import Conflict, CuratedItem, ImportRecord, SourceDocument

    for item, original in zip(CuratedItem.objects.order_by("pk"), (found, short), strict=True):
        cleaned = {"source_url": link, "source_url_original": original, "via_url": link}
        assert {name: getattr(item, name) for name in cleaned} == cleaned
        document = SourceDocument.objects.get(item=item)
        assert (document.source_url, document.record) == (link, cleaned)
        assert (item.source_url_key, document.source_url_key) == (key, key)
        change = ImportRecord.objects.get(item=item)
        assert change.before == {"record": cleaned, "document": cleaned}
        assert change.after == {"record": cleaned}
    conflicts = Conflict.objects.values_list("base", "theirs", "ours")
    assert [*conflicts] == [(None, link, link)] * 2


@pytest.fixture
def apps_before_pdfs_of_revisions(transactional_db: None) -> Any:
    """The models as they were while revisions named no PDF and undos deleted items; afterwards those of today."""
    yield apps_at(("curation", "0046_words_of_the_newsroom"))
    call_command("migrate", verbosity=0)


def test_revisions_name_the_pdf_that_they_can_give_back(
    apps_before_pdfs_of_revisions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model(name: str) -> Any:
        return apps_before_pdfs_of_revisions.get_model("curation", name).objects

    monkeypatch.setattr("curation.migrations._batches.BATCH", 2)
    item = model("CuratedItem").create(title="x", slug="x")
    pdf = {"pdf": ["before.pdf", "after.pdf"]}
    for changes, is_applied in ((pdf, True), ({"title": ["a", "b"]}, True), (pdf, False), ({"pdf": ["", "a"]}, True)):
        model("Revision").create(item=item, verb="saved", user_name="ann", changes=changes, is_applied=is_applied)
    call_command("migrate", verbosity=0)

    from curation.models import Revision

    assert [*Revision.objects.order_by("pk").values_list("pdf", flat=True)] == ["before.pdf", "", "after.pdf", ""]


def test_undos_of_imports_have_the_keys_of_today_and_in_the_reverse_those_of_before(
    apps_before_pdfs_of_revisions: Any,
) -> None:
    old = {"deleted": 1, "restored": 2, "deleted_records": [7]}
    now = timezone.now()
    run = apps_before_pdfs_of_revisions.get_model("curation", "ImportRun").objects.create(started_by="ann")
    values = {"state": "done", "requested_at": now, "heartbeat_at": now, "plan": None, "result": old}
    apps_before_pdfs_of_revisions.get_model("curation", "ImportUndo").objects.create(run_id=run.pk, **values)
    call_command("migrate", verbosity=0)

    from curation.models import ImportUndo

    saved = ImportUndo.objects.values_list("plan", "result")
    assert saved.get() == (None, {"binned": 1, "restored": 2, "binned_records": [7]})
    apps_at(("curation", "0046_words_of_the_newsroom"))
    assert saved.get() == (None, old)


@pytest.fixture
def apps_before_times_of_renames(transactional_db: None) -> Any:
    """The models as they were before former names had a time; afterwards it is today's again."""
    yield apps_at(("curation", "0041_drafts_without_a_title"))
    call_command("migrate", verbosity=0)


def test_a_former_name_that_another_row_has_now_leads_to_that_row(apps_before_times_of_renames: Any) -> None:
    def model(name: str) -> Any:
        return apps_before_times_of_renames.get_model("curation", name).objects

    for old, new in (("ai.example.org", "machines.example.org"), ("old.example.org", "new.example.org")):
        row = model("Publisher").create(domain=new, name=new)
        model("FormerName").create(kind="publisher", key=old, row=row.pk)
    model("Publisher").create(domain="ai.example.org", name="AI")
    at = timezone.now()
    call_command("migrate", verbosity=0)

    from curation.items.named_rows import present_state

    states = [{"publisher": {"domain": domain, "name": ""}} for domain in ("ai.example.org", "old.example.org")]
    domains = [present_state(state, at)["publisher"]["domain"] for state in states]
    assert domains == ["ai.example.org", "new.example.org"]
