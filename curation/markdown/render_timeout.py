"""Render a body in a child process with a timeout, so that no body can hang a request."""

from curation.lib.fork_server import ChildKilled
from curation.lib.subprocess_timeout import LimitExceeded, NoSlot, available_cores, run_in_subprocess, slot

from . import Flavour, Rendered, render

#: Maximum number of characters of a body.
MAX_BODY = 1_000_000
#: Maximum number of characters of a body that is rendered in this process. The slowest takes a quarter of a second.
MAX_SHORT_BODY = 1_000
#: Timeout for one body, or one file of an import, in seconds. An ordinary body takes two milliseconds.
RENDER_SECONDS = 5
#: Memory limit of the child process in megabytes.
MAX_MEGABYTES = 1_000
#: Seconds to wait for other bodies. One core is left to readers.
MAX_WAIT_SECONDS = 15


class RenderTimeout(Exception):
    """A body is too long or takes too long to render. The message, for editors, gives the reason and what to do."""


def render_with_timeout(body: str, flavour: Flavour = "commonmark") -> Rendered:
    """Render a body. Raises `RenderTimeout`."""
    if len(body) > MAX_BODY:
        raise RenderTimeout(f"The body has more than {MAX_BODY:,} characters; shorten it.")
    return render(body, flavour) if len(body) <= MAX_SHORT_BODY else _render_in_subprocess(body, flavour)


def _render_in_subprocess(body: str, flavour: Flavour) -> Rendered:
    try:
        with slot("bodies", max(1, available_cores() - 1), MAX_WAIT_SECONDS):
            return run_in_subprocess(render, body, flavour, seconds=RENDER_SECONDS, megabytes=MAX_MEGABYTES)
    except LimitExceeded:
        advice = "simplify it, its brackets and nesting first"
        raise RenderTimeout(f"The body takes longer than {RENDER_SECONDS} s to render; {advice}.") from None
    except NoSlot:
        raise RenderTimeout("Other bodies are rendered for a long time; try again in a minute.") from None
    except ChildKilled as killed:
        raise RenderTimeout(f"The body cannot be rendered: {killed}; try again in a minute.") from killed
