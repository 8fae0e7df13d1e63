"""A search reads all that waits to be put into a GIN index; after an import that was as much as the index's own answer."""

from django.db import migrations

SHORT = "ALTER INDEX searchentry_vectors SET (gin_pending_list_limit = 512)"
USUAL = "ALTER INDEX searchentry_vectors RESET (gin_pending_list_limit)"


def statement(sql):
    """Return an operation's function that runs a statement on PostgreSQL."""

    def run(_apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("curation", "0009_records_that_are_undone")]

    operations = [migrations.RunPython(statement(SHORT), statement(USUAL))]
