"""Names in composed form (NFC), each with its key; where two rows have one name, the older stays, with what both had."""

from unicodedata import normalize

from django.db import migrations

from . import _tags
from curation.lib.names import name_key

BATCH_SIZE = 1000
#: What editors write of a row beside its name.
WRITTEN = ("description", "url", "bio")
#: The letters of marks in the search index (curation.search.facet_tokens).
LETTERS = {"Topic": "t", "Vocabulary": "v", "Offering": "o", "Publisher": "p", "Author": "a", "Tag": "g"}


def fill(apps, _schema_editor):
    """Give every row its key, and merge those of one name. Vocabularies go first: their topics meet."""
    models = {name: apps.get_model("curation", name) for name in (*LETTERS, "ItemTopic", "ItemAuthor", "ItemTag")}
    through = models["Offering"].topics.through
    gone = {}
    gone |= merge(models["Vocabulary"], {models["Topic"]: ("vocabulary_id", None)})
    gone |= merge(
        models["Topic"],
        {models["ItemTopic"]: ("topic_id", "item_id"), through: ("topic_id", "offering_id")},
        name="label",
        within="vocabulary_id",
    )
    gone |= merge(models["Author"], {models["ItemAuthor"]: ("author_id", "item_id")})
    gone |= move_tags(apps, models)
    for name in ("Offering", "Publisher"):
        save(models[name], list(models[name].objects.order_by("pk")), "name")
    for (name, old), new in gone.items():
        reindex(apps, f":{LETTERS[name]}{old}", f":{LETTERS[name]}{new}")


def merge(model, relations, name="name", within=None):
    """Merge rows of one name; return, by model name and id, which row took the place of each that is gone.

    `relations` are the models that refer to it, with the column that does, and the one beside which it is unique.
    """
    kept, gone = {}, {}
    for row in model.objects.order_by("pk"):
        first = kept.setdefault((getattr(row, within) if within else 0, name_key(getattr(row, name))), row)
        if first is not row:
            gone[model.__name__, row.pk] = first.pk
            take_over(first, row)
    for (_model, old), new in gone.items():
        for relation, (column, beside) in relations.items():
            repoint(relation, column, old, new, beside)
    model.objects.filter(pk__in=[pk for _model, pk in gone]).delete()
    save(model, list(kept.values()), name, *columns_of(model, WRITTEN))
    return gone


def take_over(first, other):
    """Give a row what was written of another one of its name, and not of itself."""
    for column in columns_of(first, WRITTEN):
        setattr(first, column, getattr(first, column) or getattr(other, column))


def columns_of(model, names):
    return [field.name for field in model._meta.fields if field.name in names]


def repoint(relation, column, old, new, beside):
    """Have rows that refer to one row refer to another, unless there is one beside them that does."""
    rows = relation.objects.filter(**{column: old})
    if beside:
        there = list(relation.objects.filter(**{column: new}).values_list(beside, flat=True))
        rows.filter(**{f"{beside}__in": there}).delete()
    rows.update(**{column: new})


def save(model, rows, name, *others):
    """Write names in composed form, their keys, and other columns."""
    for row in rows:
        setattr(row, name, normalize("NFC", getattr(row, name)))
        row.name_key = name_key(getattr(row, name))
    model.objects.bulk_update(rows, [name, "name_key", *others], batch_size=BATCH_SIZE)


def move_tags(apps, models):
    """Copy the tags of taggit's table, with their ids, merged; return as `merge()` does."""
    kept, gone = {}, {}
    for row in apps.get_model("taggit", "Tag").objects.order_by("pk"):
        first = kept.setdefault(name_key(row.name), row)
        if first is not row:
            gone["Tag", row.pk] = first.pk
            repoint(models["ItemTag"], "tag_id", row.pk, first.pk, "content_object_id")
    copies = [
        models["Tag"](pk=row.pk, name=normalize("NFC", row.name), slug=row.slug, name_key=key)
        for key, row in kept.items()
    ]
    models["Tag"].objects.bulk_create(copies, batch_size=BATCH_SIZE)
    _tags.reset_ids(models["Tag"])
    _tags.move_content_type(apps, "taggit", "curation")
    return gone


def reindex(apps, old, new):
    """Have the search index name the row that took the place of another."""
    entries, words = apps.get_model("curation", "SearchEntry"), apps.get_model("curation", "SearchWord")
    words.objects.filter(facet=old).delete()
    for entry in entries.objects.filter(facets__contains=old):
        marks = entry.facets.split(" ")
        if old in marks:
            entry.facets = " ".join(dict.fromkeys(new if mark == old else mark for mark in marks))
            entries.objects.filter(pk=entry.pk).delete()  # the full-text index follows rows made and deleted alone
            entry.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0014_name_keys"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
