"""The version of the content, by which caches check that a stored page is still current."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import uuid4

from django.db import connection, models
from django.utils import timezone

#: Length of the first part of a token, which stays the same when pictures only get their renditions.
CONTENT_LENGTH = 16


def new_token() -> str:
    return uuid4().hex


class ContentVersion(models.Model):
    """One row, whose token changes with every write to content for readers, in the same transaction as the write.

    Triggers of the database change it (`models.triggers`), whatever code writes. Tokens are never repeated. There is no
    row while the triggers are removed.
    """

    token = models.CharField(max_length=36)
    renewed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="contentversion_one_row")]

    def __str__(self) -> str:
        return self.token

    @classmethod
    def current(cls) -> str | None:
        """Return the token; `None` if it is not reliable: within a transaction, or without the row."""
        if connection.in_atomic_block:
            return None
        return cls.committed()

    @classmethod
    def committed(cls) -> str | None:
        """Return the token of what others have committed, also within a transaction; `None` without a row.

        Writes of the transaction itself change it at once on SQLite, and at its end on PostgreSQL.
        """
        with connection.cursor() as cursor:
            cursor.execute(_token_sql())
            row = cursor.fetchone()
        return str(row[0]) if row else None

    @classmethod
    def changed_at(cls) -> datetime | None:
        """Return the time of the last write; `None` where `current()` is."""
        if connection.in_atomic_block:
            return None
        return cls.objects.values_list("renewed_at", flat=True).first()

    @classmethod
    def renew(cls) -> None:
        """Change the token, after a change that has no trigger."""
        cls.objects.update(token=new_token(), renewed_at=timezone.now())


@cache
def _token_sql() -> str:
    """Return the SQL of the query for the token, compiled once: every request runs it."""
    sql, _no_parameters = ContentVersion.objects.values_list("token").query.sql_with_params()
    return sql
