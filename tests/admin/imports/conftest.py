"""Imports of the admin's tests."""

import pytest

from tests.exporting.conftest import InProcess, InProcessCleaner


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse in the process of the test: no test of the admin is about parser processes."""
    monkeypatch.setattr("curation.importing.reader.Parsers", InProcess)
    monkeypatch.setattr("curation.importing.media_files.store.ImageCleaner", InProcessCleaner)
