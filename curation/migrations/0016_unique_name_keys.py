"""One row a name, held by the database; items have the tags of the new table, and the old one is left empty."""

import django.db.models.deletion
import taggit.managers
from django.db import migrations, models

from . import _tags

UNIQUE = {
    "author": ("author_name_unique", ("name_key",), "There is an author of this name already."),
    "topic": ("topic_label_unique", ("vocabulary", "name_key"), "This vocabulary has a topic of this label already."),
    "vocabulary": ("vocabulary_name_unique", ("name_key",), "There is a vocabulary of this name already."),
}


def empty_old_table(apps, _schema_editor):
    apps.get_model("taggit", "Tag").objects.all().delete()


def put_tags_back(apps, _schema_editor):
    """Copy the tags back to taggit's table."""
    old, new = apps.get_model("taggit", "Tag"), apps.get_model("curation", "Tag")
    rows = [old(pk=row.pk, name=row.name, slug=row.slug) for row in new.objects.order_by("pk")]
    old.objects.bulk_create(rows, batch_size=1000)
    _tags.reset_ids(old)
    _tags.move_content_type(apps, "curation", "taggit")


class Migration(migrations.Migration):
    dependencies = [("curation", "0015_one_row_a_name")]

    operations = [
        migrations.AlterModelOptions("topic", {"ordering": ["vocabulary__name_key", "name_key"]}),
        migrations.AlterModelOptions("vocabulary", {"ordering": ["name_key"], "verbose_name_plural": "vocabularies"}),
        migrations.AddIndex("offering", models.Index(fields=["name_key"], name="offering_name_key")),
        migrations.AddIndex("publisher", models.Index(fields=["name_key"], name="publisher_name_key")),
        *(
            migrations.AddConstraint(
                model,
                models.UniqueConstraint(
                    fields=fields, name=name, violation_error_code="same-name", violation_error_message=message
                ),
            )
            for model, (name, fields, message) in UNIQUE.items()
        ),
        migrations.AlterField(
            "curateditem",
            "tags",
            taggit.managers.TaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="curation.ItemTag",
                to="curation.Tag",
                verbose_name="Tags",
            ),
        ),
        migrations.AlterField(
            "itemtag",
            "tag",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="itemtags", to="curation.tag"
            ),
        ),
        migrations.RunPython(empty_old_table, put_tags_back),
    ]
