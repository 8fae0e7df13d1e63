"""The read-only JSON API: the lists and items of the site for programs. `docs/api.md` explains it."""
