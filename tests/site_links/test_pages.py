"""Resolving a path to a page of the site."""

import pytest
from django.urls import reverse

from curation.site_links.pages import FREQUENT_PAGES, page_of


@pytest.mark.parametrize("path", FREQUENT_PAGES)
def test_frequent_pages_are_resolved_without_the_routes(path: str) -> None:
    assert reverse(FREQUENT_PAGES[path]) == path
    assert page_of(path) == page_of(path.rstrip("/") or "/") == (FREQUENT_PAGES[path], "")


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
def test_a_path_is_resolved_to_the_page_of_its_route(path: str, page: tuple[str, str] | None) -> None:
    assert page_of(path) == page
