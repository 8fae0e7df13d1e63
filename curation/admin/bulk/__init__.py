"""Bulk actions of the item list: their menu, the page that asks for confirmation, progress, undo, and their list."""
