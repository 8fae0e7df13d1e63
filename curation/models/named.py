"""The base of models with a unique name: one row for all spellings of a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from curation.lib.names import name_key

from .fields import NameKeyField

#: The code of a violated constraint of `name_key`.
SAME_NAME = "same-name"


class NamedModel(models.Model):
    """A row with a name, in the column `NAME`, and its `name_key()`, which all spellings of the name share."""

    NAME: ClassVar[str] = "name"

    name_key = NameKeyField()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and self.NAME in update_fields:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Raise `ValidationError`. A name that another row has is an error of the name's own field."""
        excluded = set(exclude or ())
        if self.NAME not in excluded:
            self.name_key = name_key(getattr(self, self.NAME))
            excluded.discard("name_key")
        try:
            super().validate_constraints(excluded)
        except ValidationError as error:
            raise ValidationError(_with_own_field(error.error_dict, self.NAME)) from None


def _with_own_field(errors: dict[str, list[ValidationError]], field: str) -> dict[str, list[ValidationError]]:
    """Return errors of constraints, with those of `name_key` moved to the field of the name."""
    general = errors.pop(NON_FIELD_ERRORS, [])
    same = [error for error in general if error.code == SAME_NAME]
    others = [error for error in general if error.code != SAME_NAME]
    moved = {field: [*errors.pop(field, []), *same], NON_FIELD_ERRORS: others}
    return errors | {name: found for name, found in moved.items() if found}
