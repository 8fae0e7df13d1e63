"""The document format: a file in, an `ItemRecord` out, and back. Knows files' text, never the database."""

from .file_text import FileText
from .reading import read
from .serialise import from_json, plain, to_json, to_text
from .write import Written, compose, rewrite

__all__ = ["FileText", "Written", "compose", "from_json", "plain", "read", "rewrite", "to_json", "to_text"]
