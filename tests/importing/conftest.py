"""A content folder to write files into, and one call that imports it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.pipeline import ImportJob, execute
from curation.importing.report import Report
from curation.importing.sources.discover import discover
from tests.exporting.conftest import InProcess, InProcessCleaner

WriteFile = Callable[..., Path]
RunImport = Callable[..., Report]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "site" / "content"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def write_file(content: Path) -> WriteFile:
    """Write a bookmark file, or a plain Hugo file where no `external_id` is given.

    Keyword arguments are further front matter; `None` leaves a key out.
    """

    def write(name: str, *, body: str = "A *body*.", external_id: int | None = None, **keys: Any) -> Path:
        slug = Path(name).stem
        bookmark = {
            "archetype": "bookmark",
            "dropmark.editURL": f"http://x.dropmark.com/616548/{external_id}",
            "source": {"name": "Dropmark"},
        }
        front_matter = {
            "title": f"Title of {slug}",
            "slug": slug,
            "date": "2019-05-01T02:15:47Z",
            "link": f"https://example.org/{slug}",
            "linkBrand": "example.org",
            **(bookmark if external_id else {}),
            **keys,
        }
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {key: value for key, value in front_matter.items() if value is not None}
        path.write_text(f"---\n{yaml.safe_dump(known, sort_keys=False, allow_unicode=True)}---\n{body}", "utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def _clean_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clean pictures in the process of the test, which is quicker: tests/lib/test_image_subprocess.py is about that."""
    monkeypatch.setattr("curation.importing.media_files.store.ImageCleaner", InProcessCleaner)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse in the process of the test: for modules with many small imports, of which none is about processes."""
    monkeypatch.setattr("curation.importing.reader.Parsers", InProcess)


@pytest.fixture
def import_(content: Path) -> RunImport:
    """Import paths, or the whole content folder."""

    def run(*paths: Path, **options: Any) -> Report:
        paths, chosen = paths or (content,), Options(**{"jobs": 1, **options})
        entry = None if chosen.dry_run else ledger.begin(map(str, paths), chosen)
        job = ImportJob(discover(paths), chosen, entry, [path for path in paths if path.is_dir()])
        return execute(job, Report(keep_all=True), int)

    return run
