"""Column types of our own."""

from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import models
from pictures.models import Picture, PictureField, PictureFieldFile, PillowPicture
from PIL import Image

from curation.frontmatter.languages import language_tag
from curation.links import validate_http_link
from curation.names import name_key
from curation.rendering import one_line
from curation.slugs import is_slug

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:  # not generic at run time
    CharField = models.CharField


#: The longest name of any model, in characters.
MAX_NAME = 300


class HttpURLField(models.URLField):  # type: ignore[type-arg]  # not generic at run time
    """A link that is `http` or `https`, and nothing else, wherever it comes from."""

    default_validators = [validate_http_link]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


def validate_language(text: str) -> None:
    """Raise `ValidationError` unless a text is a language tag in the form that BCP 47 recommends."""
    if language_tag(text) != text:
        hint = f"; write {language_tag(text)}" if language_tag(text) else ", like en, fr or pt-BR"
        raise ValidationError(f"Enter a language as BCP 47 writes it{hint}.")


def validate_slug(value: str) -> None:
    """Raise `ValidationError` unless a text is a slug, in any script."""
    if not is_slug(value):
        raise ValidationError("Enter letters, digits, hyphens and underscores alone, in any script.")


class SlugFormField(forms.SlugField):
    """A slug in a form. Scripts in the browser fill it in with ASCII alone, as far as there is any."""

    default_validators = [validate_slug]

    def to_python(self, value: Any) -> Any:
        return normalize("NFC", super().to_python(value) or "")


class SlugField(models.SlugField):  # type: ignore[type-arg]  # not generic at run time
    """A name in addresses: letters, digits and marks of any script (Django's own knows no marks), NFC."""

    default_validators = [validate_slug]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": SlugFormField, "allow_unicode": False, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.SlugField", args, kwargs


class LineField(CharField):
    """A text on one line, its white space folded: as files say it, so that what is exported comes back the same."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class NameField(LineField):
    """A name on one line, stored in composed form (Unicode NFC), whichever form a file or a keyboard gave it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return normalize("NFC", text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        name = normalize("NFC", super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, name)
        return name


class NameKeyField(CharField):
    """The `name_key()` of the name beside it, written with every save and every bulk insert."""

    def __init__(self, **kwargs: Any) -> None:
        # Full case folding makes three letters of one at most (Unicode Standard, section 5.18).
        super().__init__(**{"max_length": 3 * MAX_NAME, "editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002  # as Django calls it
        key = name_key(getattr(model_instance, model_instance.NAME))  # type: ignore[attr-defined]  # a `Named`
        setattr(model_instance, self.attname, key)
        return key

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


#: How wide the renditions of a picture are, in pixels, beside the one that is as wide as itself, up to `WIDEST`.
WIDTHS = (200, 400, 800, 1200, 1600)
WIDEST = 2400
#: A rendition of more than this part of the picture's own width saves nothing.
NEARLY_ALL = 0.8
#: Pixels that a WebP file may be high (https://developers.google.com/speed/webp/docs/riff_container).
HIGHEST = 16_383


def rendition_widths(width: int, height: int = 1) -> list[int]:
    """Return the widths of a picture's renditions, all of them whole pixels that it has; none that were too high."""
    own = min(width, WIDEST)
    widths = [*(fixed for fixed in WIDTHS if fixed <= own * NEARLY_ALL), own]
    return [wide for wide in widths if rendition_height(wide, width, height) <= HIGHEST]


def rendition_height(wide: int, width: int, height: int) -> int:
    """Return how high a picture is that was made `wide` pixels wide: one pixel at least."""
    return max(1, round(height * wide / width))


class Rendition(PillowPicture):  # type: ignore[misc]  # django-pictures has no types
    """A file exactly as wide as its name and `srcset` say, and at least a pixel high: django-pictures rounds down."""

    def resize(self, image: Image.Image) -> Image.Image:
        size = self.width, rendition_height(self.width, *image.size)
        return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


class RenditionsFile(PictureFieldFile):  # type: ignore[misc]  # django-pictures has no types
    """A picture file whose renditions have the widths above, whatever the grid of django-pictures."""

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
