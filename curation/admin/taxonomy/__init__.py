"""Pages about the rows that items refer to: merges, alike names, and topics that are moved, retired or equivalent."""
