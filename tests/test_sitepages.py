"""Which page of the site a path is."""

import pytest
from django.urls import reverse

from curation.sitepages import COMMON, page_of


@pytest.mark.parametrize("path", COMMON)
def test_common_pages_are_known_without_looking_at_the_routes(path: str) -> None:
    assert reverse(COMMON[path]) == path
    assert page_of(path) == page_of(path.rstrip("/") or "/") == (COMMON[path], "")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/topic/", ("topics", "")),
        ("/topic/some-topic", ("topic", "some-topic")),
        ("/news/a-story/", ("item", "a-story")),
        ("/archive/2023/5/", ("period", "2023-05")),
        ("/archive/2023/05/", ("period", "2023-05")),
        ("/news/feed.json", ("news", "")),
        ("/no-such-page/", None),
        ("//", None),
    ],
)
def test_a_path_is_the_page_that_its_route_names(path: str, page: tuple[str, str] | None) -> None:
    assert page_of(path) == page
