"""The process of a web server, before its first request."""

import gc
import importlib
from collections.abc import Iterator

import pytest

from medigy import wsgi


@pytest.fixture(autouse=True)
def _unfreeze() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_garbage_collections_leave_out_what_is_loaded() -> None:
    gc.unfreeze()
    importlib.reload(wsgi)
    assert len(gc.get_objects()) < 0.1 * gc.get_freeze_count()
