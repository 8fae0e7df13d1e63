"""Cleaning the stored links to other sites, and making their keys again: for migrations after a change of link rules."""

from django.db.models import Q

from curation.lib.web_urls import url_key, without_tracking

from ._batches import change_in_batches

LINKS = ("source_url", "source_url_original", "via_url")


def clean_links(apps, _schema_editor):
    """Clean the links of items, and those of the records by which imports and undos compare items."""
    items, documents, changes, conflicts = (
        apps.get_model("curation", name).objects
        for name in ("CuratedItem", "SourceDocument", "ImportRecord", "Conflict")
    )
    with_links = items.exclude(source_url="", via_url="").only(*LINKS, "source_url_key")
    change_in_batches(with_links, [*LINKS, "source_url_key"], clean_item)
    columns = ["source_url", "source_url_key", "record"]
    change_in_batches(documents.only(*columns), columns, clean_document)
    with_states = changes.filter(Q(before__has_key="record") | Q(after__has_key="record")).only("before", "after")
    change_in_batches(with_states, ["before", "after"], clean_change)
    change_in_batches(conflicts.filter(field__in=("source_url", "via_url")), ["base", "theirs", "ours"], clean_conflict)


def clean_item(item):
    links = {name: getattr(item, name) for name in LINKS}
    is_cleaned = clean(links)
    for name, link in links.items():
        setattr(item, name, link)
    return any([is_cleaned, renew_key(item)])


def clean_document(document):
    found, document.source_url = document.source_url, without_tracking(document.source_url)
    return any([found != document.source_url, renew_key(document), clean(document.record)])


def clean_change(change):
    states = (change.before or {}, change.after or {})
    return any([clean(state[name]) for state in states for name in ("record", "document") if name in state])


def clean_conflict(conflict):
    found = (conflict.base, conflict.theirs, conflict.ours)
    cleaned = [without_tracking(link) if isinstance(link, str) else link for link in found]
    conflict.base, conflict.theirs, conflict.ours = cleaned
    return cleaned != [*found]


def renew_key(row):
    old, row.source_url_key = row.source_url_key, url_key(row.source_url)
    return old != row.source_url_key


def clean(record):
    """Clean the links of a record, and keep the source link as it was found; return whether any has changed."""
    found = record.get("source_url") or ""
    links = {"source_url": without_tracking(found), "via_url": without_tracking(record.get("via_url") or "")}
    if links["source_url"] != found:
        links["source_url_original"] = record.get("source_url_original") or found
    changed = {name: link for name, link in links.items() if link != (record.get(name) or "")}
    record.update(changed)
    return bool(changed)
