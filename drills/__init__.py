"""Drills: provoke real failures of imports (`make drill`). See docs/drills.md."""
