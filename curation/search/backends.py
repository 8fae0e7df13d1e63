"""The way of the database at hand."""

from django.db import connection

from . import postgres, sqlite
from .match import Backend

BACKENDS: dict[str, Backend] = {"sqlite": sqlite, "postgresql": postgres}


def backend() -> Backend:
    return BACKENDS[connection.vendor]
