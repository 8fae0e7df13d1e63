"""The flavour for content of Pelican: Python-Markdown with the extensions that Pelican enables."""

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
    """Return the HTML of a body, not sanitised. Raises any exception of Python-Markdown.

    After an exception the converter is discarded: its state is undefined.
    """
    if not hasattr(_local, "converter"):  # building one costs more than a short conversion
        _local.converter = Markdown(extensions=_EXTENSIONS, extension_configs=_CONFIGS, output_format="html")
    try:
        return _local.converter.reset().convert(body)  # type: ignore[no-any-return]
    except BaseException:
        del _local.converter
        raise
