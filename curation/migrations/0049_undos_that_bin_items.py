"""Undos of imports move items to the bin: rename the keys of the plans and results of those that deleted them."""

from functools import partial

from django.db import migrations

from ._batches import change_in_batches

NEW_NAMES = {"deleted": "binned", "deleted_records": "binned_records"}
OLD_NAMES = {new: old for old, new in NEW_NAMES.items()}


def rename_keys(names, undo):
    for column in ("plan", "result"):
        if value := getattr(undo, column):
            setattr(undo, column, {names.get(key, key): part for key, part in value.items()})
    return bool(undo.plan or undo.result)


def rename(apps, _editor, names=NEW_NAMES):
    change_in_batches(apps.get_model("curation", "ImportUndo").objects, ["plan", "result"], partial(rename_keys, names))


class Migration(migrations.Migration):
    dependencies = [("curation", "0048_names_of_pdfs_of_revisions")]

    operations = [migrations.RunPython(rename, partial(rename, names=OLD_NAMES))]
