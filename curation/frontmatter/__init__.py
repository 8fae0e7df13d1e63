"""The document format: front matter and body in, `ItemRecord` out. Knows files' text, never the database."""

from .reading import read
from .serialise import from_json, plain, to_json

__all__ = ["from_json", "plain", "read", "to_json"]
