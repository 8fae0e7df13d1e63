"""Column types of our own."""

from typing import Any

from django.core.validators import URLValidator
from django.db import models
from django.forms import Field


class HttpURLField(models.URLField):  # type: ignore[type-arg]  # not generic at run time
    """A link that is `http` or `https`, and nothing else, wherever it comes from."""

    default_validators = [
        URLValidator(schemes=["http", "https"], message="Enter a link that starts with http:// or https://.")
    ]

    def formfield(self, **kwargs: Any) -> Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})
