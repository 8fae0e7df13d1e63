"""What `manage.py check` tells of an installation."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import features

from curation.checks import check_image_formats, check_uploads_are_not_served


def test_a_pillow_with_all_formats_is_fine() -> None:
    assert check_image_formats() == []


def test_a_pillow_without_a_format_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda feature: feature != "avif")

    [error] = check_image_formats()

    assert (error.id, error.msg) == ("curation.E001", "This Pillow cannot write AVIF images.")


def test_uploads_beside_media_are_fine() -> None:
    assert check_uploads_are_not_served() == []


def test_uploads_where_readers_can_ask_for_them_are_an_error(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.IMPORT_UPLOADS = tmp_path / "uploads"

    [error] = check_uploads_are_not_served()

    assert (error.id, error.msg) == ("curation.E002", "IMPORT_UPLOADS lies in MEDIA_ROOT, which is served.")
