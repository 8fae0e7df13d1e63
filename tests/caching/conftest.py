"""An empty memo for each test, and a content version that stands still."""

from uuid import uuid4

import pytest

from curation.caching import memo
from curation.caching.memo import MAX_BYTES, MAX_ENTRIES, Memo
from curation.models import ContentVersion


@pytest.fixture(autouse=True)
def empty_memo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a memo of its own."""
    monkeypatch.setattr(memo, "_memo", Memo(MAX_ENTRIES, MAX_BYTES))


@pytest.fixture
def fixed_version(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix the content version, another one for each test: within a transaction, as tests run, there is none."""
    version = uuid4().hex
    monkeypatch.setattr(ContentVersion, "current", lambda: version)
