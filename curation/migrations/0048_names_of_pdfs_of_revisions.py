"""Name the stored PDF that each revision can give back, a batch a transaction, so that the site can be used meanwhile."""

from django.db import migrations

from ._batches import change_in_batches


def name_pdf(revision):
    before, after = revision.changes.get("pdf", ("", ""))
    revision.pdf = (before if revision.is_applied else after) or ""
    return bool(revision.pdf)


def name_pdfs(apps, _editor):
    change_in_batches(apps.get_model("curation", "Revision").objects, ["pdf"], name_pdf)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("curation", "0047_pdfs_of_revisions")]

    operations = [migrations.RunPython(name_pdfs, migrations.RunPython.noop)]
