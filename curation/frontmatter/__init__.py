"""The document format: read a file as an `ItemRecord`, and write a record into a file. Uses no database."""

from curation.frontmatter.reading.document import read
from curation.frontmatter.writing.file_text import FileText
from curation.frontmatter.writing.rewrite import RewrittenFile, compose, rewrite

from .record_json import from_json, to_json, to_json_value, to_text

__all__ = [
    "FileText",
    "RewrittenFile",
    "compose",
    "from_json",
    "read",
    "rewrite",
    "to_json",
    "to_json_value",
    "to_text",
]
