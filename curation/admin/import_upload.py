"""“Import Markdown”: files from an editor's machine, a preview of what importing them would do, then the import."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.views.decorators.http import require_GET, require_POST

from curation import orphans, tasks
from curation.importing import queued, uploads
from curation.importing.changes import Change
from curation.importing.discover import UsageError
from curation.importing.ledger import Busy
from curation.importing.options import Options
from curation.importing.preview import preview_upload
from curation.importing.uploads import Upload
from curation.models import CuratedItem, ImportRun

from .differences import Difference, difference
from .import_form import UploadForm
from .read_only import ReadOnlyAdmin, may_edit_items

logger = logging.getLogger(__name__)

#: The outcomes of a preview as they are shown, in this order: what asks for attention comes first.
OUTCOMES = {
    "rejected": "Rejected: cannot be imported as they are",
    "conflicted": "In conflict: changed here and in the file",
    "updated": "Updated",
    "created": "New",
    "skipped": "Skipped",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of a preview, its differences marked."""

    path: str
    title: str
    item: int | None
    problems: list[dict[str, Any]]
    changes: list[Difference]
    conflicts: list[Difference]


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one outcome: those that are shown, and how many there are."""

    outcome: str
    title: str
    count: int
    files: list[Shown]


class UploadViews(ReadOnlyAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        """An import makes items and changes those that are there: it takes permission for both."""
        return request.user.has_perm("curation.add_curateditem") and may_edit_items(request)

    def get_urls(self) -> list[URLPattern]:
        may = self.has_add_permission
        own = [
            self.own_path("upload/<slug:token>/", require_GET(self.upload_view), "upload", may),
            self.own_path("upload/<slug:token>/progress/", require_GET(self.upload_progress_view), "foresight", may),
            self.own_path("upload/<slug:token>/confirm/", require_POST(self.confirm_view), "confirm", may),
            self.own_path("upload/<slug:token>/discard/", require_POST(self.discard_view), "discard", may),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take files and keep them; what importing them would do is said on the next page."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("admin:curation_importrun_upload", self._keep(request, form).token)
            except UsageError as error:
                form.add_error("chosen", str(error))
        context = self.page(request, "Import Markdown", form=form)
        return TemplateResponse(request, "admin/curation/importrun/upload.html", context)

    def _keep(self, request: HttpRequest, form: UploadForm) -> Upload:
        """Keep the files, and start to look what importing them would do. Raises `UsageError` if that is nothing."""
        upload = uploads.keep(form.cleaned_data["chosen"])
        upload.note("upload", {"user": request.user.pk, "options": form.options.as_json()})
        sources = upload.sources()
        if not sources:
            upload.discard()
            raise UsageError("There is no Markdown file in what you chose.")
        if len(sources) > queued.MAX_AT_ONCE:
            tasks.preview_upload.enqueue(upload.token)
            return upload
        try:
            preview_upload(upload)
        except Exception:
            logger.exception("The preview of an upload failed")
        return upload

    def upload_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Answer what importing an upload would do, or how far finding that out is."""
        if run := run_of(request, token):
            return redirect("admin:curation_importrun_change", run.pk)
        upload = upload_of(request, token)
        found = upload.noted("preview")
        context = self.page(request, "Import Markdown", upload=upload, names=upload.names)
        if found is None:
            context["progress"] = upload.noted("progress")
            return TemplateResponse(request, "admin/curation/importrun/foreseeing.html", context)
        context |= {"error": found.get("error")} if "error" in found else self._foreseen(found)
        return TemplateResponse(request, "admin/curation/importrun/preview.html", context)

    def _foreseen(self, found: Mapping[str, Any]) -> dict[str, Any]:
        counts = found["counts"]
        groups = [Group(name, title, counts[name], list(_shown(name, found))) for name, title in OUTCOMES.items()]
        imported = sum(counts[name] for name in ("created", "updated", "conflicted"))
        return {"counts": counts, "groups": [group for group in groups if group.count], "imported": imported}

    def upload_progress_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Answer how far a preview is, for a script that asks again and again."""
        upload = upload_of(request, token)
        orphans.requeue()
        progress = upload.noted("progress") or {"done": 0, "files": 0}
        return JsonResponse({**progress, "is_over": upload.noted("preview") is not None})

    def confirm_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Import an upload, once."""
        run = run_of(request, token)
        if run is None:
            upload = upload_of(request, token)
            options = Options.from_json((upload.noted("upload") or {})["options"])
            run = queued.queue(request.user, options, upload=upload)  # type: ignore[arg-type]  # logged in
            self.carry_out(run)
        return redirect("admin:curation_importrun_change", run.pk)

    def discard_view(self, request: HttpRequest, token: str) -> HttpResponse:
        if run := run_of(request, token):
            return redirect("admin:curation_importrun_change", run.pk)
        upload_of(request, token).discard()
        self.message_user(request, "The uploaded files are deleted; nothing was imported.", messages.SUCCESS)
        return redirect("admin:curation_importrun_changelist")

    def carry_out(self, run: ImportRun) -> None:
        """Carry out a small import now, leave a large one, or one that has to wait, to a worker."""
        if run.files > queued.MAX_AT_ONCE:
            tasks.run_import.enqueue(run.pk)
            return
        try:
            queued.perform(run)
        except Busy:
            tasks.run_import.enqueue(run.pk)
        except Exception:
            logger.exception("%s failed", run)  # its page says so


def upload_of(request: HttpRequest, token: str) -> Upload:
    """Return somebody's own upload; to others there is none."""
    upload = Upload(token)
    note = upload.noted("upload")
    if note is None or note["user"] != request.user.pk:
        raise Http404
    return upload


def run_of(request: HttpRequest, token: str) -> ImportRun | None:
    """Return the run that somebody's upload was imported by, if it was: its files may be gone by now."""
    return ImportRun.objects.filter(upload=token, user=request.user).first()  # type: ignore[misc]  # logged in


def _shown(outcome: str, found: Mapping[str, Any]) -> Iterator[Shown]:
    """Yield the files of one outcome as they were foreseen."""
    files = [file for file in found["files"] if file["outcome"] == outcome]
    there = set(CuratedItem.objects.filter(pk__in=[file["item"] for file in files]).values_list("pk", flat=True))
    for file in files:
        yield Shown(
            file["path"],
            file["title"],
            file["item"] if file["item"] in there else None,
            file["problems"],
            *([difference(Change(**change)) for change in file[kind]] for kind in ("changes", "conflicts")),
        )
