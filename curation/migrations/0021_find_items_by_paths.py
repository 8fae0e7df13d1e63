"""Indexes for the columns of 0020, apart from the rows that it writes."""

from django.db import migrations, models
from django.db.models import Q

UNNAMED = Q(external_id="", md_name="")


class Migration(migrations.Migration):
    dependencies = [("curation", "0020_paths_below_content")]

    operations = [
        migrations.AddIndex(
            "sourcedocument",
            models.Index(
                fields=["content_path"], condition=UNNAMED & ~Q(content_path=""), name="document_content_path"
            ),
        ),
        migrations.AddIndex(
            "sourcedocument",
            models.Index(fields=["given_slug"], condition=~Q(given_slug=""), name="document_given_slug"),
        ),
        migrations.AddIndex(
            "sourcedocument", models.Index(fields=["sha256"], condition=UNNAMED, name="document_sha256")
        ),
        migrations.AlterField(
            "vocabulary",
            "slug",
            models.SlugField(
                help_text="The name in addresses: letters of any script, digits, hyphens.", max_length=100
            ),
        ),
    ]
