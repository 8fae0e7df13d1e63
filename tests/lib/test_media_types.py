"""The table of media types, which no other module repeats."""

import ast
import io
import re
from pathlib import Path

import pytest
from PIL import Image as Pillow

from curation.lib import image_metadata, media_types
from curation.lib.media_types import AVIF, IMAGES, JPEG, PDF, MediaType, accept_attribute, labels, of_format, of_path
from curation.lib.stored_files import image_name, pdf_name
from curation.models import Image

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "curation/lib/media_types.py"
#: The name of a column, a use of media and a parameter, not of a type.
FIELD = "pdf"
#: The site's own icons, which stand in `static/` and are never uploaded.
ICONS = {
    "curation/templating/head.py": {"icons/share.png"},
    "curation/templating/structured_data.py": {"icons/icon-512.png"},
    "curation/views/site.py": {"image/png", "icons/icon-192.png", "icons/icon-512.png", "icons/maskable-512.png"},
    "templates/admin/base_site.html": {"image/svg+xml"},
    "templates/reader/base.html": {"image/svg+xml"},
    "templates/reader/opensearch.xml": {"image/x-icon"},
}
SUFFIXES = tuple(suffix for media_type in media_types.ALL for suffix in media_type.suffixes)
NAMES = {*media_types.PILLOW_FORMATS, *(suffix.removeprefix(".") for suffix in SUFFIXES)} - {FIELD}
CONTENT_TYPE = re.compile(r"(?<![\w-])image/(?![\w/]+\.html)[a-z][\w.+-]*|application/pdf")


def types_in_code(source: str) -> set[str]:
    """Return the texts of a module's code that name a media type: its suffix, its `Content-Type`, or its format."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    texts = {node.value for node in constants if isinstance(node.value, str)}
    files = {text for text in texts if text.lower().endswith(SUFFIXES) and " " not in text}
    return files | (texts & NAMES) | {found for text in texts for found in CONTENT_TYPE.findall(text)}


@pytest.mark.parametrize(
    "source",
    [
        'SUFFIXES = (".jpg",)',
        'TYPES = {"png": 1}',
        'accept = "image/webp,image/gif"',
        'if image.format == "AVIF": pass',
        'name = f"documents/{digest}.pdf"',
    ],
)
def test_every_way_of_naming_a_type_is_found(source: str) -> None:
    assert types_in_code(source)


def test_prose_and_names_of_columns_are_ignored() -> None:
    assert types_in_code('"""A file like x.jpg."""\nitem["pdf"]\nprint("Looks for x.png in folders")') == set()


def test_no_other_module_lists_types() -> None:
    modules = [path for folder in ("curation", "medigy") for path in (ROOT / folder).rglob("*.py")]
    found = {path: types_in_code(path.read_text()) for path in modules if "migrations" not in path.parts}
    found |= {path: set(CONTENT_TYPE.findall(path.read_text())) for path in (ROOT / "templates").rglob("*.*")}
    named = {path.relative_to(ROOT).as_posix(): types for path, types in found.items() if types and path != TABLE}
    assert named == ICONS


@pytest.mark.parametrize("image_type", IMAGES, ids=lambda image_type: image_type.label)
def test_pillow_reads_every_type_of_image(image_type: MediaType) -> None:
    file = io.BytesIO()
    Pillow.new("RGB", (2, 2)).save(file, image_type.pillow_format, **image_type.save_options)
    with Pillow.open(file, formats=media_types.PILLOW_FORMATS) as image:
        assert image.format == image_type.pillow_format
        assert image.get_format_mimetype() == image_type.content_type


def test_every_format_but_avif_has_a_parser_that_removes_metadata() -> None:
    assert {*media_types.PILLOW_FORMATS} - image_metadata.PARSERS.keys() == {AVIF.pillow_format}


def test_types_are_detected_from_suffixes_in_either_case() -> None:
    assert [of_path(name) for name in ("a/B.JPEG", "b.jpg", ".pdf", "a.pdf/", "pdf", "a.svg", "")] == [
        *(JPEG, JPEG, PDF, None, None, None, None)
    ]


def test_stored_files_are_named_by_their_content() -> None:
    digest = "ab" + "c" * 62
    assert image_name(digest, "JPEG") == f"images/ab/{digest}.jpg"
    assert image_name(digest, "WEBP") == f"images/ab/{digest}.webp"
    assert pdf_name(digest) == f"documents/{digest}.pdf"


def test_forms_and_rows_offer_every_type_of_image() -> None:
    assert accept_attribute(IMAGES) == "image/jpeg,image/png,image/gif,image/webp,image/avif"
    assert labels(IMAGES) == "JPEG, PNG, GIF, WebP or AVIF"
    choices = Image._meta.get_field("format").choices or ()
    assert [of_format(str(value)) for value, _label in choices] == list(IMAGES)
