"""Searches as tests write them."""

from collections.abc import Callable

import pytest

from curation.models import CuratedItem
from curation.search.find import SearchRequest, find
from curation.search.query import parse

Search = Callable[..., list[str]]


@pytest.fixture
def search(db: None) -> Search:
    """Return the titles that a search finds, the best first."""

    def titles(text: str, **wanted: object) -> list[str]:
        items = find(SearchRequest(parse(text), **wanted)).items
        found = CuratedItem.objects.in_bulk(items)
        return [found[pk].title for pk in items]

    return titles
