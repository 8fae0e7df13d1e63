"""Values in an `_index.md` that the files below it inherit."""

from dataclasses import replace
from typing import Any

import pytest

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.reading.cascade import inherit, read_cascades
from tests.frontmatter.files import dump


def status_of(path: str, own: dict[str, Any], *indexes: tuple[str, Any]) -> str:
    """Return the state of a file at a path with some keys, below `_index.md` files, the nearest first."""
    found = [cascade for where, values in indexes for cascade in _cascades(where, values)]
    data = f"---\n{dump({'title': 'x', 'slug': 'x', 'date': '2023-01-31', **own})}---\n".encode()
    return read(data, path, inherit(path, found)).record.status


def _cascades(where: str, values: Any) -> Any:
    return read_cascades(f"---\n{dump({'title': 'A section', 'cascade': values})}---\n".encode(), where)


@pytest.mark.parametrize(
    "values",
    [
        {"draft": True},
        {"Draft": True},
        {"build": {"list": "never"}},
        {"Build": {"List": "never"}},
        {"_BUILD": {"RENDER": "link"}},
        {"published": False},
        {"visibility": "private"},
        [{"draft": True}],
        [{"banner": "x.jpg"}, {"draft": True}],
    ],
)
def test_a_cascade_hides_the_files_below(values: Any) -> None:
    assert status_of("post/a.md", {}, ("post/_index.md", values)) == "draft"


@pytest.mark.parametrize("name", ["target", "_target", "Target"])
@pytest.mark.parametrize(
    ("target", "is_meant"),
    [
        ({}, True),
        ({"kind": "page"}, True),
        ({"kind": "section"}, False),
        ({"kind": "{page,section}"}, True),
        ({"path": "/post/**"}, True),
        ({"path": "/POST/a"}, True),
        ({"path": "/post/*"}, True),
        ({"path": "/*"}, False),
        ({"path": "/news/**"}, False),
        ({"path": "{/post/**,/news/**}"}, True),
        ({"path": "/post/["}, False),
        ({"lang": "fr"}, False),
        ({"lang": "fr", "kind": "page"}, False),
        ({"environment": "production"}, True),
    ],
)
def test_a_target_limits_a_cascade_to_pages(name: str, target: dict[str, str], is_meant: bool) -> None:
    index = "content/post/_index.md", {"draft": True, name: target}
    assert status_of("content/post/a.md", {}, index) == ("draft" if is_meant else "published")


def test_a_target_may_name_a_language() -> None:
    index = "post/_index.md", {"draft": True, "target": {"lang": "fr"}}
    assert status_of("post/a.fr.md", {}, index) == "draft"


def test_the_nearest_wins_and_the_files_own_key_over_it() -> None:
    near, far = ("a/b/_index.md", {"draft": False}), ("a/_index.md", {"draft": True})
    assert status_of("a/b/x.md", {}, near, far) == "published"
    assert status_of("a/b/x.md", {"draft": True}, near, far) == "draft"
    assert status_of("a/x.md", {"Draft": False}, far) == "published"
    assert (
        status_of("a/x.md", {"_build": {"list": "always"}}, ("a/_index.md", {"build": {"list": "never"}}))
        == "published"
    )


def test_the_first_of_a_list_wins() -> None:
    assert status_of("a/x.md", {}, ("a/_index.md", [{"draft": False}, {"draft": True}])) == "published"


def test_a_note_names_the_file_that_hides() -> None:
    inherited = inherit("a/x.md", _cascades("a/_index.md", {"draft": True}))
    (note,) = read(b"---\ntitle: x\ndate: 2023-01-31\nslug: x\n---\n", "a/x.md", inherited).problems
    assert note.message.startswith("hidden at the source (draft: true in the cascade of a/_index.md)")


@pytest.mark.parametrize("data", [b"cascade", b"---\ncascade: [\n---\n", b"---\ntitle: x\n---\ncascade", b"\xff"])
def test_an_unreadable_index_has_no_cascade(data: bytes) -> None:
    assert read_cascades(data, "_index.md") == ()


def test_keys_that_neither_hide_nor_time_a_file_are_not_inherited() -> None:
    assert _cascades("_index.md", {"title": "x", "author": "Ann", "permalink": False}) == ()


def test_an_inherited_key_is_not_one_of_the_file() -> None:
    inherited = inherit("a/x.md", _cascades("a/_index.md", {"draft": True}))
    data = b"---\ntitle: x\ndate: 2023-01-31\nslug: x\n---\n"
    file = FileText(data, "a/x.md", inherited)
    assert rewrite(file, file.record).data == data
    shown = rewrite(file, replace(file.record, status="published")).data
    assert shown == b"---\ntitle: x\ndate: 2023-01-31\nslug: x\ndraft: false\n---\n"
