from django.db import migrations

from curation.lib.web_urls import url_key


def compare_routes(apps, schema_editor):
    """Make the keys again of links whose fragment names a page (`#!/app/1`): `url_key()` left it out before."""
    for name in ("CuratedItem", "SourceDocument"):
        model = apps.get_model("curation", name)
        for mark in ("#!", "#/"):
            rows = model.objects.filter(source_url__contains=mark).values_list("pk", "source_url")
            for pk, url in list(rows):
                model.objects.filter(pk=pk).update(source_url_key=url_key(url))


class Migration(migrations.Migration):

    dependencies = [
        ("curation", "0011_body_references"),
    ]

    operations = [migrations.RunPython(compare_routes, migrations.RunPython.noop)]
