"""Tests of the pages about topics, offerings, publishers, authors and tags."""
