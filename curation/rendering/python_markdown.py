"""Python-Markdown, with the extensions that Pelican switches on: for content that was written for it."""

import threading
from typing import Any

from markdown import Markdown

_EXTENSIONS = ["markdown.extensions.extra", "markdown.extensions.codehilite"]
_CONFIGS: dict[str, dict[str, Any]] = {
    "markdown.extensions.codehilite": {"use_pygments": False},
    "markdown.extensions.extra": {"tables": {"use_align_attribute": True}},
}
_local = threading.local()


def python_markdown_to_html(body: str) -> str:
    """Return the HTML of a body, not sanitised. Raises whatever Python-Markdown raises.

    The converter is left in the middle of something then, and is not used again.
    """
    if not hasattr(_local, "converter"):  # building one costs more than a short conversion
        _local.converter = Markdown(extensions=_EXTENSIONS, extension_configs=_CONFIGS, output_format="html")
    try:
        return _local.converter.reset().convert(body)  # type: ignore[no-any-return]
    except BaseException:
        del _local.converter
        raise
