"""The site paths of pictures that have none from a file, and where such a path is below a folder of static files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from curation.markdown import one_line
from curation.models import Image

#: Maximum number of bytes of a file name on common file systems.
MAX_NAME_BYTES = 255


def static_path(href: str) -> str:
    """Return the path below `static/` at which an import finds a site path or file name, or "".

    >>> static_path("/img/x.jpg")
    'img/x.jpg'
    """
    path = PurePosixPath(href.lstrip("/"))
    is_inside = not re.search(r"[\\\x00]", href) and ".." not in path.parts
    fits = all(len(part.encode()) <= MAX_NAME_BYTES for part in path.parts)
    return str(path) if is_inside and fits and path.parts else ""


def picture_href(image: Image) -> str:
    """Return a site path for a picture without one, unique by the picture's content."""
    name = image.original_name
    is_name = re.fullmatch(r"[^/\\]{1,200}", name) and static_path(name) and name == one_line(name)
    return f"/images/{image.sha256[:16]}/{name if is_name else 'picture' + PurePosixPath(image.file.name).suffix}"
