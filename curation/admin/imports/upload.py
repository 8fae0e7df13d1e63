"""“Import Markdown”: upload files, preview their import, and confirm or discard it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.views.decorators.http import require_GET, require_POST

from curation import tasks
from curation.admin.read_only import ReadOnlyAdmin
from curation.importing import jobs
from curation.importing.history.diff import FieldChange
from curation.importing.history.ledger import Busy
from curation.importing.options import Options
from curation.importing.preview import preview_upload
from curation.importing.sources import uploads
from curation.importing.sources.discover import UsageError
from curation.importing.sources.uploads import Upload
from curation.items import workflow
from curation.items.actors import Actor
from curation.lib.media_types import of_path
from curation.models import CuratedItem, ImportRun
from curation.operations import stale_tasks
from curation.views.media import CONTENT_SECURITY_POLICY

from .differences import MarkedChange, mark_change
from .upload_form import UploadForm

logger = logging.getLogger(__name__)

#: The headings of a preview by outcome, in the order of the page: first the outcomes that need attention.
OUTCOME_TITLES = {
    "rejected": "Rejected: cannot be imported as they are",
    "conflicted": "In conflict: changed here and in the file",
    "updated": "Updated",
    "created": "New",
    "skipped": "Skipped",
}
#: The outcomes of files that the import would write.
WRITTEN_OUTCOMES = ("created", "updated", "conflicted")


@dataclass(frozen=True, slots=True)
class PreviewedFile:
    """A file of a preview, with the ID of its item if that exists already."""

    path: str
    title: str
    item: int | None
    problems: list[dict[str, Any]]
    changes: list[MarkedChange]
    conflicts: list[MarkedChange]
    text: str
    topics: list[str]
    picture: str


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """The files of one outcome: how many there are, and those that the preview shows."""

    outcome: str
    title: str
    count: int
    files: list[PreviewedFile]

    @property
    def short_title(self) -> str:
        return self.title.partition(":")[0]

    @property
    def is_written(self) -> bool:
        """Whether the import would write the files, so that one can leave some out."""
        return self.outcome in WRITTEN_OUTCOMES


class UploadViews(ReadOnlyAdmin):
    """The views of uploads, a part of the admin of import runs."""

    def has_add_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return workflow.may_import(Actor.of(request.user))

    def get_urls(self) -> list[URLPattern]:
        may_import = self.has_add_permission
        upload = "upload/<slug:token>/"
        return [
            self.guarded_path(upload, require_GET(self.upload_view), "upload", may_import),
            self.guarded_path(f"{upload}progress/", require_GET(self.upload_progress_view), "foresight", may_import),
            self.guarded_path(f"{upload}picture/<str:name>", require_GET(self.picture_view), "picture", may_import),
            self.guarded_path(f"{upload}confirm/", require_POST(self.confirm_view), "confirm", may_import),
            self.guarded_path(f"{upload}discard/", require_POST(self.discard_view), "discard", may_import),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Return the upload form, or store its files and redirect to their preview."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        form = UploadForm(request.POST or None, request.FILES or None, may_restore=Actor.of(request.user).may("delete"))
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("admin:curation_importrun_upload", self._store(request, form).token)
            except UsageError as error:
                form.add_error("chosen", str(error))
        context = self.page_context(request, "Import Markdown", form=form)
        return TemplateResponse(request, "admin/curation/importrun/upload.html", context)

    def _store(self, request: HttpRequest, form: UploadForm) -> Upload:
        """Store the files, and make their preview or enqueue that. Raises `UsageError` without a Markdown file."""
        upload = uploads.store_upload(form.cleaned_data["chosen"])
        upload.save_note("upload", {"user": request.user.pk, "options": form.options.as_json()})
        sources = upload.sources()
        if not sources:
            upload.discard()
            raise UsageError("There is no Markdown file in what you chose.")
        if len(sources) > jobs.MAX_AT_ONCE:
            tasks.preview_upload.enqueue(upload.token)
            return upload
        try:
            preview_upload(upload)
        except Exception:
            logger.exception("The preview of an upload failed")  # the page of the preview shows the failure
        return upload

    def upload_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Return the preview of an upload, or a page that waits for it."""
        if run := find_run(request, token):
            return redirect("admin:curation_importrun_change", run.pk)
        upload = get_upload_or_404(request, token)
        preview = upload.read_note("preview")
        context = self.page_context(request, "Import Markdown", upload=upload, names=upload.names)
        if preview is None:
            context["progress"] = upload.read_note("progress")
            return TemplateResponse(request, "admin/curation/importrun/preview_pending.html", context)
        context |= {"error": preview["error"]} if "error" in preview else preview_context(preview)
        return TemplateResponse(request, "admin/curation/importrun/preview.html", context)

    def upload_progress_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Return the progress of a preview as JSON; `progress.js` polls it."""
        upload = get_upload_or_404(request, token)
        stale_tasks.requeue()
        progress = upload.read_note("progress") or {"done": 0, "files": 0}
        return JsonResponse({**progress, "is_over": upload.read_note("preview") is not None})

    def picture_view(self, request: HttpRequest, token: str, name: str) -> HttpResponseBase:
        """Return a picture of a preview, as its file was verified."""
        path, media_type = get_upload_or_404(request, token).pictures / name, of_path(name)
        if not re.fullmatch(r"[\w.-]+", name) or media_type is None or not media_type.is_image or not path.is_file():
            raise Http404
        response = FileResponse(path.open("rb"), content_type=media_type.content_type)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    def confirm_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Import an upload, once, and redirect to its run."""
        run = find_run(request, token)
        if run is None:
            upload = get_upload_or_404(request, token)
            if not _leave_out_unchosen(request, upload):
                self.message_user(request, "Choose at least one file, or discard them.", messages.ERROR)
                return redirect("admin:curation_importrun_upload", token)
            options = Options.from_json((upload.read_note("upload") or {})["options"])
            run = jobs.queue(request.user, options, upload=upload)  # type: ignore[arg-type]  # logged in
            run_or_enqueue(run)
        return redirect("admin:curation_importrun_change", run.pk)

    def discard_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Delete the files of an upload that was not imported."""
        if run := find_run(request, token):
            return redirect("admin:curation_importrun_change", run.pk)
        get_upload_or_404(request, token).discard()
        self.message_user(request, "The uploaded files are deleted; nothing was imported.", messages.SUCCESS)
        return redirect("admin:curation_importrun_changelist")


def _leave_out_unchosen(request: HttpRequest, upload: Upload) -> bool:
    """Leave out the files whose boxes are not ticked; return whether any is left. Files without a box are imported."""
    preview = upload.read_note("preview") or {}
    if "choosing" not in request.POST:
        return True
    chosen = set(request.POST.getlist("take"))
    boxes = {file["path"] for file in preview.get("files", ()) if file["outcome"] in WRITTEN_OUTCOMES}
    written = sum(preview.get("counts", {}).get(outcome, 0) for outcome in WRITTEN_OUTCOMES)
    if written and not (boxes & chosen) and written <= len(boxes):
        return False
    if boxes - chosen:
        upload.leave_out(boxes - chosen)
    return True


def run_or_enqueue(run: ImportRun) -> None:
    """Run a small import now. Enqueue a large one, or one that has to wait for another, for the background worker."""
    if run.files > jobs.MAX_AT_ONCE:
        tasks.run_import.enqueue(run.pk)
        return
    try:
        jobs.execute_queued(run)
    except Busy:
        tasks.run_import.enqueue(run.pk)
    except Exception:
        logger.exception("%s failed", run)  # the page of the run shows the failure


def get_upload_or_404(request: HttpRequest, token: str) -> Upload:
    """Return an upload of the user. Raises `Http404` for those of others."""
    upload = Upload(token)
    note = upload.read_note("upload")
    if note is None or note["user"] != request.user.pk:
        raise Http404
    return upload


def find_run(request: HttpRequest, token: str) -> ImportRun | None:
    """Return the run that imported an upload of the user, even if its files have been deleted since."""
    return ImportRun.objects.filter(upload=token, user=request.user).first()  # type: ignore[misc]  # logged in


def preview_context(preview: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template context of a preview: its counts, groups by outcome, and how many files it would write."""
    counts = preview["counts"]
    groups = [
        OutcomeGroup(outcome, title, counts[outcome], _previewed_files(outcome, preview["files"]))
        for outcome, title in OUTCOME_TITLES.items()
        if counts[outcome]
    ]
    return {"counts": counts, "groups": groups, "written": sum(counts[outcome] for outcome in WRITTEN_OUTCOMES)}


def _previewed_files(outcome: str, files: list[dict[str, Any]]) -> list[PreviewedFile]:
    chosen = [file for file in files if file["outcome"] == outcome]
    items = CuratedItem.objects.filter(pk__in=[file["item"] for file in chosen])
    existing = set(items.values_list("pk", flat=True))
    return [
        PreviewedFile(
            file["path"],
            file["title"],
            file["item"] if file["item"] in existing else None,
            file["problems"],
            [mark_change(FieldChange(**change)) for change in file["changes"]],
            [mark_change(FieldChange(**conflict)) for conflict in file["conflicts"]],
            # Previews from before an upgrade have none of these.
            *(file.get(name, empty) for name, empty in (("text", ""), ("topics", []), ("picture", ""))),
        )
        for file in chosen
    ]
