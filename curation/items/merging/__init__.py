"""Merges of rows that items refer to: topics, offerings, publishers, authors or tags become one of them.

One engine serves all models. `mergeable` declares what each needs, `effect` moves the items, as a bulk action does, and
`rows` moves what else a row has: its addresses, its names in files, its links to other rows. `preview` counts both
before, and `start` begins a merge.
"""
