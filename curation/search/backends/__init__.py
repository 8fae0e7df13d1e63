"""The backend of the database in use."""

from django.db import connection

from curation.search.index_query import Backend

from . import postgres, sqlite

BACKENDS: dict[str, Backend] = {"sqlite": sqlite, "postgresql": postgres}


def backend() -> Backend:
    return BACKENDS[connection.vendor]
