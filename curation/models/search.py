"""What searches look in: a copy of what readers may find, that the database makes its full-text index from.

Rows are written by `curation.search` alone, and replaced, never changed. Migrations give each database what its own
full-text search needs beside them: FTS5 tables that triggers fill on SQLite, generated columns on PostgreSQL.
"""

from django.db import models

from .items import CuratedItem


class SearchEntry(models.Model):
    """A published item, or one due to be: `key` sorts as `newest_first()` does, `facets` names what it is about.

    Its texts are for the databases to divide into words (`search.words.indexed()`), and not to be shown.

    The long column comes last: to read a column, SQLite walks through all those before it.
    """

    # Of the keys that Django knows, this one is the row's own number on SQLite, which FTS5 sorts by.
    key = models.BigAutoField(primary_key=True)
    item = models.OneToOneField(CuratedItem, on_delete=models.CASCADE, related_name="search_entry")
    title = models.TextField()
    summary = models.TextField()
    facets = models.TextField()
    body = models.TextField()

    class Meta:
        ordering = ["-key"]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word of a topic's, an offering's, a publisher's, an author's or a tag's name, which `facet` tells.

    Where `facet` is blank, a word of titles: these stay when a title goes, for they are only proposed where they find
    something.
    """

    word = models.CharField(max_length=64)
    stem = models.CharField(max_length=64, blank=True, db_index=True)
    facet = models.CharField(max_length=32, blank=True, db_index=True)

    class Meta:
        ordering = ["word"]
        constraints = [models.UniqueConstraint(fields=["word", "facet"], name="searchword_unique")]

    def __str__(self) -> str:
        return self.word
