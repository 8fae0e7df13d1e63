"""Column types of our own."""

from typing import TYPE_CHECKING, Any

from django.core.validators import URLValidator
from django.db import models
from django.forms import Field

from curation.rendering import one_line

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:  # not generic at run time
    CharField = models.CharField


class HttpURLField(models.URLField):  # type: ignore[type-arg]  # not generic at run time
    """A link that is `http` or `https`, and nothing else, wherever it comes from."""

    default_validators = [
        URLValidator(schemes=["http", "https"], message="Enter a link that starts with http:// or https://.")
    ]

    def formfield(self, **kwargs: Any) -> Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class LineField(CharField):
    """A text on one line, its white space folded: as files say it, so that what is exported comes back the same."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
