"""Files that editors upload, verified: what is wrong with one is told as a form error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from curation import imaging
from curation.decoding import clean_file
from curation.imaging import CleanImage
from curation.models import Image

MAX_PDF_BYTES = 20_000_000
PDF_FOLDER = "documents"
#: The media types of pictures that readers can be shown, as a file dialogue takes them.
PICTURE_TYPES = ",".join(f"image/{name.lower()}" for name in imaging.FORMATS)


class ImageInput(forms.FileInput):
    """A file field whose dialogue offers pictures of the formats that readers can be shown."""

    def __init__(self) -> None:
        super().__init__({"accept": PICTURE_TYPES})


@dataclass(frozen=True, slots=True)
class Picture:
    """A verified picture, what its file was called, and the file with its bytes, which `content` has not."""

    content: CleanImage
    name: str
    file: IO[bytes]

    def store(self) -> tuple[Image, bool]:
        """Return the image, and whether it is a new one."""
        self.file.seek(0)
        return Image.objects.store(replace(self.content, data=self.file.read()), self.name)


def clean_image(upload: UploadedFile[bytes]) -> Picture:
    """Verify an uploaded picture from file to file, so that this process never holds one whole."""
    _check_size(upload, imaging.MAX_BYTES)
    target = NamedTemporaryFile()  # noqa: SIM115  # it goes with the picture
    try:
        with _on_disk(upload) as path:
            return Picture(clean_file(path, Path(target.name)), upload.name or "", target)
    except imaging.ImageRefused as refused:
        raise ValidationError(f"“{upload.name}” {refused}.") from refused


@contextmanager
def _on_disk(upload: UploadedFile[bytes]) -> Iterator[Path]:
    """Give the path of an upload: Django has written a large one to the disk already."""
    if isinstance(upload, TemporaryUploadedFile):
        yield Path(upload.temporary_file_path())
        return
    with NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


def clean_pdf(upload: UploadedFile[bytes]) -> UploadedFile[bytes] | str:
    """Return an uploaded PDF named by its content, or the name of the stored file that is the same."""
    _check_size(upload, MAX_PDF_BYTES)
    data: bytes = upload.read()
    if not data.startswith(b"%PDF-"):
        raise ValidationError(f"“{upload.name}” is not a PDF file.")
    upload.seek(0)
    upload.name = f"{hashlib.sha256(data).hexdigest()}.pdf"
    stored = f"{PDF_FOLDER}/{upload.name}"
    return stored if default_storage.exists(stored) else upload


def _check_size(upload: UploadedFile[bytes], limit: int) -> None:
    if (upload.size or 0) > limit:
        raise ValidationError(f"“{upload.name}” is larger than {limit // 1_000_000} MB; make it smaller.")
