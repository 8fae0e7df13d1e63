"""The version of the content: what tells that a page made a while ago is still right."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import uuid4

from django.db import Error, connection, models
from django.utils import timezone


def new_token() -> str:
    return uuid4().hex


class ContentVersion(models.Model):
    """One row, whose token is another after every write to what readers see, in the same transaction as the write.

    The database's triggers see to that (`models.triggers`), so no way of writing is forgotten. No token comes twice,
    and there is no row while the triggers are away.
    """

    token = models.CharField(max_length=36)
    renewed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="contentversion_one_row")]

    def __str__(self) -> str:
        return self.token

    @classmethod
    def current(cls) -> str | None:
        """Return the token; `None` where nothing vouches for it: within a transaction, or without row or database."""
        if connection.in_atomic_block:
            return None
        try:
            with connection.cursor() as cursor:
                cursor.execute(_selection())
                row = cursor.fetchone()
        except Error:
            return None
        return str(row[0]) if row else None

    @classmethod
    def changed_at(cls) -> datetime | None:
        """Return when the content was last written; `None` where `current()` has no answer."""
        if connection.in_atomic_block:
            return None
        try:
            return cls.objects.values_list("renewed_at", flat=True).first()
        except Error:
            return None

    @classmethod
    def renew(cls) -> None:
        """Renew the token by hand, for content that no trigger can watch."""
        cls.objects.update(token=new_token(), renewed_at=timezone.now())


@cache
def _selection() -> str:
    """Return the query for the token, written once: every request asks it, and it is quicker answered than written."""
    sql, _no_parameters = ContentVersion.objects.values_list("token").query.sql_with_params()
    return sql
