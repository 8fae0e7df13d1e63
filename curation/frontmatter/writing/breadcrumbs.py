"""The writer of the breadcrumb trail."""

from __future__ import annotations

from typing import Any

from curation.frontmatter.reading.breadcrumbs import trail_ends_at_item
from curation.frontmatter.record import Crumb

from .file_text import FileText
from .texts import as_prose


def write_breadcrumbs(file: FileText, crumbs: tuple[Crumb, ...]) -> None:
    """Write the trail. The item itself follows where it did before, or where the last step has no link.

    Without that, such a step would be read as the item, and be left out.
    """
    labels: list[Any] = [value for _key, value in file.current.entries("breadcrumbs")]
    had_item = trail_ends_at_item(file.current)
    item_label = labels[-1] if had_item else as_prose(file.current.fields["title"])
    steps = [(as_prose(crumb.label), crumb.path) for crumb in crumbs]
    if had_item or (crumbs and not crumbs[-1].path):
        steps.append((item_label, ""))
    file.set("breadcrumbs", [label for label, _path in steps])
    file.set("breadcrumbLinks", [path for _label, path in steps])
