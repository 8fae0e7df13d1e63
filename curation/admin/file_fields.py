"""Verification of files that editors upload: pictures and PDFs. Each fault is a form error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO

from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from curation.admin_site.kept_files import SlotInput
from curation.lib import images
from curation.lib.image_subprocess import clean_file_in_subprocess
from curation.lib.images import CleanImage
from curation.lib.media_types import IMAGES, PDF, PDF_SIGNATURE, accept_attribute, labels
from curation.lib.stored_files import pdf_name
from curation.models import Image

#: The permission without which uploaded pictures are not read.
ADD_IMAGE = "curation.add_image"
MAX_PDF_BYTES = 20_000_000
#: The `accept` attribute of inputs that take a picture.
PICTURE_TYPES = accept_attribute(IMAGES)
PICTURE_HELP = (
    f"{labels(IMAGES)}, at most {images.MAX_BYTES // 1_000_000} MB and "
    f"{images.MAX_PIXELS // 1_000_000} megapixels. EXIF and GPS are removed."
)


class ImageInput(SlotInput):
    """A file input whose dialogue offers pictures alone."""

    def __init__(self) -> None:
        super().__init__({"accept": PICTURE_TYPES})


class PdfInput(SlotInput, AdminFileWidget):
    """The admin's input of a stored file, whose dialogue offers PDFs alone."""

    def __init__(self) -> None:
        super().__init__({"accept": PDF.content_type})


@dataclass(frozen=True, slots=True)
class UploadedPicture:
    """A verified picture with the name of its upload. `content.data` is empty; the bytes are in `file`."""

    content: CleanImage
    name: str
    file: IO[bytes]

    def store(self) -> tuple[Image, bool]:
        """Return the stored image, and whether it is new."""
        self.file.seek(0)
        return Image.objects.store(replace(self.content, data=self.file.read()), self.name)


def clean_image(upload: UploadedFile[bytes]) -> UploadedPicture:
    """Verify an uploaded picture, and write it cleaned to a temporary file. Raises `ValidationError`.

    The picture goes from file to file, so that this process never holds a whole one in memory. The outcome is kept with
    the upload: `verify_pictures()` comes before the form.
    """
    outcome: UploadedPicture | ValidationError | None = getattr(upload, "outcome", None)
    if outcome is None:
        try:
            outcome = _clean_image(upload)
        except ValidationError as error:
            outcome = error
        upload.outcome = outcome  # type: ignore[attr-defined]
    if isinstance(outcome, ValidationError):
        raise outcome
    return outcome


def verify_pictures(uploads: Iterable[UploadedFile[bytes]]) -> None:
    """Verify pictures before the transaction of a form begins. Forms show the errors.

    Decoding takes seconds, and on SQLite nobody else could save meanwhile.
    """
    for upload in uploads:
        with suppress(ValidationError):
            clean_image(upload)


def _clean_image(upload: UploadedFile[bytes]) -> UploadedPicture:
    _check_size(upload, images.MAX_BYTES)
    target = NamedTemporaryFile()  # noqa: SIM115  # it is deleted with the picture
    try:
        with _on_disk(upload) as path:
            return UploadedPicture(clean_file_in_subprocess(path, Path(target.name)), upload.name or "", target)
    except images.ImageRefused as refused:
        raise ValidationError(f"“{upload.name}” {refused}.") from refused


@contextmanager
def _on_disk(upload: UploadedFile[bytes]) -> Iterator[Path]:
    """Yield the path of an upload. Django has written a large one to the disk already."""
    if isinstance(upload, TemporaryUploadedFile):
        yield Path(upload.temporary_file_path())
        return
    with NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


def clean_pdf(upload: UploadedFile[bytes]) -> UploadedFile[bytes] | str:
    """Verify an uploaded PDF and name it by its SHA-256. Return it, or the name of the equal file in the storage.

    Raises `ValidationError`.
    """
    _check_size(upload, MAX_PDF_BYTES)
    data: bytes = upload.read()
    if not data.startswith(PDF_SIGNATURE):
        raise ValidationError(f"“{upload.name}” is not a PDF file.")
    upload.seek(0)
    stored = pdf_name(hashlib.sha256(data).hexdigest())
    upload.name = PurePosixPath(stored).name
    return stored if default_storage.exists(stored) else upload


def _check_size(upload: UploadedFile[bytes], max_bytes: int) -> None:
    if (upload.size or 0) > max_bytes:
        raise ValidationError(f"“{upload.name}” is larger than {max_bytes // 1_000_000} MB; make it smaller.")
