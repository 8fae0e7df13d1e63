"""A file that its own generator hides is a draft, with a note of the reason."""

from dataclasses import replace
from typing import Any

import pytest

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.reading.visibility import HIDES_IF_FALSE, HIDES_IF_TRUE
from tests.frontmatter.files import dump, notes, read_keys, read_text, record, warnings

HIDING: list[tuple[dict[str, Any], str]] = [
    *(({key: True}, key) for key in HIDES_IF_TRUE),
    *(({key: False}, key) for key in HIDES_IF_FALSE),
    *(({"draft": word}, "draft") for word in ("True", "YES", "on", "1")),
    *(({"published": word}, "published") for word in ("no", "False", "off", "0")),
    *(({"status": word}, "status") for word in ("draft", "Private", "pending", "future", "trash", "hidden", "skip")),
    *(({"post_status": word}, "post_status") for word in ("draft", "private", "auto-draft")),
    *(({"visibility": word}, "visibility") for word in ("private", "hidden", "members", "unlisted", "none")),
    ({"password": "secret"}, "password"),
    ({"post_password": 1234}, "post_password"),
    *(({"build": {"list": word}}, "build.list") for word in ("never", "local", False)),
    *(({"build": {"render": word}}, "build.render") for word in ("never", "link", False)),
    ({"_build": {"list": "always", "render": "never"}}, "_build.render"),
    ({"build": False}, "build"),
]


@pytest.mark.parametrize(("keys", "key"), HIDING)
def test_a_file_hidden_by_its_generator_is_a_draft_with_a_note_of_the_key(keys: dict[str, Any], key: str) -> None:
    assert record(**keys).status == "draft"
    assert notes(**keys) == [("hidden", key)]
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    "keys",
    [
        *({key: False} for key in HIDES_IF_TRUE),
        *({key: True} for key in HIDES_IF_FALSE if key != "permalink"),
        *({key: ""} for key in (*HIDES_IF_TRUE, *HIDES_IF_FALSE, "visibility", "password", "status")),
        *({"status": word} for word in ("publish", "Published", "public", "featured")),
        *({"visibility": word} for word in ("public", "Published", "visible")),
        {"password": False},
        {"permalink": "/old/"},
        {"render": "html"},
        {"hide": ["toc", "navigation"]},
        {"live": "https://example.org/"},
        {"build": {"list": "always", "render": True}},
        {"build": {"publishResources": False}},
        {"build": "1234"},
    ],
)
def test_a_file_that_its_generator_shows_is_published_without_a_problem(keys: dict[str, Any]) -> None:
    assert record(**keys).status == "published"
    assert notes(**keys) == warnings(**keys) == []


@pytest.mark.parametrize("key", [*(key for key in HIDES_IF_TRUE if key != "hide"), "published", "publish"])
def test_a_flag_that_is_neither_is_a_draft_with_a_warning(key: str) -> None:
    assert record(**{key: "perhaps"}).status == "draft"
    assert warnings(**{key: "perhaps"}) == [("flag-unknown", key)]


def test_a_note_has_the_value_and_the_line() -> None:
    (note,) = read_text("title: x\ndate: 2023-01-31\nbuild:\n  list: never").problems
    assert (note.level, note.field, note.line) == ("note", "build.list", 5)
    assert note.message.startswith("hidden at the source (build.list: never)")


def test_a_password_is_not_reported() -> None:
    assert "secret" not in read_keys(password="secret").problems[0].message


def test_a_published_that_is_a_date_is_the_publication_time() -> None:
    keys = {"date": None, "published": "2024-05-06"}
    assert str(record(**keys).published_at) == "2024-05-06 00:00:00+00:00"
    assert record(**keys).status == "published"
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("_drafts/a.md", "draft"),
        ("_Drafts/a.md", "draft"),
        ("content/_drafts/2024/a.md", "draft"),
        (".a.md", "draft"),
        ("post/.hidden/a.md", "draft"),
        ("_includes/a.md", "draft"),
        ("docs/_partials/a.md", "draft"),
        ("post/_a.md", "draft"),
        ("#a#.md", "draft"),
        ("post/drafts/a.md", "published"),
        ("_posts/a.md", "published"),
        ("_docs/_guides/a.md", "published"),
        ("C#/a_b.md", "published"),
        ("post/a.md", "published"),
        ("post/a..md", "published"),
    ],
)
def test_a_place_that_generators_pass_over_makes_a_draft(path: str, status: str) -> None:
    document = read(b"---\ntitle: x\ndate: 2023-01-31\nslug: x\n---\n", path)
    assert document.record.status == status
    assert [problem.code for problem in document.problems] == ["hidden"] * (status == "draft")


@pytest.mark.parametrize(("keys", "key"), HIDING)
def test_an_item_that_was_published_here_is_shown_by_its_file(keys: dict[str, Any], key: str) -> None:
    data = f"---\n{dump({'title': 'x', 'slug': 'x', 'date': '2023-01-31', 'weight': 1, **keys})}---\n".encode()
    file = FileText(data, "x.md")
    written = rewrite(file, replace(file.record, status="published"))
    assert written.inexpressible == ()
    assert read(written.data, "x.md").record.status == "published"
    assert written.data.count(b"\n") <= data.count(b"\n")


@pytest.mark.parametrize("keys", [{}, {"status": "publish"}, {"post_status": "publish"}, {"published": True}])
@pytest.mark.parametrize("status", ["draft", "archived", "published"])
def test_any_state_can_be_written(keys: dict[str, Any], status: Any) -> None:
    data = f"---\n{dump({'title': 'x', 'slug': 'x', 'date': '2023-01-31', **keys})}---\n".encode()
    file = FileText(data, "x.md")
    written = rewrite(file, replace(file.record, status=status))
    assert written.inexpressible == ()
    assert read(written.data, "x.md").record.status == status


def test_the_place_of_a_file_cannot_be_written() -> None:
    file = FileText(b"---\ntitle: x\ndate: 2023-01-31\nslug: x\n---\n", "_drafts/x.md")
    written = rewrite(file, replace(file.record, status="published"))
    assert (written.data, written.inexpressible) == (file.data, ("status",))
