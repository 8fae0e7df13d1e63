"""What happens to an import when things go wrong, tried for real: `make drill`. See docs/drills.md."""
