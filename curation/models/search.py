"""The search index: a copy of searchable texts, from which the database builds its full-text index.

Only `curation.search` writes rows; it replaces them, and never updates one. Migrations add what the full-text search of
each database needs: FTS5 tables filled by triggers on SQLite, generated columns on PostgreSQL.
"""

from django.db import models

from .items import CuratedItem


class SearchEntry(models.Model):
    """An item outside the bin. `key` sorts as `newest_first()` does; `facets` are its tokens.

    Readers' searches read the keys of published and scheduled items alone (`search.facet_tokens`).

    Texts are prepared for the databases' tokenisers (`search.words.indexed()`), and not for display. The long column
    comes last: to read a column, SQLite reads all columns before it.
    """

    # A `BigAutoField` primary key is SQLite's rowid, by which FTS5 sorts.
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
    """A word of the name of the topic, offering, publisher, author or tag with the token `facet`.

    A blank `facet` marks a word of titles. Such words are kept when their titles are deleted: a search proposes only
    words that find something.
    """

    word = models.CharField(max_length=64)
    stem = models.CharField(max_length=64, blank=True, db_index=True)
    facet = models.CharField(max_length=32, blank=True, db_index=True)

    class Meta:
        ordering = ["word"]
        constraints = [models.UniqueConstraint(fields=["word", "facet"], name="searchword_unique")]

    def __str__(self) -> str:
        return self.word
