"""Files that editors upload, verified: what is wrong with one is told as a form error."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from curation import imaging
from curation.imaging import CleanImage
from curation.models import Image

MAX_PDF_BYTES = 20_000_000
PDF_FOLDER = "documents"


class ImageInput(forms.FileInput):
    """A file field whose dialogue offers pictures of the formats that readers can be shown."""

    def __init__(self) -> None:
        super().__init__({"accept": ",".join(f"image/{name.lower()}" for name in imaging.FORMATS)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A verified picture, and what its file was called."""

    content: CleanImage
    name: str

    def store(self) -> tuple[Image, bool]:
        """Return the image, and whether it is a new one."""
        return Image.objects.store(self.content, self.name)


def clean_image(upload: UploadedFile[bytes]) -> Picture:
    try:
        return Picture(imaging.clean(_read(upload, imaging.MAX_BYTES)), upload.name or "")
    except imaging.ImageRefused as refused:
        raise ValidationError(f"“{upload.name}” {refused}.") from refused


def clean_pdf(upload: UploadedFile[bytes]) -> UploadedFile[bytes] | str:
    """Return an uploaded PDF named by its content, or the name of the stored file that is the same."""
    data = _read(upload, MAX_PDF_BYTES)
    if not data.startswith(b"%PDF-"):
        raise ValidationError(f"“{upload.name}” is not a PDF file.")
    upload.seek(0)
    upload.name = f"{hashlib.sha256(data).hexdigest()}.pdf"
    stored = f"{PDF_FOLDER}/{upload.name}"
    return stored if default_storage.exists(stored) else upload


def _read(upload: UploadedFile[bytes], limit: int) -> bytes:
    if (upload.size or 0) > limit:
        raise ValidationError(f"“{upload.name}” is larger than {limit // 1_000_000} MB; make it smaller.")
    data: bytes = upload.read()
    return data
