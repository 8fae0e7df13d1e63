"""Passwords: limits on guessing, one hash at a time, and which new ones are accepted."""
