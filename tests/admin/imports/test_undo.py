"""The undo of an import run in the admin: planned, confirmed, executed by a request or a worker, and reported."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import tasks
from curation.admin.links import bin_url, edit_url
from curation.importing import undo_jobs
from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.sources.archives import close_archives
from curation.items.bin import delete_for_ever
from curation.models import Author, CuratedItem, ImportRun, ImportUndo, Publisher
from tests.admin.pages import links, messages, query_count
from tests.factories import COMMAND

from .uploading import RUNS, content_text, import_files, press, run_tasks, story, task_backend

State = ImportUndo.State


@pytest.fixture(autouse=True)
def _without_tasks() -> Iterator[None]:
    yield
    task_backend().clear()
    close_archives()


@pytest.fixture
def by_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker plan and execute undos of any size."""
    monkeypatch.setattr(undo_jobs, "MAX_AT_ONCE", 0)


def undo_url(run: ImportRun) -> str:
    return f"{RUNS}{run.pk}/undo/"


def page_of(client: Client, run: ImportRun) -> HttpResponse:
    return client.get(f"{RUNS}{run.pk}/change/")


def plan(client: Client, run: ImportRun) -> HttpResponse:
    """Ask for a plan, and return the page that shows it or waits for it."""
    return press(client, client.get(undo_url(run)), "plan")


def begin(client: Client, run: ImportRun) -> HttpResponse:
    """Confirm the undo, and return the page of the run."""
    return client.post(undo_url(run), follow=True)


def progress(client: Client, run: ImportRun) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{undo_url(run)}progress/").json()
    return found


@pytest.fixture
def run(editor: Client) -> ImportRun:
    """An import that changed one item, and made two, of which one was edited since."""
    import_files(editor, {"a.md": story(slug="a")})
    import_files(editor, {"a.md": story("New", slug="a"), "b.md": story(slug="b"), "c.md": story("C", slug="c")})
    CuratedItem.objects.filter(slug="c").update(body="My words.")
    return ImportRun.objects.latest("pk")


def test_the_page_tells_why_an_old_import_cannot_be_undone(
    editor: Client, run: ImportRun, settings: LazySettings
) -> None:
    assert undo_url(run) in links(page_of(editor, run))
    ImportRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(days=200))
    ImportRun.objects.create(started_by="x", outcome="finished")  # the latest one stays undoable
    call_command("prune", stdout=StringIO())

    page = page_of(editor, run)
    assert "it cannot be undone any more" in content_text(page)
    assert undo_url(run) not in links(page)
    answer = editor.get(undo_url(run), follow=True)
    assert f"more than {settings.IMPORT_RECORD_DAYS} days ago" in messages(answer)[0]


def test_an_import_is_undone_after_a_plan(editor: Client, run: ImportRun) -> None:
    assert "Edits made since stay." in content_text(editor.get(undo_url(run)))
    page = plan(editor, run)
    assert (
        "will move 1 item to the bin that it made, and put back 1 that it changed. 1 will stay as it is."
        in content_text(page)
    )
    assert "You can restore them from the bin for 90 days" in content_text(page)
    assert "C c.md its item was changed since (Body by an import or a command), and was kept" in content_text(page)
    assert edit_url(CuratedItem.objects.get(slug="b")) in links(page)
    assert CuratedItem.objects.count() == 3
    page = begin(editor, run)
    assert messages(page) == [f"Import {run.pk} is undone: 1 item moved to the bin, 1 put back."]
    assert "C c.md its item was changed since (Body by an import or a command), and was kept" in content_text(page)
    assert "1 item moved to the bin, 1 put back as it was, 1 left alone." in content_text(page)
    assert "The plan had" not in content_text(page)
    assert sorted(CuratedItem.objects.not_binned().values_list("slug", "title")) == [("a", "A story"), ("c", "C")]
    assert "1 is in the bin and can be restored there until" in content_text(page)
    bin_page = editor.get(bin_url(undone_run=run))
    assert [item.slug for item in bin_page.context["cl"].result_list] == ["b"]
    assert f"by the undo of import {run.pk}" in content_text(bin_page)
    assert bin_url(undone_run=run) in links(page)
    assert LogEntry.objects.filter(object_id=str(run.pk)).count() == 1


@pytest.mark.usefixtures("by_worker")
def test_the_worker_plans_and_undoes_a_large_import(editor: Client, run: ImportRun) -> None:
    assert "Nothing is changed yet." in content_text(plan(editor, run))
    assert progress(editor, run) == {"done": 0, "files": 3, "is_over": False}
    assert run_tasks() == ["plan_undo"]
    assert progress(editor, run) == {"done": 3, "files": 3, "is_over": True}
    assert "will move 1 item to the bin" in content_text(editor.get(undo_url(run)))
    page = begin(editor, run)
    assert "Undo is under way Asked for by ann" in content_text(page)
    assert "0 of 3 files" in content_text(page)
    assert CuratedItem.objects.count() == 3
    assert run_tasks() == ["undo_import"]
    assert progress(editor, run)["is_over"]
    page = page_of(editor, run)
    assert "1 item moved to the bin, 1 put back as it was" in content_text(page)
    assert content_text(page).count("moved to the bin") == 1
    assert LogEntry.objects.get(object_id=str(run.pk)).user.get_username() == "ann"


@pytest.mark.usefixtures("by_worker")
def test_two_requests_undo_once(editor: Client, run: ImportRun) -> None:
    plan_url = f"{undo_url(run)}plan/"
    for _ in range(2):
        editor.post(plan_url)
    assert run_tasks() == ["plan_undo"]
    for _ in range(2):
        editor.post(undo_url(run))
    editor.post(plan_url)
    assert run_tasks() == ["undo_import"]
    for url in (undo_url(run), plan_url):
        assert messages(editor.post(url, follow=True)) == [f"Import {run.pk} has been undone already."]
    assert task_backend().results == []
    assert undo_url(run) not in links(page_of(editor, run))


@pytest.mark.parametrize("state", [None, *State])
def test_a_get_changes_nothing_and_takes_the_same_queries_for_more_files(
    editor: Client, run: ImportRun, state: str | None
) -> None:
    small = ImportRun.objects.earliest("pk")
    counts = []
    for run_ in (small, run):
        if state:
            plan(editor, run_)
            planned = ImportUndo.objects.get(run=run_).plan
            ImportUndo.objects.filter(run=run_).update(state=state, result=planned)
        for url in (undo_url(run_), f"{RUNS}{run_.pk}/change/"):
            counts.append(query_count(editor, url, {}) if editor.get(url).status_code == 200 else 0)
            with CaptureQueriesContext(connection) as queries:
                editor.get(url)
            assert {query["sql"].split()[0] for query in queries if "session" not in query["sql"]} <= {"SELECT"}
    assert counts[:2] == counts[2:]


def test_a_plan_that_is_older_than_the_content_says_so(
    editor: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.importing.undo_jobs.ContentVersion.current", lambda: "1")  # `None` in a transaction
    assert "something on the site has changed" not in content_text(plan(editor, run))
    monkeypatch.setattr("curation.importing.undo_jobs.ContentVersion.current", lambda: "2")
    page = editor.get(undo_url(run))
    assert "something on the site has changed" in content_text(page)
    assert "something on the site has changed" not in content_text(press(editor, page, "plan"))


def test_the_result_names_the_plan_where_it_differs(editor: Client, run: ImportRun) -> None:
    plan(editor, run)
    CuratedItem.objects.filter(slug="b").update(title="An editor's")
    page = begin(editor, run)
    assert "1 put back as it was" in content_text(page)
    assert "The plan had 1 to move to the bin, 1 to put back, 1 to leave alone; items have changed" in content_text(
        page
    )
    assert CuratedItem.objects.filter(slug="b").exists()


@pytest.mark.usefixtures("by_worker")
def test_an_undo_whose_worker_died_is_continued(
    editor: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.post(undo_url(run))
    task_backend().clear()  # as if the worker had been killed
    ImportUndo.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=2), result={})
    page = press(editor, page_of(editor, run), "undo")
    assert "Undo is under way" in content_text(page)
    assert "It has not moved" not in content_text(page)
    assert run_tasks() == ["undo_import"]
    assert ImportUndo.objects.get().state == State.DONE


@pytest.mark.usefixtures("by_worker")
def test_an_undo_that_failed_says_so_and_can_be_continued(
    editor: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.post(undo_url(run))
    monkeypatch.setattr("curation.importing.history.undo.delete_unused", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_tasks()
    monkeypatch.undo()
    monkeypatch.setattr(undo_jobs, "MAX_AT_ONCE", 50)
    page = page_of(editor, run)
    assert "Undo has failed Asked for by ann" in content_text(page)
    assert "3 of 3 files are undone." in content_text(page)
    page = press(editor, page, "undo")
    assert messages(page) == [f"Import {run.pk} is undone: 1 item moved to the bin, 1 put back."]


def test_a_plan_that_failed_can_be_made_again(editor: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_jobs, "undo", lambda *_args, **_options: 1 / 0)
    page = plan(editor, run)
    assert "The plan failed; the server’s log has the reason." in content_text(page)
    monkeypatch.undo()
    assert "will move 1 item to the bin" in content_text(press(editor, page, "plan"))


def test_an_undo_during_an_import_is_refused_at_once(editor: Client, run: ImportRun) -> None:
    other = ledger.begin(["x"], Options())
    page = begin(editor, run)
    (message,) = messages(page)
    assert message.startswith(f"Import {run.pk} is not undone: import {other.pk} by ")
    assert message.endswith("; try again when that is over.")
    assert CuratedItem.objects.count() == 3
    assert not ImportUndo.objects.exists()


@pytest.mark.usefixtures("by_worker")
def test_a_queued_undo_waits_for_an_import_that_began_meanwhile(editor: Client, run: ImportRun) -> None:
    editor.post(undo_url(run))
    other = ledger.begin(["x"], Options())
    assert run_tasks() == ["undo_import"]
    assert f"It waits: import {other.pk} by " in content_text(page_of(editor, run))
    ledger.finish(other, "finished")
    assert run_tasks() == ["undo_import"]
    assert "It waits" not in content_text(page_of(editor, run))
    tasks.undo_import.call(ImportUndo.objects.get().pk)  # a task that is left over finds nothing to do
    assert run_tasks() == []


def test_an_object_that_an_editor_renamed_survives_the_undo(editor: Client) -> None:
    keys = {"link": "https://paper.example.org/x", "linkBrand": "paper.example.org", "author": "Ann"}
    import_files(editor, {"a.md": story(slug="a", **keys)})
    publisher = Publisher.objects.get()
    editor.post(edit_url(publisher), {"domain": publisher.domain, "name": "The Paper"})
    editor.post(undo_url(ImportRun.objects.get()))
    delete_for_ever(CuratedItem.objects.all(), COMMAND)
    assert [publisher.name for publisher in Publisher.objects.all()] == ["The Paper"]
    assert not Author.objects.exists()
    assert not CuratedItem.objects.exists()
