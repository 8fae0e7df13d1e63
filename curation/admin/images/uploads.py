"""Many pictures uploaded at once: each file is verified on its own, and gets a line with its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from curation.admin.base import ItemCountAdmin
from curation.admin.file_fields import PICTURE_HELP, PICTURE_TYPES, clean_image
from curation.models import Image
from curation.templating.pictures import picture

#: Maximum number of files of one form: each takes up to a second. With a script, each file is sent on its own.
MAX_FILES = 20
STORED, KNOWN, REFUSED = "stored", "known", "refused"
#: The words for each result in the sentence that counts them.
_WORDS = {STORED: "stored", KNOWN: "known already", REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What became of an uploaded file: `STORED`, `KNOWN` or `REFUSED`, the image, or the reason for a refusal."""

    outcome: str
    name: str
    image: Image | None = None
    reason: str = ""

    @property
    def picture(self) -> SafeString:
        return picture(self.image, sizes="80px")


def store_upload(upload: UploadedFile[bytes]) -> UploadResult:
    """Verify and store one picture."""
    name = upload.name or "picture"
    try:
        image, is_new = clean_image(upload).store()
    except ValidationError as error:
        return UploadResult(REFUSED, name, reason=" ".join(error.messages))
    return UploadResult(STORED if is_new else KNOWN, name, image)


def _too_many(upload: UploadedFile[bytes]) -> UploadResult:
    reason = f"“{upload.name}” was not read: a form takes {MAX_FILES} files. Send it again."
    return UploadResult(REFUSED, upload.name or "picture", reason=reason)


def count_results(results: Sequence[UploadResult]) -> str:
    """Return the numbers of results as a sentence: “2 stored, 1 refused.”"""
    counts = Counter(result.outcome for result in results)
    return ", ".join(f"{counts[outcome]} {words}" for outcome, words in _WORDS.items() if counts[outcome]) + "."


class ImageUploads(ItemCountAdmin):
    """The page on which many images are added."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(self.upload_view)
        return [self.guarded_path("upload/", view, "upload", self.has_add_permission), *super().get_urls()]

    def upload_context(self) -> dict[str, Any]:
        """Return the context of the form (`admin/curation/image/upload_form.html`)."""
        url = reverse("admin:curation_image_upload")
        return {"upload_url": url, "picture_types": PICTURE_TYPES, "picture_help": PICTURE_HELP, "max_files": MAX_FILES}

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Return the form (GET), or store pictures and return a line for each (POST), to the script without the page.

        Status 200 also if all files are refused: each line says why.
        """
        files = request.FILES.getlist("pictures")
        results = [store_upload(file) for file in files[:MAX_FILES]]
        late = f"was not read: a form takes {MAX_FILES} files. Send it again."
        results += [
            UploadResult(REFUSED, file.name or "picture", reason=f"“{file.name}” {late}") for file in files[MAX_FILES:]
        ]
        for result in results:
            if result.outcome == STORED:
                self.log_addition(request, result.image, [{"added": {}}])
        if "fragment" in request.POST:
            return TemplateResponse(request, "admin/curation/image/upload_results.html", {"results": results})
        error = "Choose one picture at least." if request.method == "POST" and not files else ""
        context = self.page_context(
            request,
            f"Error: {error}" if error else "Add images",
            results=results,
            counts=count_results(results) if results else "",
            error=error,
            **self.upload_context(),
        )
        return TemplateResponse(request, "admin/curation/image/upload.html", context)
