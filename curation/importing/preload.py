"""What parser processes share: imported once, in the process that they are forked from."""

import sys
from types import TracebackType

import django

django.setup()

import curation.importing.parse  # noqa: E402, F401


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error, but for that of a process whose pool was stopped while it started: its locks are gone."""
    if kind is not FileNotFoundError:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _tell
