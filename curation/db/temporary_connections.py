"""Connections to further databases, under an alias for as long as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db import connections


@contextmanager
def temporary_connection(alias: str, *, like: str = "default", **values: Any) -> Iterator[str]:
    """Add a database with the settings of another and these values (`NAME`, …); yield its alias."""
    connections.settings[alias] = {**deepcopy(connections.settings[like]), **values}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]
