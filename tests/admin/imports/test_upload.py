"""“Import Markdown”: the upload of files, their preview, and the import."""

import os
import time
from collections.abc import Iterator
from errno import EIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from curation.importing import jobs
from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.sources import uploads
from curation.importing.sources.uploads import Upload
from curation.models import Conflict, CuratedItem, Image, ImportRecord, ImportRun, SourceDocument
from tests.admin.conftest import member_of
from tests.admin.pages import errors, messages, text, tree
from tests.operations.test_stale_tasks import failed, status_after

from .uploading import (
    RUNS,
    UPLOAD,
    content_text,
    import_files,
    picture,
    press,
    run_tasks,
    story,
    task_backend,
    upload,
    zipped,
)


@pytest.fixture(autouse=True)
def _without_tasks() -> Iterator[None]:
    yield
    task_backend().clear()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an import of two files a large one."""
    monkeypatch.setattr(jobs, "MAX_AT_ONCE", 1)


def last_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


# From the form to the run


def test_files_are_previewed_then_imported(editor: Client) -> None:
    preview = upload(editor, {"a.md": story(featuredImage="{href: /img/some/a.png}"), "a.png": picture()})
    assert "1 file: 1 would be created, 0 unchanged. Nothing is imported yet." in content_text(preview)
    assert "A story a.md" in content_text(preview)
    for model in (CuratedItem, Image, ImportRun, ImportRecord, SourceDocument):
        assert not model._default_manager.exists()
    page = press(editor, preview, "confirm")
    run = last_run()
    assert page.redirect_chain[-1][0] == f"{RUNS}{run.pk}/change/"  # type: ignore[attr-defined]
    assert (run.outcome, run.started_by, run.paths) == ("finished", "ann", ["upload:/a.md", "upload:/a.png"])
    assert CuratedItem.objects.get().image == Image.objects.get()


def test_the_same_files_again_are_unchanged(editor: Client) -> None:
    files: dict[str, str | bytes] = {"a.md": story(featuredImage="{href: a.png}"), "a.png": picture()}
    import_files(editor, files)
    before = list(SourceDocument.objects.values())
    assert "1 file: 1 unchanged" in content_text(upload(editor, files))
    import_files(editor, {"a.zip": zipped({"x/b.md": story(slug="b")})})
    assert "1 file: 1 unchanged" in content_text(upload(editor, {"a.zip": zipped({"x/b.md": story(slug="b")})}))
    assert list(SourceDocument.objects.filter(path="upload:/a.md").values()) == before


def test_an_archive_is_imported_with_its_images(editor: Client) -> None:
    files = {"site/content/a.md": story(featuredImage="{href: /a.png}"), "site/static/a.png": picture()}
    import_files(editor, {"site.zip": zipped(files)})
    assert SourceDocument.objects.get().path == "upload:/site.zip!/site/content/a.md"
    assert Image.objects.count() == 1


def test_images_may_be_uploaded_beside_an_archive(editor: Client) -> None:
    import_files(editor, {"s.zip": zipped({"a.md": story(featuredImage="{href: /img/a.png}")}), "a.png": picture()})
    assert Image.objects.count() == 1


def test_the_preview_shows_the_changes_of_an_item(editor: Client) -> None:
    import_files(editor, {"a.md": story(body="Some <b>old</b> text.", tags="[one]")})
    preview = upload(editor, {"a.md": story(body="Some new text.", tags="[one, two]")})
    marks = {element.tag: text(element) for element in tree(preview).iter() if element.tag in ("del", "ins")}
    assert "Updated (1)" in content_text(preview)
    assert marks == {"del": "<b>old</b>", "ins": "two"}
    assert "Some new text." in content_text(preview)
    assert CuratedItem.objects.get().body == "Some <b>old</b> text."


def test_the_preview_shows_conflicts_with_both_values(editor: Client) -> None:
    import_files(editor, {"a.md": story()})
    CuratedItem.objects.update(title="My title")
    preview = upload(editor, {"a.md": story("Their title")})
    assert "In conflict: changed here and in the file (1)" in content_text(preview)
    assert "Here: stays My title In the file Their title" in content_text(preview)
    assert not Conflict.objects.exists()
    press(editor, preview, "confirm")
    assert (CuratedItem.objects.get().title, Conflict.objects.get().theirs) == ("My title", "Their title")


def test_the_preview_shows_the_problems_of_files(editor: Client) -> None:
    preview = upload(editor, {"<script>alert(1)</script>.md": "no front matter", "b.md": "---\ntitle: [\n---\n"})
    assert "Rejected: cannot be imported as they are (2)" in content_text(preview)
    assert "no front matter; start the file with a line ---" in content_text(preview)
    assert [form.get("action", "") for form in tree(preview).iter("form") if "confirm" in form.get("action", "")] == []
    assert b"<script>alert" not in preview.content


def test_a_card_shows_text_topics_and_picture_of_a_file(editor: Client, clerk: Client) -> None:
    keys = {"featuredImage": "{href: a.png}", "categories": '["Symplur: Nursing"]'}
    preview = upload(editor, {"a.md": story(body="Nurses came back.", **keys), "a.png": picture()})
    assert "A story a.md Nurses came back. Nursing" in content_text(preview)
    (url,) = [image.get("src", "") for image in tree(preview).iter("img") if "/picture/" in image.get("src", "")]
    shown = editor.get(url)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert clerk.get(url).status_code == 403
    assert member_of("Publisher", "ben").get(url).status_code == 404
    assert editor.get(url.replace(".png", ".json")).status_code == 404
    assert not Image.objects.exists()


def boxes(preview: HttpResponse) -> list[str]:
    return [field.get("value", "") for field in tree(preview).iter("input") if field.get("name") == "take"]


def confirm(client: Client, preview: HttpResponse, take: list[str]) -> HttpResponse:
    url = next(form.get("action", "") for form in tree(preview).iter("form") if form.get("id") == "confirm_form")
    return client.post(url, {"choosing": "1", "take": take}, follow=True)


def test_files_whose_boxes_are_not_ticked_are_left_out(editor: Client) -> None:
    files: dict[str, str | bytes] = {f"{name}.md": story(name, name) for name in ("a", "b", "c")}
    files["bad.md"] = "no front matter"
    preview = upload(editor, files)
    assert boxes(preview) == ["upload:/a.md", "upload:/b.md", "upload:/c.md"]
    confirm(editor, preview, ["upload:/a.md", "upload:/c.md"])
    assert set(CuratedItem.objects.values_list("title", flat=True)) == {"a", "c"}
    counts = last_run().counts
    assert (counts["created"], counts["rejected"], counts["seen"]) == (2, 1, 3)


def test_at_least_one_file_is_chosen(editor: Client) -> None:
    page = confirm(editor, upload(editor, {"a.md": story()}), [])
    assert messages(page) == ["Choose at least one file, or discard them."]
    assert not ImportRun.objects.exists()


def test_a_damaged_archive_is_reported(editor: Client) -> None:
    preview = upload(editor, {"<b>.zip": b"no zip file"})
    assert "<b>.zip Error: is damaged, or no archive; make it again" in content_text(preview)


def test_the_choices_of_the_form_apply_to_preview_and_import(editor: Client) -> None:
    import_files(editor, {"a.md": story()}, status="draft")
    assert (CuratedItem.objects.get().status, last_run().options) == ("draft", {"status": "draft"})
    CuratedItem.objects.update(title="My title")
    preview = upload(editor, {"a.md": story("Their title")}, on_conflict="overwrite")
    assert "Updated (1)" in content_text(preview)
    press(editor, preview, "confirm")
    assert CuratedItem.objects.get().title == "Their title"


def test_an_uploaded_copy_of_a_file_on_the_server_counts_as_an_edit(editor: Client, tmp_path: Path) -> None:
    from curation.importing.pipeline import ImportJob, execute
    from curation.importing.report import Report
    from curation.importing.sources.discover import discover

    path = tmp_path / "a.md"
    path.write_text(story())

    def nightly() -> Report:
        return execute(ImportJob(discover([path]), Options(jobs=1), ledger.begin([], Options())), Report(), int)

    nightly()
    import_files(editor, {"a.md": story("A better title")})
    assert SourceDocument.objects.get().path == str(path)
    assert nightly().counts["unchanged"] == 1
    assert CuratedItem.objects.get().title == "A better title"
    assert "1 file: 1 unchanged" in content_text(upload(editor, {"a.md": story("A better title")}))
    path.write_text(story("Another title"))
    assert nightly().counts["conflicted"] == 1


def test_two_stories_with_the_same_file_name_are_two_items(editor: Client) -> None:
    import_files(editor, {"article.md": story("One", "one")})
    import_files(editor, {"article.md": story("Two", "two")})
    assert sorted(CuratedItem.objects.values_list("slug", flat=True)) == ["one", "two"]


def test_two_files_of_one_story_with_different_texts_are_an_error(editor: Client) -> None:
    preview = upload(editor, {"a.md": story(), "b.md": story(body="Other.")})
    assert "1 would be rejected, 1 would be created, 0 unchanged. Nothing is imported yet." in content_text(preview)


# Refused uploads


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "This field is required."),
        (
            {"a.png": picture()},
            "choose at least one file of .md, .markdown, .zip, .tar.gz, .tgz.",
        ),
        ({"a.zip": zipped({"a.png": picture()})}, "There is no Markdown file in what you chose."),
        ({f"{'ä' * 130}.md": story()}, "has too long a name; shorten it."),
    ],
)
def test_files_that_cannot_be_imported_are_refused(
    editor: Client, files: dict[str, str | bytes], words: str, uploads_root: Path
) -> None:
    page = upload(editor, files)
    assert any(words in error for error in errors(page)), errors(page)
    assert not list(uploads_root.glob("*"))


def test_two_files_with_the_same_name_are_refused(editor: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = [SimpleUploadedFile("a.md", story(slug=slug).encode()) for slug in ("a", "b")]
    page = editor.post(UPLOAD, {"chosen": files, "on_conflict": "keep"})
    assert errors(page) == ["“a.md” is there twice; rename one of them, or put both into an archive."]


def test_more_than_the_limit_is_refused(editor: Client, settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 2_000  # below it, the body of the request
    files = {"a.md": story(body="x" * 800), "b.md": story(body="y" * 800)}
    settings.MAX_ANONYMOUS_BODY_BYTES = 10_000  # which is not refused before the form
    assert errors(upload(editor, files)) == []
    settings.MAX_UPLOAD_BYTES = 1_000
    assert errors(upload(editor, files)) == ["That is more than 0 MB; upload it in parts."]


def test_a_file_name_with_parent_folders_stays_in_the_upload_folder(editor: Client, uploads_root: Path) -> None:
    upload(editor, {"../../../a.md": story()})
    (kept,) = uploads_root.rglob("*.md")
    assert kept.parent.name == "files"


@pytest.mark.parametrize("action", ["confirm", "discard"])
def test_confirming_or_discarding_needs_a_token(editor: Client, action: str) -> None:
    preview = upload(editor, {"a.md": story()})
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    url = next(form.get("action", "") for form in tree(preview).iter("form") if action in form.get("action", ""))
    assert strict.post(url).status_code == 403
    assert strict.get(url).status_code == 405
    assert not CuratedItem.objects.exists()


def test_an_upload_is_visible_to_its_editor_alone(editor: Client, admin_client: Client) -> None:
    url = upload(editor, {"a.md": story()}).redirect_chain[-1][0]  # type: ignore[attr-defined]
    assert editor.get(url).status_code == 200
    for address in (url, f"{url}progress/"):
        assert admin_client.get(address).status_code == 404
    assert admin_client.post(f"{url}confirm/").status_code == 404
    assert editor.get(f"{RUNS}upload/no-such/").status_code == 404


# The lifetime of uploaded files


def test_uploads_are_deleted_after_the_import(editor: Client, uploads_root: Path) -> None:
    import_files(editor, {"a.md": story()})
    assert not list(uploads_root.iterdir())


def test_uploads_that_are_discarded_are_deleted(editor: Client, uploads_root: Path) -> None:
    page = press(editor, upload(editor, {"a.md": story()}), "discard")
    assert messages(page) == ["The uploaded files are deleted; nothing was imported."]
    assert not list(uploads_root.iterdir())
    assert not ImportRun.objects.exists()


def test_uploads_are_deleted_after_a_day_unless_a_run_needs_them(editor: Client, uploads_root: Path) -> None:
    kept, waiting, failed, other = *(uploads.store_upload([]) for _ in range(3)), uploads_root / "something-else"
    other.mkdir()
    ImportRun.objects.create(outcome="interrupted", upload=waiting.token)
    first = ImportRun.objects.create(outcome="finished", upload=failed.token)
    second = ImportRun.objects.create(outcome="finished", failures_of=first)
    ImportRun.objects.create(outcome="queued", failures_of=second)
    for folder in uploads_root.iterdir():
        os.utime(folder, (time.time() - uploads.MAX_AGE_SECONDS - 1,) * 2)
    uploads.discard_old()
    assert not kept.is_there
    assert waiting.is_there
    assert failed.is_there
    assert other.is_dir()


def test_confirming_twice_imports_once(editor: Client) -> None:
    preview = upload(editor, {"a.md": story()})
    first, second = press(editor, preview, "confirm"), press(editor, preview, "confirm")
    assert first.redirect_chain == second.redirect_chain  # type: ignore[attr-defined]
    assert ImportRun.objects.count() == 1


# In the background


def test_large_uploads_are_previewed_and_imported_in_the_background(editor: Client, large: None) -> None:
    files: dict[str, str | bytes] = {"a.md": story(slug="a"), "b.md": story(slug="b")}
    page = upload(editor, files)
    url = page.redirect_chain[-1][0]  # type: ignore[attr-defined]
    assert "Previewing the import of 2 uploaded files." in content_text(page)
    assert editor.get(f"{url}progress/").json() == {"done": 0, "files": 0, "is_over": False}
    assert run_tasks() == ["preview_upload"]
    assert editor.get(f"{url}progress/").json() == {"done": 2, "files": 2, "is_over": True}
    run_page = press(editor, editor.get(url), "confirm")
    assert "Queued" in content_text(run_page)
    assert editor.get(f"{RUNS}{last_run().pk}/progress/").json() == {"done": 0, "files": 2, "is_over": False}
    assert not CuratedItem.objects.exists()
    assert run_tasks() == ["run_import"]
    assert editor.get(f"{RUNS}{last_run().pk}/progress/").json() == {"done": 2, "files": 2, "is_over": True}
    assert CuratedItem.objects.count() == 2
    assert editor.get(url).headers["Location"] == f"{RUNS}{last_run().pk}/change/"


def test_a_pending_page_can_be_refreshed_without_script(editor: Client, large: None) -> None:
    page = upload(editor, {"a.md": story(slug="a"), "b.md": story(slug="b")})
    assert b'<noscript><p><a href="">Refresh</a></p></noscript>' in page.content
    run_tasks()
    assert b"Refresh" not in editor.get(page.redirect_chain[-1][0]).content  # type: ignore[attr-defined]


def test_an_import_waits_for_another_one(editor: Client) -> None:
    preview = upload(editor, {"a.md": story()})
    other = ledger.begin(["/elsewhere"], Options())
    assert "Queued" in content_text(press(editor, preview, "confirm"))
    assert run_tasks() == ["run_import"]
    assert not CuratedItem.objects.exists()
    ledger.finish(other, "finished")
    assert run_tasks() == ["run_import"]
    assert CuratedItem.objects.count() == 1


def test_an_import_whose_worker_died_is_completed_as_the_same_run(editor: Client, large: None) -> None:
    files: dict[str, str | bytes] = {f"{name}.md": story(slug=name) for name in "abc"}
    url = upload(editor, {**files, "d.md": "no front matter"}).redirect_chain[-1][0]  # type: ignore[attr-defined]
    run_tasks()
    press(editor, editor.get(url), "confirm")
    run = last_run()
    half = uploads.store_upload([])
    (half.files / "a.md").write_text(story(slug="a"))
    died_after_one_file(run, half)
    page = editor.get(f"{RUNS}{run.pk}/change/")
    assert "Interrupted" in content_text(page)
    assert editor.get(f"{RUNS}{run.pk}/progress/").json()["is_over"] is False
    run_tasks()
    run.refresh_from_db()
    assert run.outcome == "finished"
    counts = {name: run.counts[name] for name in ("created", "unchanged", "rejected", "seen")}
    assert counts == {"created": 3, "unchanged": 0, "rejected": 1, "seen": 4}
    assert ImportRun.objects.count() == 1
    assert ImportRecord.objects.filter(run=run).count() == 4


def test_an_import_that_failed_is_completed_by_its_button_alone(
    editor: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(editor, {f"{name}.md": story(slug=name) for name in "ab"})
    run_tasks()
    run_page = press(editor, editor.get(page.redirect_chain[-1][0]), "confirm")  # type: ignore[attr-defined]
    with monkeypatch.context() as broken:
        broken.setattr("curation.importing.reader.Reader.batches", Mock(side_effect=OSError(EIO, "Input/output error")))
        with pytest.raises(Exception, match="a file cannot be read") as error:
            run_tasks()
    task = failed(f"{error.type.__module__}.{error.type.__name__}", "host:1:abc")
    assert status_after(task) == "FAILED"
    press(editor, editor.get(run_page.redirect_chain[-1][0]), "go-on")  # type: ignore[attr-defined]
    assert run_tasks() == ["run_import"]
    assert (last_run().outcome, CuratedItem.objects.count()) == ("finished", 2)


def test_a_picture_that_is_still_missing_when_an_import_is_completed_is_reported_once(
    editor: Client, large: None
) -> None:
    files: dict[str, str | bytes] = {"a.md": story(slug="a", featuredImage="x.png"), "b.md": story(slug="b")}
    preview = upload(editor, files)
    run_tasks()
    press(editor, editor.get(preview.redirect_chain[-1][0]), "confirm")  # type: ignore[attr-defined]
    run = last_run()
    died_after_one_file(run, Upload(run.upload))
    editor.get(f"{RUNS}{run.pk}/change/")
    run_tasks()
    run.refresh_from_db()
    assert (run.outcome, run.counts["created"], run.counts["unchanged"]) == ("finished", 2, 0)
    assert [record.outcome for record in run.records.exclude(problems=[])] == ["created"]


def died_after_one_file(run: ImportRun, part: Upload) -> None:
    """Leave a run as a killed worker does: with one file imported, and still running."""
    from curation.importing.pipeline import ImportJob

    ledger.start(run)
    for _ in ImportJob(part.sources(), Options(jobs=1), run).reports():
        pass
    ImportRun.objects.filter(pk=run.pk).update(process=run.process[:-1] + "?")


def test_a_failed_preview_is_reported(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("curation.importing.preview.preview", fail)
    page = upload(editor, {"a.md": story()})
    assert "The preview failed; the server's log has the reason." in content_text(page)


def test_a_failed_import_is_reported_and_can_be_completed(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    preview = upload(editor, {"a.md": story()})
    with monkeypatch.context() as patch:
        patch.setattr("curation.importing.batch_writer.write", lambda *_args: 1 / 0)
        page = press(editor, preview, "confirm")
    assert "Failed" in content_text(page)
    assert "ZeroDivisionError" in content_text(page)
    assert "Finished" in content_text(press(editor, page, "go-on"))
    assert CuratedItem.objects.count() == 1


def test_an_import_whose_files_were_deleted_fails_with_the_reason(
    editor: Client, large: None, uploads_root: Path
) -> None:
    url = upload(editor, {"a.md": story(slug="a"), "b.md": story(slug="b")}).redirect_chain[-1][0]  # type: ignore[attr-defined]
    run_tasks()
    press(editor, editor.get(url), "confirm")
    Upload(last_run().upload).discard()
    run_tasks()
    assert (last_run().outcome, last_run().message) == (
        "failed",
        "The uploaded files have been deleted; upload them again.",
    )


def test_a_run_outlives_the_account_of_its_editor(editor: Client) -> None:
    User.objects.update(first_name="Ann", last_name="Lee")
    import_files(editor, {"a.md": story()})
    User.objects.all().delete()
    assert (last_run().user, last_run().started_by) == (None, "Ann Lee")


@pytest.mark.parametrize(("choices", "has_list"), [({}, True), ({"flavour": "markdown"}, False)])
def test_the_flavour_of_markdown_can_be_chosen_for_an_upload(
    editor: Client, choices: dict[str, str], has_list: bool
) -> None:
    import_files(editor, {"a.md": story(body="Intro:\n- one")}, **choices)
    assert ("<li>one</li>" in CuratedItem.objects.get().body_html) == has_list
