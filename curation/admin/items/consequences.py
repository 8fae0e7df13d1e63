"""The meaning of a saved item for readers, as a message to the editor."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.links import edit_link
from curation.admin_site.times import desk_time, zone_name
from curation.models import CuratedItem

Status = CuratedItem.Status


def saved_message(item: CuratedItem) -> SafeString:
    """Return the message about an item that was saved: “Saved “A story”. Goes live Fri 27 Nov, 9:00 New York.”"""
    if item.status == Status.DRAFT:
        return format_html("Saved “{}” as a draft.", edit_link(item))
    return format_html("Saved “{}”. {}", edit_link(item), _meaning(item))


def _meaning(item: CuratedItem) -> SafeString | str:
    if item.status == Status.REVIEW:
        return "It is approved: a publisher can publish it." if item.approved_at else "It waits for review."
    return consequence(item) or "It is archived: readers do not see it."


def consequence(item: CuratedItem) -> SafeString | None:
    """Return when readers see a published item, in the active time zone; `None` for an item that is not published.

    “Goes live Fri 27 Nov, 9:00 New York, until 31 Dec 2027, 17:00.”
    """
    if item.listed_at is None:
        return None
    if item.has_expired:
        return format_html("Readers see it no longer: it expired {} {}.", desk_time(item.expires_at), zone_name())  # type: ignore[arg-type]  # it has
    until = format_html(", until {}", desk_time(item.expires_at)) if item.expires_at else ""
    verb = "Live since" if item.is_live else "Goes live"
    return format_html("{} {} {}{}.", verb, desk_time(item.listed_at), zone_name(), until)
