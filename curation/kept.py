"""What takes long to make is kept in the memory of the process, until the content changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import time
from typing import TypeVar

from django.conf import settings

from curation.models import ContentVersion, CuratedItem

#: With so many values, the next one has the place to itself: a bound on the memory.
MOST = 2_000

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that is right at one version of the content, until the next scheduled item is due (a Unix time)."""

    version: str
    expires: float
    value: object


_values: dict[str, Kept] = {}
_version: ContextVar[str | None] = ContextVar("version", default=None)


@contextmanager
def at_version(version: str) -> Iterator[None]:
    """Take what is right at a version of the content, for a page that is kept as one of that version."""
    token = _version.set(version)
    try:
        yield
    finally:
        _version.reset(token)


def kept(name: str, make: Callable[[], Result]) -> Result:
    """Return what `make` returns: kept from before, if it is still right. `name` stands for all that it follows from
    besides the content. Nothing is kept while developing, where templates change.
    """
    version = None if settings.DEBUG else _version.get() or ContentVersion.current()
    if version is None:
        return make()
    found = _values.get(name)
    if found and found.version == version and time() < found.expires:
        return found.value  # type: ignore[return-value]  # what was kept under this name
    due = CuratedItem.objects.next_due()
    value = make()
    if len(_values) >= MOST:
        _values.clear()
    _values[name] = Kept(version, due.timestamp() if due else inf, value)
    return value
