"""The modules that parser processes share, imported once in the fork server that they are forked from."""

import sys
from types import TracebackType

import django

django.setup()

import curation.importing.parse  # noqa: E402, F401


def _print_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error, except that of a process whose pool was stopped while it started: its locks are gone."""
    if kind is not FileNotFoundError:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _print_error
