"""The path of an exported file: from what it had, or a name of its own; never outside its folder, never too long."""

from itertools import islice

import pytest

from curation.exporting.layout import (
    new_path,
    numbered_paths,
    place_beside,
    usual_path,
)
from curation.models import Image
from curation.site_links.picture_paths import MAX_NAME_BYTES, picture_href, static_path

LONGEST, TOO_LONG = "x" * MAX_NAME_BYTES, "x" * (MAX_NAME_BYTES + 1)
#: 255 bytes, in 85 letters of three.
WIDE = "漢" * 85


@pytest.mark.parametrize(
    ("path", "md_name", "expected"),
    [
        ("news/a.md", "", "news/a.md"),
        ("news/2024/A.MARKDOWN", "", "news/2024/A.MARKDOWN"),
        ("a.md", "", "a.md"),
        ("news/a.md", "b.markdown", "news/b.markdown"),
        ("a.md", "b.md", "b.md"),
        ("news/caf\\xe9/a\\n.md", "b\\c.md", "news/caf_xe9/b_c.md"),
        ("news/caf\\xe9/a\\n.md", "", "news/caf_xe9/a_n.md"),
        ("news/a.md", "b.txt", "news/a.md"),
        ("news/a.md", "_index.md", "news/a.md"),
        ("news/a.md", TOO_LONG[3:] + ".md", "news/a.md"),
        ("news/a.md", LONGEST[3:] + ".md", f"news/{LONGEST[3:]}.md"),
        ("news/a.md", WIDE + ".md", "news/a.md"),
        ("news/a.txt", "", "news/the-slug.md"),
        ("news/_index.md", "", "news/the-slug.md"),
        ("", "", "the-slug.md"),
        (f"{LONGEST}/{WIDE}/a.md", "", f"{LONGEST}/{WIDE}/a.md"),
        (f"{TOO_LONG}/a.md", "", "a.md"),
        (f"news/{WIDE}x/a.md", "", "a.md"),
    ],
)
def test_a_document_keeps_its_folders_and_a_name_that_an_import_reads(path: str, md_name: str, expected: str) -> None:
    assert usual_path(path, md_name, "the-slug") == expected


def test_a_name_from_a_slug_is_cut_to_what_file_systems_take() -> None:
    assert usual_path("", "", "x" * 252) == f"{'x' * 252}.md"
    assert usual_path("", "", "x" * 253) == f"{'x' * 252}.md"
    assert usual_path("", "", "漢" * 253) == f"{'漢' * 84}.md"
    assert new_path("story") == "news/story.md"
    assert new_path("x" * 253) == f"news/{'x' * 252}.md"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.md", ["a.md", "a_2.md", "a_3.md"]),
        ("b.c/d.e.md", ["b.c/d.e.md", "b.c/d.e_2.md", "b.c/d.e_3.md"]),
        ("b/story/index.md", ["b/story/index.md", "b/story_2/index.md", "b/story_3/index.md"]),
        ("story/index.en.md", ["story/index.en.md", "story_2/index.en.md", "story_3/index.en.md"]),
        ("index.md", ["index.md", "index_2.md", "index_3.md"]),
        ("b/indexed.md", ["b/indexed.md", "b/indexed_2.md", "b/indexed_3.md"]),
        (f"b/{'x' * 252}.md", [f"b/{'x' * 252}.md", f"b/{'x' * 250}_2.md", f"b/{'x' * 250}_3.md"]),
        (f"b/{WIDE}/index.md", [f"b/{WIDE}/index.md", f"b/{WIDE[:84]}_2/index.md", f"b/{WIDE[:84]}_3/index.md"]),
    ],
)
def test_a_taken_path_gets_a_number_and_a_page_bundle_in_its_folder(path: str, expected: list[str]) -> None:
    assert [*islice(numbered_paths(path), 3)] == expected


def test_numbers_do_not_end() -> None:
    assert next(islice(numbered_paths("a.md"), 1_999, None)) == "a_2000.md"
    assert next(islice(numbered_paths("b/index.md"), 1_999, None)) == "b_2000/index.md"


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/img/x.jpg", "img/x.jpg"),
        ("x.jpg", "x.jpg"),
        ("X/x.jpg", "X/x.jpg"),
        ("//host/x.jpg/", "host/x.jpg"),
        ("/img//./x.jpg", "img/x.jpg"),
        ("/a b/é..jpg", "a b/é..jpg"),
        ("/...", "..."),
        (f"/{LONGEST}/{WIDE}", f"{LONGEST}/{WIDE}"),
        *((href, "") for href in ("", "/", "//", ".", "..", "../x.jpg", "/img/../x.jpg", "/img/../../x.jpg")),
        *((href, "") for href in ("\\\\host\\x.jpg", "..\\x.jpg", "a\\b", "x\0.jpg", TOO_LONG, f"/{WIDE}x/a.png")),
    ],
)
def test_no_picture_leaves_the_static_folder(href: str, path: str) -> None:
    assert static_path(href) == path


@pytest.mark.parametrize(
    ("beside", "place"),
    [
        ("b.png", "content/post/a/b.png"),
        ("./img//b.png", "content/post/a/img/b.png"),
        ("../b.png", "content/post/b.png"),
        ("../../b.png", "content/b.png"),
        ("../../../static/img/b.png", "static/img/b.png"),
        (f"{LONGEST}/{WIDE}", f"content/post/a/{LONGEST}/{WIDE}"),
        *((beside, "") for beside in ("../../../b.png", "../../../../b.png", "../../../contents/b.png", "/etc/passwd")),
        *((beside, "") for beside in ("../../..", "../../../content", "../../../static", "/content/b.png")),
        *((beside, "") for beside in (TOO_LONG, f"{WIDE}x/b.png")),
    ],
)
def test_a_file_beside_a_document_lies_in_the_content_or_static_folder(beside: str, place: str) -> None:
    assert place_beside("content/post/a/index.md", beside) == place


@pytest.mark.parametrize(
    ("name", "file"),
    [
        *(("ward.jpg", "ward.jpg"), ("a b.é", "a b.é"), ("...", "..."), ("x" * 200, "x" * 200)),
        *(
            (name, "picture.png")
            for name in ("", ".", "..", "a/b.jpg", "/a.jpg", "a\\b.jpg", "a\nb.jpg", " a.jpg", "a\0")
        ),
        *(("x" * 201, "picture.png"), (WIDE, WIDE), (f"{WIDE}x", "picture.png")),
    ],
)
def test_a_picture_without_a_path_has_one_by_its_content_and_a_plain_name(name: str, file: str) -> None:
    image = Image(original_name=name, sha256="0123456789abcdef" * 4, file="images/01/0123.png", width=1, height=1)
    assert picture_href(image) == f"/images/0123456789abcdef/{file}"
