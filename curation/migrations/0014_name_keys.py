"""A column for the key of each name, and a table of tags that has one, too. 0015 fills them, 0016 makes them unique."""

from django.db import migrations, models


def drop_triggers(_apps, schema_editor):
    """Drop the triggers of taggit's table: it is no content any more."""
    ending = ' ON "taggit_tag"' if schema_editor.connection.vendor == "postgresql" else ""
    for event in ("insert", "update", "delete"):
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "taggit_tag_{event}_renews_version"{ending}')


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0013_items_that_expire"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(drop_triggers, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_key", models.CharField(default="", editable=False, max_length=900)),
                ("name", models.CharField(max_length=100)),
                (
                    "slug",
                    models.SlugField(allow_unicode=True, help_text="The address: /tag/…/.", max_length=100),
                ),
            ],
            options={"ordering": ["name_key"]},
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(fields=("slug",), name="tag_slug_unique"),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                fields=("name_key",),
                name="tag_name_unique",
                violation_error_code="same-name",
                violation_error_message="There is a tag of this name already.",
            ),
        ),
        migrations.RemoveConstraint(model_name="author", name="author_name_unique"),
        migrations.RemoveConstraint(model_name="topic", name="topic_label_unique"),
        migrations.RemoveConstraint(model_name="vocabulary", name="vocabulary_name_unique"),
        *(
            migrations.AddField(name, "name_key", models.CharField(default="", editable=False, max_length=900))
            for name in ("author", "offering", "publisher", "topic", "vocabulary")
        ),
    ]
