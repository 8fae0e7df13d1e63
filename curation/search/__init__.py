"""Full-text search: FTS5 on SQLite, `tsvector` on PostgreSQL, behind one interface. See `docs/search.md`."""
