"""Column types of this project. Migrations refer to this module."""

import json
import zlib
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import models
from pictures.models import Picture, PictureField, PictureFieldFile, PillowPicture

from curation.frontmatter.reading.languages import language_tag
from curation.lib.names import name_key
from curation.lib.slugs import is_slug
from curation.lib.web_urls import validate_http_link
from curation.markdown import one_line

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:  # not generic at run time
    CharField = models.CharField


#: Maximum length of a name of any model, in characters.
MAX_NAME = 300
#: Full case folding turns one letter into at most three (Unicode Standard, section 5.18).
MAX_NAME_KEY = 3 * MAX_NAME


class HttpURLField(models.URLField):  # type: ignore[type-arg]  # not generic at run time
    """A link with the scheme `http` or `https`; also validated as a column."""

    default_validators = [validate_http_link]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


def validate_language(text: str) -> None:
    """Raise `ValidationError` unless a text is a language tag in the case that BCP 47 recommends."""
    if language_tag(text) != text:
        hint = f"; write {language_tag(text)}" if language_tag(text) else ", like en, fr or pt-BR"
        raise ValidationError(f"Enter a language as BCP 47 writes it{hint}.")


def validate_slug(value: str) -> None:
    """Raise `ValidationError` unless a text is a slug, in any script."""
    if not is_slug(value):
        raise ValidationError("Enter letters, digits, hyphens and underscores alone, in any script.")


class SlugFormField(forms.SlugField):
    """A slug in a form, in any script. The admin's script that fills it in writes ASCII."""

    default_validators = [validate_slug]

    def to_python(self, value: Any) -> Any:
        return normalize("NFC", super().to_python(value) or "")


class SlugField(models.SlugField):  # type: ignore[type-arg]  # not generic at run time
    """A slug in any script, in NFC. Unlike Django's own field, it allows combining marks."""

    default_validators = [validate_slug]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": SlugFormField, "allow_unicode": False, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.SlugField", args, kwargs


class LineField(CharField):
    """A text on one line with white space folded, as in front matter, so that an export is read back unchanged."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class NameField(LineField):
    """A name on one line, stored in Unicode NFC whatever the form of the input."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return normalize("NFC", text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        name = normalize("NFC", super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, name)
        return name


class NameKeyField(CharField):
    """The `name_key()` of the row's name, set by every save and every bulk insert."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_NAME_KEY, "editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002  # as Django calls it
        key = name_key(getattr(model_instance, model_instance.NAME))  # type: ignore[attr-defined]  # a `NamedModel`
        setattr(model_instance, self.attname, key)
        return key

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


#: Widths of a picture's renditions in pixels, beside one of its own width, which is at most `MAX_RENDITION_WIDTH`.
RENDITION_WIDTHS = (200, 400, 800, 1200, 1600)
MAX_RENDITION_WIDTH = 2400
#: A wider share of the picture's own width saves too few bytes to be worth a file.
MAX_RENDITION_SHARE = 0.8
#: Maximum height of a WebP file in pixels (https://developers.google.com/speed/webp/docs/riff_container).
MAX_WEBP_HEIGHT = 16_383


def rendition_widths(width: int, height: int = 1) -> list[int]:
    """Return the widths of a picture's renditions in pixels: none wider than the picture, none too high for WebP."""
    own = min(width, MAX_RENDITION_WIDTH)
    widths = [*(fixed for fixed in RENDITION_WIDTHS if fixed <= own * MAX_RENDITION_SHARE), own]
    return [wide for wide in widths if rendition_height(wide, width, height) <= MAX_WEBP_HEIGHT]


def rendition_height(wide: int, width: int, height: int) -> int:
    """Return the height of a picture scaled to `wide` pixels, at least 1."""
    return max(1, round(height * wide / width))


class Rendition(PillowPicture):  # type: ignore[misc]  # django-pictures has no types
    """A rendition as wide as its name and `srcset` state. `lib.images.save_renditions()` makes it."""


class RenditionsFile(PictureFieldFile):  # type: ignore[misc]  # django-pictures has no types
    """A picture file whose renditions have the widths above instead of those of the grid of django-pictures."""

    @staticmethod
    def get_picture_files(
        *, file_name: str, img_width: int, img_height: int, storage: Storage, field: PictureField
    ) -> dict[None, dict[str, dict[int, Picture]]]:
        widths = rendition_widths(img_width, img_height)
        return {
            None: {
                kind: {width: Rendition(file_name, kind, None, storage, width) for width in widths}
                for kind in field.file_types
            }
        }


class RenditionsField(PictureField):  # type: ignore[misc]  # django-pictures has no types
    """A verified picture and its renditions."""

    attr_class = RenditionsFile

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super(PictureField, self).deconstruct()
        return name, "django.db.models.ImageField", args, kwargs


class CompressedJSONField(models.BinaryField):  # type: ignore[type-arg]  # not generic at run time
    """A JSON value that is compressed if it is long, and that no query looks into.

    The first byte of the column tells the form: `j` for JSON, `z` for JSON in the format of zlib.
    """

    #: Shorter texts would hardly get shorter.
    MIN_COMPRESSED = 200

    def get_prep_value(self, value: Any) -> bytes:
        if isinstance(value, bytes | memoryview):
            return bytes(value)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return b"z" + zlib.compress(text) if len(text) >= self.MIN_COMPRESSED else b"j" + text

    def from_db_value(self, value: Any, *_args: Any) -> Any:
        return None if value is None else self.to_python(bytes(value))

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, bytes):
            return value
        text = value[1:]
        return json.loads(zlib.decompress(text) if value[:1] == b"z" else text)
