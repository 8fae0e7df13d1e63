"""Summaries that were taken from the body become empty: readers get the start of the body as it is then.

A summary that the file of an item gives stays, even if it is the start of the body.
"""

from functools import lru_cache

from django.db import migrations, models
from django.db.models import Q

from curation.frontmatter import FileText
from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.split import join
from curation.markdown import excerpt, flavour_of, render

from ._batches import change_in_batches


def empty_automatic_summaries(apps, _schema_editor):
    items, documents, records = (
        apps.get_model("curation", name).objects for name in ("CuratedItem", "SourceDocument", "ImportRecord")
    )
    # In this order: each of the latter two keeps the summaries that the documents have then.
    change_in_batches(documents.all(), ["record"], empty_of_document)
    own = dict(documents.filter(is_primary=True).exclude(record__summary="").values_list("item", "record__summary"))
    change_in_batches(
        items.exclude(summary="").only("summary", "body_text"), ["summary"], lambda item: empty_of_item(item, own)
    )
    of_changes = records.filter(Q(before__has_key="record") | Q(after__has_key="record"))
    change_in_batches(of_changes, ["before", "after"], lambda record: empty_of_change(record, own))


def empty_of_document(document):
    return not file_summary(document) and empty(document.record)


def file_summary(document):
    """Return the summary that a file gives, or ""."""
    if not document.record.get("summary"):
        return ""
    body = document.raw_body or document.record["body"]
    data = join(document.opening, document.front_matter, document.closing, body)
    try:
        return FileText(data, document.content_path, document.inherited).record.summary
    except Rejected:
        return ""


def empty_of_item(item, own):
    is_automatic = item.summary == excerpt(item.body_text) and item.summary != own.get(item.pk)
    item.summary = "" if is_automatic else item.summary
    return is_automatic


def empty_of_change(record, own):
    states = (record.before or {}, record.after or {})
    values = [state[name] for state in states for name in ("record", "document") if name in state]
    return any([empty(value) for value in values if value.get("summary") != own.get(record.item_id)])


def empty(record):
    """Empty the summary of a record that is the start of its body; return whether it was."""
    summary = record.get("summary")
    if not summary or summary != body_excerpt(record["body"], record.get("flavour")):
        return False
    record["summary"] = ""
    return True


@lru_cache(maxsize=100)  # the states before and after a change usually have one body
def body_excerpt(body, flavour):
    return excerpt(render(body, flavour_of(flavour)).text)


class Migration(migrations.Migration):
    dependencies = [("curation", "0030_upload_slots")]

    operations = [
        migrations.AlterField(
            "curateditem",
            "summary",
            models.TextField(
                blank=True,
                help_text="One to three sentences. Left empty, readers get the start of the body, as it is then.",
            ),
        ),
        migrations.RunPython(empty_automatic_summaries, migrations.RunPython.noop),
    ]
