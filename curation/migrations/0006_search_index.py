"""What searches look in: entries and words, and beside them each database's own full-text search."""

import django.db.models.deletion
from django.db import migrations, models

#: FTS5 tables that hold no text of their own. Triggers keep them as the rows are: these are replaced, never changed.
SQLITE = (
    """
    CREATE VIRTUAL TABLE curation_searchtext USING fts5(
        title, summary, facets, body,
        content='curation_searchentry', content_rowid='key', columnsize=0,
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE VIRTUAL TABLE curation_searchtitle USING fts5(
        title,
        content='curation_searchentry', content_rowid='key', columnsize=0, prefix='2 3 4',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE VIRTUAL TABLE curation_searchtrigram USING fts5(
        word,
        content='curation_searchword', content_rowid='id',
        tokenize='trigram'
    )
    """,
    """
    CREATE TRIGGER curation_searchentry_added AFTER INSERT ON curation_searchentry BEGIN
        INSERT INTO curation_searchtext(rowid, title, summary, facets, body)
        VALUES (new.key, new.title, new.summary, new.facets, new.body);
        INSERT INTO curation_searchtitle(rowid, title) VALUES (new.key, new.title);
    END
    """,
    """
    CREATE TRIGGER curation_searchentry_deleted AFTER DELETE ON curation_searchentry BEGIN
        INSERT INTO curation_searchtext(curation_searchtext, rowid, title, summary, facets, body)
        VALUES ('delete', old.key, old.title, old.summary, old.facets, old.body);
        INSERT INTO curation_searchtitle(curation_searchtitle, rowid, title) VALUES ('delete', old.key, old.title);
    END
    """,
    """
    CREATE TRIGGER curation_searchword_added AFTER INSERT ON curation_searchword BEGIN
        INSERT INTO curation_searchtrigram(rowid, word) VALUES (new.id, new.word);
    END
    """,
    """
    CREATE TRIGGER curation_searchword_deleted AFTER DELETE ON curation_searchword BEGIN
        INSERT INTO curation_searchtrigram(curation_searchtrigram, rowid, word) VALUES ('delete', old.id, old.word);
    END
    """,
)
SQLITE_AWAY = (
    "DROP TRIGGER curation_searchentry_added",
    "DROP TRIGGER curation_searchentry_deleted",
    "DROP TRIGGER curation_searchword_added",
    "DROP TRIGGER curation_searchword_deleted",
    "DROP TABLE curation_searchtext",
    "DROP TABLE curation_searchtitle",
    "DROP TABLE curation_searchtrigram",
)

#: Words as FTS5 sees them: no accents, no signs, Porter's stems, and none left out. Marks go in as they are. Long
#: columns are stored apart, so that walking many entries reads few pages.
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TEXT SEARCH DICTIONARY curation_porter (TEMPLATE = snowball, LANGUAGE = porter)",
    "CREATE TEXT SEARCH CONFIGURATION curation_search (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION curation_search ALTER MAPPING FOR asciiword, word WITH curation_porter",
    r"""
    CREATE FUNCTION curation_search_vector(VARIADIC fields text[]) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    DECLARE
        field text;
        vector tsvector := '';
    BEGIN
        FOREACH field IN ARRAY fields LOOP
            IF octet_length(field) > char_length(field) THEN
                field := normalize(regexp_replace(normalize(field, NFKD), '[\u0300-\u036f]+', '', 'g'), NFC);
                field := regexp_replace(field, '[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7'
                    '\u2000-\u206f\u20a0-\u20cf]+', ' ', 'g');
            END IF;
            field := regexp_replace(field, '[\u0001-/:-@\[-`{-\u007f]+', ' ', 'g');
            -- What nobody can type keeps the fields apart: no phrase begins in one and ends in the next.
            vector := vector || tsvector '''|'':1' || to_tsvector('curation_search', field);
        END LOOP;
        RETURN vector;
    END
    $$
    """,
    """
    CREATE FUNCTION curation_search_marks(facets text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT array_to_tsvector(string_to_array(facets, ' ')) $$
    """,
    """
    ALTER TABLE curation_searchentry
        SET (toast_tuple_target = 512),
        ADD COLUMN title_vector tsvector NOT NULL GENERATED ALWAYS AS (curation_search_vector(title)) STORED,
        ADD COLUMN head_vector tsvector NOT NULL GENERATED ALWAYS AS
            (curation_search_vector(title, summary) || curation_search_marks(facets)) STORED,
        ADD COLUMN text_vector tsvector NOT NULL GENERATED ALWAYS AS
            (curation_search_vector(title, summary, body) || curation_search_marks(facets)) STORED
    """,
    """
    CREATE INDEX searchentry_vectors ON curation_searchentry USING gin (title_vector, head_vector, text_vector)
    """,
    "CREATE INDEX searchword_trigrams ON curation_searchword USING gin (word gin_trgm_ops)",
)
POSTGRESQL_AWAY = (
    "DROP INDEX searchentry_vectors",
    "ALTER TABLE curation_searchentry DROP title_vector, DROP head_vector, DROP text_vector",
    "DROP FUNCTION curation_search_vector(text[]), curation_search_marks(text)",
    "DROP TEXT SEARCH CONFIGURATION curation_search",
    "DROP TEXT SEARCH DICTIONARY curation_porter",
)


def statements(sqlite, postgresql):
    """Return an operation's function that runs the statements of the database at hand."""

    def run(_apps, schema_editor):
        chosen = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
        for statement in chosen:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("curation", "0005_renditions_as_wide_as_the_picture")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entry",
                        to="curation.curateditem",
                    ),
                ),
                ("title", models.TextField()),
                ("summary", models.TextField()),
                ("facets", models.TextField()),
                ("body", models.TextField()),
            ],
            options={"ordering": ["-key"]},
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=64)),
                ("stem", models.CharField(blank=True, db_index=True, max_length=64)),
                ("facet", models.CharField(blank=True, db_index=True, max_length=32)),
            ],
            options={
                "ordering": ["word"],
                "constraints": [models.UniqueConstraint(fields=("word", "facet"), name="searchword_unique")],
            },
        ),
        migrations.RunPython(statements(SQLITE, POSTGRESQL), statements(SQLITE_AWAY, POSTGRESQL_AWAY)),
    ]
