"""The editors' side: Django's admin, one subject a module."""

from . import credits, images, items, offerings, redirects, topics  # noqa: A004, F401
