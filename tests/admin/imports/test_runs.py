"""Import runs: their list, the page of one, and its buttons."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client

from curation.importing import jobs
from curation.importing.sources.archives import close_archives
from curation.models import CuratedItem, ImportRecord, ImportRun
from tests.admin.pages import links, messages, query_count, rows, text, tree
from tests.factories import make_item

from .uploading import RUNS, content_text, import_files, press, run_tasks, story, task_backend, zipped

RECORDS = "/admin/curation/importrecord/"


@pytest.fixture(autouse=True)
def _without_tasks() -> Iterator[None]:
    yield
    task_backend().clear()
    close_archives()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder on the server."""
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def import_markdown(*paths: Path, **options: object) -> ImportRun:
    """Import as the nightly job does, even if files are rejected."""
    with suppress(CommandError):
        call_command("import_markdown", *map(str, paths), jobs=1, verbosity=0, **options)
    return ImportRun.objects.latest("pk")


def page_of(client: Client, run: ImportRun) -> HttpResponse:
    return client.get(f"{RUNS}{run.pk}/change/")


# The list and the page


def test_the_list_shows_who_started_runs_and_their_outcomes(editor: Client, folder: Path) -> None:
    (folder / "a.md").write_text(story())
    import_markdown(folder)
    import_files(editor, {"b.md": story(slug="b"), "c.md": "nothing"})
    second, first = rows(editor.get(RUNS))
    assert "Finished" in first
    assert f"{folder.parent.name}/content Finished 1 new" in first
    assert str(folder) not in first
    assert "b.md Finished 1 new 1 rejected" in second
    assert "by ann, " in second
    assert "Import Markdown" in text(tree(editor.get(RUNS)))


def test_the_list_filters(editor: Client) -> None:
    import_files(editor, {"a.md": story()})
    ImportRun.objects.create(outcome="failed", started_by="cron", message="KeyError: 'x'")
    assert len(rows(editor.get(RUNS, {"outcome__exact": "failed"}))) == 1
    assert len(rows(editor.get(RUNS, {"started_by": "cron"}))) == 1
    assert "by ann" in rows(editor.get(RUNS, {"q": "ann"}))[0]


def test_the_list_costs_the_same_for_more_runs(editor: Client) -> None:
    def make(number: int) -> None:
        for _ in range(number):
            ImportRun.objects.create(outcome="finished", started_by="x", paths=["/a"], counts={"created": 1})

    make(5)
    before = query_count(editor, RUNS)
    make(5)
    assert query_count(editor, RUNS) == before


def test_the_page_tells_of_rejected_files_the_line_and_the_remedy_and_groups_other_problems(editor: Client) -> None:
    files: dict[str, str | bytes] = {f"{n}.md": story(slug=str(n), featuredImage="{href: x.png}") for n in range(25)}
    import_files(editor, {**files, "y.md": "nothing", "z.md": "nothing", "<b>.md": "---\ntitle: [\n---\n"})
    page = page_of(editor, ImportRun.objects.get())
    parts = [text(part) for part in tree(page).find(".//div[@id='content-main']").iter("h2", "summary")]  # type: ignore[union-attr, call-arg]
    assert parts == [
        *("Rejected (3)", "New (25)", "Warnings and notes"),
        "Pictures and files that are missing or cannot be used (25 warnings)",
        "For whoever runs the server",
    ]
    assert "And 5 more." in content_text(page)
    assert "<b>.md Line 3: YAML syntax" in content_text(page)
    assert "Check the quotes" in content_text(page)
    record = ImportRecord.objects.get(path="upload:/0.md")
    assert {f"{RECORDS}{record.pk}/change/", f"/admin/curation/curateditem/{record.item_id}/change/"} <= links(page)


def test_the_page_costs_the_same_for_more_files(editor: Client) -> None:
    for number in (2, 4):
        names = [f"{number}-{index}" for index in range(number)]
        import_files(editor, {f"{name}.md": story(slug=name, strange="1") for name in names})
    small, large = ImportRun.objects.order_by("pk")
    assert query_count(editor, f"{RUNS}{small.pk}/change/") == query_count(editor, f"{RUNS}{large.pk}/change/")


def test_new_items_are_cards_and_changed_ones_name_their_fields(editor: Client) -> None:
    import_files(editor, {"a.md": story()})
    page = import_files(editor, {"a.md": story("Another"), "b.md": story("New", "b", categories="[Imaging]")})
    cards = [text(card) for card in tree(page).iter("li") if card.get("class") == "preview-card"]
    assert cards == ["New b.md Some text. Imaging"]
    assert "Updated (1) Another Title a.md" in content_text(page)


def test_a_file_that_is_left_out_has_its_reason(editor: Client) -> None:
    page = import_files(editor, {"a.md": story(), "_index.md": story(kind="section")})
    assert "Left out (1) _index.md A section page of the old site, not an item. Nothing to do." in content_text(page)


def test_conflicts_are_settled_on_the_page_of_their_import(editor: Client, viewer: Client) -> None:
    import_files(editor, {"a.md": story()})
    CuratedItem.objects.update(title="Mine")
    import_files(editor, {"a.md": story("Theirs")})
    run = ImportRun.objects.latest("pk")
    assert "1 to settle" in rows(editor.get(RUNS))[0]
    assert "To settle (1) Title of Mine" in content_text(page_of(editor, run))
    assert not tree(page_of(viewer, run)).findall(".//div[@id='content-main']//form")
    settle = next(
        b.get("formaction", "") for b in tree(page_of(editor, run)).iter("button") if b.get("data-key") == "t"
    )
    page = editor.post(settle, HTTP_REFERER=f"http://testserver{RUNS}{run.pk}/change/", follow=True)
    assert "To settle" not in content_text(page)
    assert CuratedItem.objects.get().title == "Theirs"


def test_folders_of_the_server_and_errors_of_the_program_are_folded_away(editor: Client, folder: Path) -> None:
    (folder / "a.md").write_text("nothing")
    run = import_markdown(folder)
    ImportRun.objects.filter(pk=run.pk).update(outcome="failed", message="KeyError: 'x'")
    page = tree(page_of(editor, run)).find(".//div[@id='content-main']")
    assert page is not None
    (keeper,) = (details for details in page.iter("details") if details.get("class") == "keeper")
    assert "KeyError: 'x'" in text(keeper)
    assert str(folder) in text(keeper)
    page.remove(keeper)
    assert "content/a.md" in text(page)
    assert "stopped at an error of the program" in text(page)
    assert str(folder) not in text(page)
    assert "KeyError" not in text(page)


def test_the_page_lists_keys_without_a_column(editor: Client) -> None:
    page = import_files(editor, {"a.md": story(slug="a", strange="1"), "b.md": story(slug="b", strange="1", odd="2")})
    assert "strange in 2 files" in content_text(page)
    assert "odd in 1 file" in content_text(page)


def test_counts_link_to_the_files(editor: Client) -> None:
    page = import_files(editor, {"a.md": story(), "b.md": "nothing"})
    url = next(link for link in links(page) if "outcome__exact=rejected" in link)
    (row,) = rows(editor.get(url))
    assert row.startswith("b.md Rejected")


def test_the_page_of_a_file_shows_the_changes_of_its_item(editor: Client) -> None:
    import_files(editor, {"a.md": story()})
    import_files(editor, {"a.md": story("Another story", body="<script>alert(1)</script>")})
    record = ImportRecord.objects.latest("pk")
    page = editor.get(f"{RECORDS}{record.pk}/change/")
    marks = [(element.tag, text(element)) for element in tree(page).iter() if element.tag in ("del", "ins")]
    assert marks[:2] == [("del", "A"), ("ins", "Another")]
    assert ("ins", "<script>alert(1)</script>") in marks
    assert f"/admin/curation/curateditem/{record.item_id}/change/" in links(page)


def test_the_list_of_files_costs_the_same_for_more(editor: Client) -> None:
    run = ImportRun.objects.create(outcome="finished")

    def make(number: int) -> None:
        ImportRecord.objects.bulk_create(ImportRecord(run=run, path="/a", outcome="rejected") for _ in range(number))

    make(5)
    before = query_count(editor, RECORDS)
    make(5)
    assert query_count(editor, RECORDS) == before


def test_a_run_whose_process_died_is_shown_as_interrupted(editor: Client) -> None:
    run = ImportRun.objects.create(outcome="running", process="another-host:1:x", started_by="cron")
    ImportRun.objects.update(heartbeat_at="2020-01-01T00:00Z")
    assert "Interrupted" in rows(editor.get(RUNS))[0]
    assert "the next run completes it" in content_text(page_of(editor, run))


def test_an_unknown_run_redirects_to_the_front_page(editor: Client) -> None:
    assert editor.get(f"{RUNS}999/change/").status_code == 302


def test_nobody_changes_or_deletes_a_run(editor: Client) -> None:
    run = ImportRun.objects.create(outcome="finished")
    assert editor.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert editor.get(f"{RECORDS}add/").status_code == 403
    editor.post(f"{RUNS}{run.pk}/change/", {"outcome": "failed"})
    assert ImportRun.objects.get().outcome == "finished"


def test_a_viewer_sees_no_buttons(editor: Client, viewer: Client, clerk: Client) -> None:
    import_files(editor, {"a.md": story(), "b.md": "nothing"})
    run = ImportRun.objects.get()
    page = page_of(viewer, run)
    assert "1 new" in content_text(page)
    assert not tree(page).findall(".//div[@id='content-main']//form")
    assert "undo" not in " ".join(links(page))
    assert page_of(clerk, run).status_code == 403
    assert clerk.get(f"{RUNS}{run.pk}/progress/").status_code == 403


@pytest.mark.parametrize("action", ["again", "go-on", "undo", "undo/plan"])
def test_acting_on_a_run_needs_permission_and_a_token(editor: Client, viewer: Client, action: str) -> None:
    import_files(editor, {"a.md": story(), "b.md": "nothing"})
    url = f"{RUNS}{ImportRun.objects.get().pk}/{action}/"
    assert viewer.post(url).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert strict.post(url).status_code == 403
    assert CuratedItem.objects.count() == 1


# Trying again


def test_the_failures_run_again(editor: Client, folder: Path) -> None:
    (folder / "a.md").write_text(story())
    (folder / "b.md").write_text("nothing")
    run = import_markdown(folder, prune=True)
    (folder / "a.md").unlink()
    (folder / "b.md").write_text(story(slug="b"))
    page = press(editor, page_of(editor, run), "again")
    again = ImportRun.objects.latest("pk")
    assert (again.failures_of, again.counts["created"], again.counts["seen"]) == (run, 1, 1)
    assert f"Failures of Import {run.pk}" in content_text(page).replace("Failures ofImport", "Failures of Import")
    assert CuratedItem.objects.filter(status="archived").count() == 0


def test_a_repaired_archive_is_imported_again_as_a_whole(editor: Client, folder: Path) -> None:
    (folder / "a.zip").write_bytes(b"damaged")
    run = import_markdown(folder / "a.zip")
    (folder / "a.zip").write_bytes(zipped({"a.md": story()}))
    press(editor, page_of(editor, run), "again")
    assert CuratedItem.objects.count() == 1


def test_rejected_uploads_run_again_while_they_are_kept(editor: Client) -> None:
    page = import_files(editor, {"a.md": story("In the way", "taken"), "b.md": story("Taken", "taken")})
    assert "the same item as" in content_text(page)
    CuratedItem.objects.get(slug="taken").delete()
    assert "Finished" in content_text(press(editor, page, "again"))
    assert CuratedItem.objects.get(slug="taken").title == "Taken"


def test_rejected_files_that_were_deleted_cannot_run_again(editor: Client, folder: Path) -> None:
    (folder / "a.md").write_text("nothing")
    run = import_markdown(folder)
    (folder / "a.md").unlink()
    page = press(editor, page_of(editor, run), "again")
    assert messages(page) == ["None of the rejected files exists any more."]
    assert ImportRun.objects.count() == 1


def test_many_failures_run_in_the_background(editor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_AT_ONCE", 1)
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text("nothing")
    run = import_markdown(folder)
    assert "Queued" in content_text(press(editor, page_of(editor, run), "again"))
    run_tasks()
    assert ImportRun.objects.latest("pk").counts["rejected"] == 2


def test_a_run_counts_its_items_that_fail_a_check(editor: Client) -> None:
    run, item = ImportRun.objects.create(outcome=ImportRun.Outcome.FINISHED), make_item(summary="Own.")
    make_item()  # of no run
    ImportRecord.objects.create(run=run, item=item, path="/a.md", outcome="updated")
    page = text(tree(editor.get(f"{RUNS}{run.pk}/change/")))
    assert "Items to look at: 1 without a topic." in page
