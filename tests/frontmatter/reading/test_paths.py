"""The path of a file's page, as Hugo makes it."""

import pytest

from curation.frontmatter.reading.paths import content_section, logical_path


@pytest.mark.parametrize(
    ("path", "section", "page"),
    [
        ("content/post/story.md", "/post", "/post/story"),
        ("content/post/story.fr.md", "/post", "/post/story"),
        ("site/content/post/2024/story.md", "/post/2024", "/post/2024/story"),
        ("content/post/content/story.md", "/post/content", "/post/content/story"),
        ("post/story.md", "/post", "/post/story"),
        ("my post/a story.md", "/my post", "/my post/a story"),
        ("post/story/index.md", "/post", "/post/story"),
        ("content/post/story/index.fr.md", "/post", "/post/story"),
        ("content/story.md", "", "/story"),
        ("story/index.md", "", "/story"),
        ("story.md", "", "/story"),
        ("index.md", "", "/index"),
    ],
)
def test_a_page_is_at_its_folder_below_content_and_its_name_or_that_of_its_bundle(
    path: str, section: str, page: str
) -> None:
    assert content_section(path) == section
    assert logical_path(path) == page
