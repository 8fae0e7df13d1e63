"""The editors' side: Django's admin, one subject a module."""

from . import (  # noqa: F401
    conflicts,
    credits,  # noqa: A004
    images,
    import_records,
    imports,
    items,
    links,
    offerings,
    redirects,
    topics,
)
