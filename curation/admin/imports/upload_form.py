"""The form for uploading Markdown files, archives and images."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from curation.importing.options import Options
from curation.importing.sources.archives import ARCHIVE_SUFFIXES, is_archive
from curation.importing.sources.discover import MARKDOWN_SUFFIXES
from curation.models import CuratedItem

Files = list[UploadedFile[bytes]]

#: The choices of options, by their values.
STATUSES = [("draft", "as drafts"), ("published", "published")]
ON_CONFLICT = [
    ("keep", "keep the value here, to be resolved"),
    ("overwrite", "take the value of the file"),
    ("fail", "reject the file"),
]

MAX_NAME_BYTES = 255


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """A field for any number of files. Its value is a list."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(MultipleFileField, self).clean(file, initial) for file in data or [None]]


class UploadForm(forms.Form):
    chosen = MultipleFileField(
        label="Files",
        help_text="Markdown files with the images they name, or a .zip or .tar.gz of a whole site: up to "
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES} files, {settings.MAX_UPLOAD_BYTES // 1_000_000} MB together. "
        "Nothing is imported before you have seen a preview.",
    )
    status = forms.ChoiceField(
        label="New items",
        required=False,
        choices=[("", "as in the files"), *STATUSES],
    )
    flavour = forms.ChoiceField(
        label="Bodies",
        required=False,
        choices=[("", "in the Markdown of the tool that wrote the files"), *CuratedItem.Flavour.choices],
    )
    on_conflict = forms.ChoiceField(
        label="Fields changed by you and by a file",
        choices=ON_CONFLICT,
    )

    restore_deleted = forms.BooleanField(
        label="Restore deleted items",
        required=False,
        help_text="Otherwise the files of items that were deleted here are left out; the preview names them.",
    )

    def __init__(self, *args: Any, may_restore: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_restore:
            del self.fields["restore_deleted"]

    def clean_chosen(self) -> Files:
        files: Files = self.cleaned_data["chosen"]
        names = [file.name or "" for file in files]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValidationError(f"“{repeated[0]}” is there twice; rename one of them, or put both into an archive.")
        if long := [name for name in names if len(name.encode()) > MAX_NAME_BYTES]:
            raise ValidationError(f"“{long[0][:50]}…” has too long a name; shorten it.")
        if sum(file.size or 0 for file in files) > settings.MAX_UPLOAD_BYTES:
            raise ValidationError(f"That is more than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB; upload it in parts.")
        if not any(name.lower().endswith(MARKDOWN_SUFFIXES) or is_archive(Path(name)) for name in names):
            kinds = ", ".join((*MARKDOWN_SUFFIXES, *ARCHIVE_SUFFIXES))
            raise ValidationError(f"There is nothing to import among these; choose at least one file of {kinds}.")
        return files

    @property
    def options(self) -> Options:
        chosen = self.cleaned_data
        return Options(
            status=chosen["status"] or None,
            flavour=chosen["flavour"] or None,
            on_conflict=chosen["on_conflict"],
            restore_deleted=chosen.get("restore_deleted", False),
        )
