"""The form that takes Markdown files, archives and images."""

from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from curation.importing.archives import SUFFIXES as ARCHIVES
from curation.importing.archives import is_archive
from curation.importing.discover import SUFFIXES
from curation.importing.options import Options
from curation.models import CuratedItem

Files = list[UploadedFile[bytes]]

MAX_BYTES = 500_000_000
MAX_NAME_BYTES = 255


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(FilesField, self).clean(file, initial) for file in data or [None]]


class UploadForm(forms.Form):
    chosen = FilesField(
        label="Files",
        help_text="Markdown files with the images they name, or a .zip or .tar.gz of a whole site: up to 500 files, "
        f"{MAX_BYTES // 1_000_000} MB together. Nothing is imported before you have seen what it would do.",
    )
    status = forms.ChoiceField(
        label="New items",
        required=False,
        choices=[("", "as the files say"), ("draft", "as drafts"), ("published", "published")],
    )
    flavour = forms.ChoiceField(
        label="Bodies",
        required=False,
        choices=[("", "in the Markdown of what wrote the files"), *CuratedItem.Flavour.choices],
    )
    on_conflict = forms.ChoiceField(
        label="What you and a file changed both",
        choices=[
            ("keep", "stays as it is here, to be settled"),
            ("overwrite", "becomes what the file says"),
            ("fail", "rejects the file"),
        ],
    )

    def clean_chosen(self) -> Files:
        files: Files = self.cleaned_data["chosen"]
        names = [file.name or "" for file in files]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValidationError(f"“{twice[0]}” is there twice; rename one of them, or put both into an archive.")
        if long := [name for name in names if len(name.encode()) > MAX_NAME_BYTES]:
            raise ValidationError(f"“{long[0][:50]}…” has too long a name; shorten it.")
        if sum(file.size or 0 for file in files) > MAX_BYTES:
            raise ValidationError(f"That is more than {MAX_BYTES // 1_000_000} MB; upload it in parts.")
        if not any(name.lower().endswith(SUFFIXES) or is_archive(Path(name)) for name in names):
            kinds = ", ".join((*SUFFIXES, *ARCHIVES))
            raise ValidationError(f"There is nothing to import among these: no {kinds}.")
        return files

    @property
    def options(self) -> Options:
        chosen = self.cleaned_data
        return Options(
            status=chosen["status"] or None, flavour=chosen["flavour"] or None, on_conflict=chosen["on_conflict"]
        )
