"""Documents know the path below the content folder and the slug that they give, which tell which item a file is."""

import re

from django.db import migrations, models

BATCH_SIZE = 500
#: The slug or address of front matter in YAML, TOML or JSON, as far as a pattern can tell.
GIVEN = {
    key: re.compile(rf'^(?:{key}|\s*"{key}")[ \t]*[:=][ \t]*["\']?([^"\'\s,#]+)', re.MULTILINE | re.IGNORECASE)
    for key in ("slug", "url")
}


def fill(apps, _schema_editor):
    """Fill the new columns as the files were read. The next import that reads a file corrects them."""
    documents = apps.get_model("curation", "SourceDocument").objects
    batch = []
    for row in documents.only("path", "front_matter", "record").order_by("pk").iterator(BATCH_SIZE):
        _before, content, below = row.path.rpartition("/content/")
        row.content_path = below if content else row.path.rpartition("/")[2]
        row.given_slug = given_by(row)
        batch.append(row)
        if len(batch) == BATCH_SIZE:
            documents.bulk_update(batch, ["content_path", "given_slug"])
            batch = []
    documents.bulk_update(batch, ["content_path", "given_slug"])


def given_by(row):
    if GIVEN["slug"].search(row.front_matter):
        return row.record.get("slug", "")
    url = GIVEN["url"].search(row.front_matter)
    path = re.sub(r"^https?://[^/]+", "", url[1]).rstrip("/") if url else ""
    return path[:500] if path.startswith("/") and "?" not in path else ""


class Migration(migrations.Migration):
    dependencies = [("curation", "0019_index_anew_by_folded_words")]

    operations = [
        migrations.RemoveField("sourcedocument", "inner_path"),
        migrations.AddField(
            "sourcedocument",
            "content_path",
            models.CharField(blank=True, default="", help_text="The path below the content folder.", max_length=1000),
        ),
        migrations.AddField(
            "sourcedocument",
            "given_slug",
            models.CharField(
                blank=True, default="", help_text="The slug, or else the address, that it gives.", max_length=500
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
