"""Render a body in a child process with a timeout, so that no body can hang a request."""

from curation.lib.subprocess_timeout import LimitExceeded, run_in_subprocess

from . import Flavour, Rendered, render

#: Maximum number of characters of a body.
MAX_BODY = 1_000_000
#: Maximum number of characters of a body that is rendered in this process. The slowest takes a quarter of a second.
MAX_SHORT_BODY = 1_000
#: Timeout for one body, or one file of an import, in seconds. An ordinary body takes two milliseconds.
RENDER_SECONDS = 5
#: Memory limit of the child process in megabytes.
MAX_MEGABYTES = 1_000


class RenderTimeout(Exception):
    """A body is too long or takes too long to render. The message, for editors, gives the reason and what to do."""


def render_with_timeout(body: str, flavour: Flavour = "commonmark") -> Rendered:
    """Render a body. Raises `RenderTimeout`."""
    if len(body) > MAX_BODY:
        raise RenderTimeout(f"The body has more than {MAX_BODY:,} characters; shorten it.")
    return render(body, flavour) if len(body) <= MAX_SHORT_BODY else _render_in_subprocess(body, flavour)


def _render_in_subprocess(body: str, flavour: Flavour) -> Rendered:
    try:
        return run_in_subprocess(render, body, flavour, seconds=RENDER_SECONDS, megabytes=MAX_MEGABYTES)
    except LimitExceeded:
        advice = "simplify it, its brackets and nesting first"
        raise RenderTimeout(f"The body takes longer than {RENDER_SECONDS} s to render; {advice}.") from None
