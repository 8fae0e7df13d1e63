"""Dataclasses that are pickled quickly: thousands of them go from the parser processes to the import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any


@cache
def field_values(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that returns the values of all fields of a dataclass at once."""
    return attrgetter(*(field.name for field in fields(kind)))


class PickledByValues:
    """A base of dataclasses that are pickled as a call with their values.

    By default a dataclass with slots is pickled field by field, which takes longer.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        kind: type = self.__class__
        return kind, field_values(kind)(self)
