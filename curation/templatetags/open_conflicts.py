"""What an item's page in the admin says of the conflicts that are open on it."""

from typing import Any

from django import template

from curation.models import CuratedItem

register = template.Library()


@register.inclusion_tag("admin/curation/conflict/notice.html")
def open_conflicts(item: CuratedItem | None) -> dict[str, Any]:
    """Show how many conflicts are open, with a link to them; nothing where there are none."""
    return {"item": item, "conflicts": item.conflicts.count() if item else 0}
