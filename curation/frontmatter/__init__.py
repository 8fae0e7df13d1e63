"""The document format: front matter and body in, `ItemRecord` out. Knows files' text, never the database."""
