"""Changing many rows in batches, for migrations of data."""

BATCH = 200


def change_in_batches(rows, columns, change):
    """Call `change(row)` for all rows in the order of their keys, and save `columns` of those for which it is true."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        rows.model.objects.bulk_update([row for row in batch if change(row)], columns)
