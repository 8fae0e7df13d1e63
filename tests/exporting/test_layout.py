"""Where the files of an export go."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from curation.exporting.layout import Layout
from curation.models import CuratedItem, SourceDocument
from tests.factories import make_item

from .conftest import export_markdown, import_markdown

pytestmark = pytest.mark.django_db


def document(path: str, item: CuratedItem | None = None, **fields: object) -> SourceDocument:
    values = {"record": {"slug": "x", "source_url": "", "body": ""}, "front_matter": "", "sha256": "x", **fields}
    return SourceDocument.objects.create(
        item=item or make_item(), path=path, imported_at=datetime(2026, 1, 1, tzinfo=UTC), **values
    )


@pytest.mark.parametrize(
    ("path", "md_name", "place"),
    [
        ("/srv/site/content/news/a.md", "", "news/a.md"),
        ("/srv/content/old/site/content/post/a.md", "", "post/a.md"),
        ("/srv/site/content/a.markdown", "", "a.markdown"),
        ("/srv/notes/deep/a.md", "", "a.md"),
        ("/srv/news.zip!/content/post/a.md", "", "post/a.md"),
        ("upload:/a.md", "", "a.md"),
        ("/srv/site/content/news/a.md", "b.md", "news/b.md"),
        ("/srv/site/content/news/a.md", "b.txt", "news/a.md"),
        ("/srv/site/content/news/a.md", "_index.md", "news/a.md"),
        ("", "b.md", "b.md"),
        ("", "", "the-slug.md"),
        (r"/srv/site/content/caf\xe9\n.md", "", "caf_xe9_n.md"),
        (f"/srv/content/{'x' * 300}.md", "", "the-slug.md"),
        (f"/srv/content/{'x' * 300}/a.md", "", "a.md"),
    ],
)
def test_a_file_keeps_its_folders_below_content_and_its_name(path: str, md_name: str, place: str) -> None:
    row = document(path, make_item(slug="the-slug"), md_name=md_name)
    assert Layout().document(row, "the-slug") == f"content/{place}"


def test_of_two_that_would_lie_at_one_place_the_older_item_has_it_whatever_is_exported() -> None:
    rows = [document(f"/{site}/content/post/{name}.md") for site, name in (("a", "x"), ("b", "x"), ("c", "x_2"))]
    layout = Layout()
    assert [layout.document(row, "") for row in rows] == [f"content/post/{x}.md" for x in ("x", "x_2", "x_2_2")]


def test_names_that_differ_in_case_or_form_alone_are_two() -> None:
    names = ("x", "X", "caf\u00e9", "cafe\u0301")
    rows = [document(f"/{number}/content/post/{name}.md") for number, name in enumerate(names)]
    layout = Layout()
    assert [layout.document(row, "") for row in rows] == [f"content/post/{name}.md" for name in names]


def test_of_two_page_bundles_of_one_name_the_folder_gets_the_number() -> None:
    rows = [document(f"/{site}/content/post/story/index.md") for site in "ab"]
    layout = Layout()
    places = [layout.document(row, "") for row in rows]
    assert places == ["content/post/story/index.md", "content/post/story_2/index.md"]


@pytest.mark.parametrize("name", ["x" * 252, "漢" * 84])
def test_a_name_of_255_bytes_stays_and_a_number_still_fits(name: str) -> None:
    rows = [document(f"/{site}/content/{name}.md") for site in "ab"]
    layout = Layout()
    first, second = (layout.document(row, "").removeprefix("content/") for row in rows)
    assert first == f"{name}.md"
    assert second.endswith("_2.md")
    assert len(second.encode()) <= 255


def test_an_item_that_came_from_no_file_is_news_under_its_slug() -> None:
    document("/srv/content/news/taken.md")
    items = [make_item(slug="free"), make_item(slug="taken")]
    assert [Layout().new(item) for item in items] == ["content/news/free.md", "content/news/taken_2.md"]


def test_further_files_of_an_item_come_after_its_own_in_path_order() -> None:
    item = make_item()
    own, other, later = (
        document(path, item, is_primary=path == "/a/content/m.md")
        for path in ("/a/content/m.md", "/b/content/c.md", "/b/content/z.md")
    )
    layout = Layout()
    places = [layout.document(row, "") for row in (own, other, later)]
    assert places == ["content/m.md", "content/m_2.md", "content/z.md"]
    assert places[0] < places[1]


def test_a_place_in_the_static_folder_belongs_to_one_picture() -> None:
    for number, (href, digest) in enumerate([("/img/x.png", "one"), ("img/x.png", "two"), ("/img/y.png", "three")]):
        document(f"/srv/content/{number}.md", media={"image": {"href": href, "sha256": digest}})
    layout = Layout()
    assert layout.is_free("/img/x.png", "one")
    assert not layout.is_free("/img/x.png", "two")
    assert layout.is_free("/img/y.png", "three")
    assert not layout.is_free("/../y.png", "three")


def test_files_of_one_name_from_two_sites_are_both_exported_and_both_come_back(tmp_path: Path, dest: Path) -> None:
    for site in ("a", "b"):
        path = tmp_path / site / "content" / "same.md"
        path.parent.mkdir(parents=True)
        path.write_text(f"---\ntitle: Of {site}\nslug: {site}\ndate: 2023-01-31\n---\n")
        import_markdown(path)
    assert export_markdown(dest, "--slug", "b").startswith("1 as they came in")
    assert export_markdown(dest, "--all").startswith("2 as they came in")
    assert sorted(path.name for path in dest.rglob("*.md")) == ["same.md", "same_2.md"]
    assert import_markdown(dest).startswith("0 created, 0 updated, 2 unchanged")


def test_a_slug_made_from_the_files_name_survives_another_name(tmp_path: Path, dest: Path) -> None:
    for site, title in (("a", "One"), ("b", "Two")):
        path = tmp_path / site / "content" / f"2023-01-31-story{'-2' * (site == 'b')}.md"
        path.parent.mkdir(parents=True)
        path.write_text(f"---\ntitle: {title}\ndate: 2023-01-31\nmdName: same.md\nsource: s\nid: {site}\n---\n")
        import_markdown(path)
    export_markdown(dest, "--all")
    assert "slug: story-2\n" in (dest / "content" / "same_2.md").read_text()
    assert import_markdown(dest).startswith("0 created, 0 updated, 2 unchanged")
