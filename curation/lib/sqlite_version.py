"""The builds of SQLite whose write-ahead log can corrupt a database: https://sqlite.org/wal.html#walresetbug."""

Version = tuple[int, ...]

#: The bug is there from the first release on, up to the second; the patched releases are of older series.
FIRST_WITH_BUG, FIRST_WITHOUT_BUG = (3, 7, 0), (3, 51, 3)
PATCHED = ((3, 44, 6), (3, 50, 7))


def can_corrupt(version: Version) -> bool:
    """Whether a release can, rarely, corrupt a database to which several processes write.

    >>> can_corrupt((3, 40, 1)), can_corrupt((3, 50, 7)), can_corrupt((3, 51, 3))
    (True, False, False)
    """
    is_patched = any(version[:2] == patched[:2] and version >= patched for patched in PATCHED)
    return FIRST_WITH_BUG <= version < FIRST_WITHOUT_BUG and not is_patched
