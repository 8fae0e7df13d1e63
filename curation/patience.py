"""Rendering what somebody just wrote, in another process and with an end: no body may keep the site from answering."""

from multiprocessing.connection import Connection

from curation.importing.workers import CONTEXT, FILE_SECONDS
from curation.rendering import Rendered, render

#: Characters that a body may have.
MAX_BODY = 1_000_000
#: A body of so many characters cannot take long (`[` a thousand times, a quarter of a second).
SHORT = 1_000


class TooMuch(Exception):
    """A body that is not rendered; the message says why and what to do."""


def render_in_time(body: str) -> Rendered:
    """Render a body. Raises `TooMuch` where it is too long, or takes too long."""
    if len(body) > MAX_BODY:
        raise TooMuch(f"The body has more than {MAX_BODY:,} characters; shorten it.")
    return render(body) if len(body) <= SHORT else _render_elsewhere(body)


def _render_elsewhere(body: str) -> Rendered:
    reader, writer = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_send, args=(writer, body), daemon=True)
    process.start()
    writer.close()
    try:
        if reader.poll(FILE_SECONDS):
            rendered: Rendered = reader.recv()
            return rendered
    except EOFError:
        pass  # it ended without a word: the memory was not enough
    finally:
        process.kill()
        process.join()
        reader.close()
    raise TooMuch(
        f"The body takes longer than {FILE_SECONDS} s to render; simplify it, its brackets and nesting first."
    )


def _send(writer: Connection, body: str) -> None:
    writer.send(render(body))
