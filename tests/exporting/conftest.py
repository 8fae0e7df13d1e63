"""Imports and exports by the commands that editors use, on folders of the test's own."""

from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from curation.importing import reader
from curation.importing.media_files import store
from curation.importing.parse import LoadedFile, ParsedFile, RefusedFile, parse_content, with_result
from curation.importing.workers import Parsers
from curation.lib import images
from curation.lib.image_subprocess import ImageCleaner
from curation.lib.images import CleanImage

Run = Callable[..., str]


def run(command: str, *arguments: object) -> str:
    """Run a command and return the last line that it prints, its summary."""
    output = StringIO()
    call_command(command, *map(str, arguments), stdout=output)
    return output.getvalue().splitlines()[-1]


def import_markdown(*arguments: object) -> str:
    return run("import_markdown", "--jobs", 1, *arguments)


def export_markdown(*arguments: object) -> str:
    return run("export_markdown", *arguments)


class InProcess(Parsers):
    """Parsers that start no process: quicker for a few files that harm nobody."""

    def submit(self, files: Sequence[LoadedFile]) -> Callable[[], list[ParsedFile | RefusedFile]]:
        return lambda: [with_result(file, parse_content(*file.parse_arguments, self.flavour)) for file in files]


class InProcessCleaner(ImageCleaner):
    """Cleans pictures without a process."""

    def clean(self, data: bytes) -> CleanImage:
        return images.clean(data)


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "Parsers", InProcess)
    monkeypatch.setattr(store, "ImageCleaner", InProcessCleaner)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder to import, with a static folder beside it."""
    folder = tmp_path / "site" / "content"
    folder.mkdir(parents=True)
    (tmp_path / "site" / "static").mkdir()
    return folder


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """A folder to export to."""
    return tmp_path / "export"
