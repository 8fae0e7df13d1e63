"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import settings as hypothesis_settings

# Property tests give the same answer every time, however busy the machine is.
hypothesis_settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis_settings.load_profile("repeatable")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def media_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A media folder of the test's own."""
    root = settings.MEDIA_ROOT = tmp_path / "media"
    return root


@pytest.fixture(autouse=True)
def uploads_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder of the test's own for what editors upload."""
    root = settings.IMPORT_UPLOADS = tmp_path / "uploads"
    return root


def _folder(variable: str, default: Path) -> Path:
    folder = Path(os.environ.get(variable, default))
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set {variable} to the folder to test with it")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real content files, outside the repository: MEDIGY_CORPUS names the folder."""
    return _folder("MEDIGY_CORPUS", SHARED / "corpus")


@pytest.fixture(scope="session")
def hostile() -> Path:
    """Malformed and malicious import files, outside the repository: MEDIGY_HOSTILE names the folder."""
    return _folder("MEDIGY_HOSTILE", SHARED / "hostile")
