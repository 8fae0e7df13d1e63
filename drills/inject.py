"""Fault injection: make chosen calls to the database and to files fail, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection, connections

#: Whether the call of this number, counted from 1, fails.
When = Callable[[int], bool]

MESSAGE = "injected: the database is gone"
STATEMENTS, COMMITS, LOST_ANSWERS, FILES = KINDS = ("statements", "commits", "answers to commits", "file calls")


def never(_number: int) -> bool:
    return False


class Calls:
    """Counts calls of one kind, and decides which of them fail."""

    def __init__(self, when: When = never) -> None:
        self.when = when
        self.count = 0

    def fail_next(self) -> bool:
        self.count += 1
        return self.when(self.count)


@contextmanager
def failing(kind: str, when: When, *folders: Path) -> Iterator[Calls]:
    """Make calls of a kind fail during the `with` block; calls to files only below some folders."""
    calls = Calls(when)
    with ExitStack() as stack:
        if kind == STATEMENTS:
            stack.enter_context(connection.execute_wrapper(_statements(calls)))
        elif kind in (COMMITS, LOST_ANSWERS):
            wrapper: Any = type(connections["default"])
            commit = _commits(wrapper._commit, calls, done=kind == LOST_ANSWERS)
            stack.enter_context(mock.patch.object(wrapper, "_commit", commit))
        else:
            for patch in _file_patches(calls, [os.fspath(folder) for folder in folders]):
                stack.enter_context(patch)
        yield calls


def _statements(calls: Calls) -> Callable[..., Any]:
    def run(execute: Callable[..., Any], *arguments: Any) -> Any:
        if calls.fail_next():
            raise OperationalError(MESSAGE)
        return execute(*arguments)

    return run


def _commits(original: Callable[..., Any], calls: Calls, *, done: bool) -> Callable[..., Any]:
    """Return a commit that fails before it is done, or after, as if the answer were lost."""

    def commit(self: Any) -> Any:
        fails = calls.fail_next()
        if fails and not done:
            raise OperationalError(MESSAGE)
        original(self)
        if fails:
            raise OperationalError(MESSAGE)

    return commit


def _file_patches(calls: Calls, folders: list[str]) -> Iterator[Any]:
    for owner, name in ((Path, "open"), (Path, "stat"), (os, "scandir")):
        yield mock.patch.object(owner, name, _call(getattr(owner, name), calls, folders))
    for name in ("_open", "delete", "exists", "size"):
        yield mock.patch.object(FileSystemStorage, name, _storage_call(getattr(FileSystemStorage, name), calls))
    yield mock.patch.object(FileSystemStorage, "_save", half_save(calls))


def _call(original: Callable[..., Any], calls: Calls, folders: list[str]) -> Callable[..., Any]:
    def call(path: Any, *arguments: Any, **options: Any) -> Any:
        if os.fspath(path).startswith(tuple(folders)) and calls.fail_next():
            raise OSError(EIO, os.strerror(EIO), os.fspath(path))
        return original(path, *arguments, **options)

    return call


def _storage_call(original: Callable[..., Any], calls: Calls) -> Callable[..., Any]:
    def call(self: FileSystemStorage, name: str, *arguments: Any) -> Any:
        if calls.fail_next():
            raise OSError(EIO, os.strerror(EIO), name)
        return original(self, name, *arguments)

    return call


def half_save(calls: Calls) -> Callable[..., Any]:
    """Return a `_save()` that fails as on a full disk: it writes half of the file."""
    original = FileSystemStorage._save  # type: ignore[attr-defined]  # not in the stubs

    def save(self: FileSystemStorage, name: str, content: Any) -> Any:
        if not calls.fail_next():
            return original(self, name, content)
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.read()
        with open(path, "wb") as file:  # noqa: PTH123  # Path.open() may fail
            file.write(data[: len(data) // 2])
        raise OSError(ENOSPC, os.strerror(ENOSPC), name)

    return save
