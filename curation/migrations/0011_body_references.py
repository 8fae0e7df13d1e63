import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from curation.markdown.references import page_name

BATCH = 1000


def fill_page_names(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each document the name that links find it by. Links themselves come with `manage.py render_bodies`."""
    documents = apps.get_model("curation", "SourceDocument").objects.exclude(path="").order_by("pk").only("path")
    last = 0
    while rows := list(documents.filter(pk__gt=last)[:BATCH]):
        for row in rows:
            row.page_name = page_name(row.path)
        documents.model.objects.bulk_update(rows, ["page_name"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0010_short_pending_list"),
    ]

    operations = [
        migrations.CreateModel(
            name="BodyReference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("picture", "Picture"), ("link", "Link"), ("crumb", "Breadcrumb")], max_length=8
                    ),
                ),
                ("href", models.TextField(verbose_name="as written")),
                ("name", models.CharField(blank=True, max_length=255)),
                ("document", models.CharField(blank=True, max_length=200)),
                ("page", models.CharField(blank=True, max_length=32)),
                ("key", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "verbose_name": "link",
                "verbose_name_plural": "links that lead nowhere",
                "ordering": ["item", "id"],
            },
        ),
        migrations.AddField(
            model_name="sourcedocument",
            name="page_name",
            field=models.CharField(blank=True, editable=False, help_text="What links find it by.", max_length=255),
        ),
        migrations.AddIndex(
            model_name="sourcedocument",
            index=models.Index(
                condition=models.Q(("page_name", ""), _negated=True), fields=["page_name"], name="document_page_name"
            ),
        ),
        migrations.AddField(
            model_name="bodyreference",
            name="image",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="references",
                to="curation.image",
            ),
        ),
        migrations.AddField(
            model_name="bodyreference",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="references", to="curation.curateditem"
            ),
        ),
        migrations.AddField(
            model_name="bodyreference",
            name="target",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="referred_by",
                to="curation.curateditem",
            ),
        ),
        migrations.AddIndex(
            model_name="bodyreference",
            index=models.Index(
                condition=models.Q(("image__isnull", False)), fields=["image"], name="bodyreference_image"
            ),
        ),
        migrations.AddIndex(
            model_name="bodyreference",
            index=models.Index(
                condition=models.Q(("target__isnull", False)), fields=["target"], name="bodyreference_target"
            ),
        ),
        migrations.AddIndex(
            model_name="bodyreference",
            index=models.Index(
                condition=models.Q(("document", ""), _negated=True), fields=["document"], name="bodyreference_document"
            ),
        ),
        migrations.AddIndex(
            model_name="bodyreference",
            index=models.Index(
                condition=models.Q(("target__isnull", True), models.Q(("name", ""), _negated=True)),
                fields=["name"],
                name="bodyreference_unresolved",
            ),
        ),
        migrations.AddIndex(
            model_name="bodyreference",
            index=models.Index(
                condition=models.Q(("document", ""), ("image__isnull", True), ("target__isnull", True)),
                fields=["id"],
                name="bodyreference_neither",
            ),
        ),
        migrations.RunPython(fill_page_names, migrations.RunPython.noop, elidable=True),
    ]
