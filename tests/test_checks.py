"""What `manage.py check` tells of an installation."""

import pytest
from PIL import features

from curation.checks import check_image_formats


def test_a_pillow_with_all_formats_is_fine() -> None:
    assert check_image_formats() == []


def test_a_pillow_without_a_format_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda feature: feature != "avif")

    [error] = check_image_formats()

    assert (error.id, error.msg) == ("curation.E001", "This Pillow cannot write AVIF images.")
