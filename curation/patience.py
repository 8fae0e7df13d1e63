"""Rendering what somebody just wrote, in another process and with an end: no body may keep the site from answering."""

from curation.importing.workers import FILE_SECONDS
from curation.isolation import LimitExceeded, run_isolated
from curation.rendering import Flavour, Rendered, render

#: Characters that a body may have.
MAX_BODY = 1_000_000
#: A body of so many characters cannot take long (`[` a thousand times, a quarter of a second).
SHORT = 1_000
#: Memory that rendering one may take.
MEGABYTES = 1_000


class TooMuch(Exception):
    """A body that is not rendered; the message says why and what to do."""


def render_in_time(body: str, flavour: Flavour = "commonmark") -> Rendered:
    """Render a body. Raises `TooMuch` where it is too long, or takes too long."""
    if len(body) > MAX_BODY:
        raise TooMuch(f"The body has more than {MAX_BODY:,} characters; shorten it.")
    return render(body, flavour) if len(body) <= SHORT else _render_elsewhere(body, flavour)


def _render_elsewhere(body: str, flavour: Flavour) -> Rendered:
    try:
        return run_isolated(render, body, flavour, seconds=FILE_SECONDS, megabytes=MEGABYTES)
    except LimitExceeded:
        advice = "simplify it, its brackets and nesting first"
        raise TooMuch(f"The body takes longer than {FILE_SECONDS} s to render; {advice}.") from None
