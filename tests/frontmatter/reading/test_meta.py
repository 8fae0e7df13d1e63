"""Overrides for the page's own meta tags."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_META
from tests.frontmatter.files import record, warnings


@pytest.mark.parametrize(
    ("keys", "meta"),
    [
        ({"openGraphMetaData": {"ogtitle": "T", "ogimage": None}}, {"openGraph": {"ogtitle": "T"}}),
        ({"twitterMetaData": {"twittercard": "summary"}}, {"twitter": {"twittercard": "summary"}}),
        (
            {"htmlMetaData": {"robots": "noindex", "msvalidate.01": 5}},
            {"html": {"robots": "noindex", "msvalidate.01": "5"}},
        ),
        ({"htmlMetaData": {"keywords": ["a", None, "b"]}}, {"html": {"keywords": "a, b"}}),
        ({"metaTitle": "T", "metaDesc": "D"}, {"html": {"title": "T", "description": "D"}}),
        ({"metaTitle": "T", "htmlMetaData": {"title": "Mine"}}, {"html": {"title": "Mine"}}),
        (
            {"ogUrl": "/x", "ogImage": "https://a.example/x.jpg"},
            {"openGraph": {"ogurl": "/x", "ogimage": "https://a.example/x.jpg"}},
        ),
        (
            {"twittertitle": "T", "twitterdescription": "D"},
            {"twitter": {"twittertitle": "T", "twitterdescription": "D"}},
        ),
        ({"openGraphMetaData": None, "htmlMetaData": {}, "metaTitle": " "}, {}),
        ({"htmlMetaData": {'x" onload="y': "z"}}, {}),
    ],
)
def test_overrides_that_are_not_null_are_read(keys: dict[str, Any], meta: dict[str, dict[str, str]]) -> None:
    assert record(**keys).meta == meta
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    "link", ["javascript:x", "//evil.example/x", "http://[", "data:text/html,x", "/\\evil.example"]
)
def test_a_link_among_them_is_a_link(link: str) -> None:
    assert record(ogImage=link).meta == {}
    assert warnings(ogImage=link) == [("link-scheme", "ogImage")]
    assert warnings(openGraphMetaData={"ogImage": link}) == [("link-scheme", "openGraphMetaData.ogImage")]


def test_a_group_is_a_mapping() -> None:
    assert record(htmlMetaData="robots").meta == {}
    assert warnings(htmlMetaData="robots") == [("meta-malformed", "htmlMetaData")]


def test_a_long_value_is_cut() -> None:
    assert len(record(metaDesc="x" * (MAX_META + 1)).meta["html"]["description"]) == MAX_META
    assert warnings(metaDesc="x" * (MAX_META + 1)) == [("too-long", "metaDesc")]


def test_a_mapping_is_not_a_value() -> None:
    assert warnings(htmlMetaData={"robots": {"a": "b"}}) == [("not-text", "htmlMetaData.robots")]
