"""Names in files that stand for rows of other names, and names that look alike and are not.

IDs of rows that were merged lead to the row that stayed.
"""

from django.db import models
from django.db.models import F, Q

from .fields import MAX_NAME_KEY

#: Maximum length of a key in characters: that of a topic has the keys of two names.
MAX_SYNONYM_KEY = MAX_NAME_KEY + 100


class Synonym(models.Model):
    """A name by which imports find a row that has another name now: it was merged, renamed, moved or retired.

    `kind` is that of the row's page (`site_links.former_names.KINDS`), `key` identifies the name (`items.synonyms`).
    `name` is the name as people write it, `row` the ID of the row that it stands for.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=MAX_SYNONYM_KEY)
    name = models.CharField(max_length=400)
    row = models.BigIntegerField()

    class Meta:
        ordering = ["kind", "name"]
        indexes = [models.Index(fields=["kind", "row"], name="synonym_row")]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="synonym_unique")]

    def __str__(self) -> str:
        return self.name


class MergedRow(models.Model):
    """A row of a `kind` of page that was merged: its ID was `former`, and `row` is the ID of the one that stayed.

    Forms that were open during the merge still send the former ID.
    """

    kind = models.CharField(max_length=16)
    former = models.BigIntegerField()
    row = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "row"], name="mergedrow_row")]
        constraints = [models.UniqueConstraint(fields=["kind", "former"], name="mergedrow_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.former} is {self.row}"


class DistinctNames(models.Model):
    """Two rows of one `kind` of page whose names look alike, and that an editor has called different ones.

    `first` and `second` are their IDs, the lower one first.
    """

    kind = models.CharField(max_length=16)
    first = models.BigIntegerField()
    second = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="distinctnames_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinctnames_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first} and {self.second}"
