"""Whole trees out as they came in, whatever their folders are called."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from curation.models import CuratedItem

from .conftest import export_markdown, import_markdown

pytestmark = pytest.mark.django_db

#: Names as long as file systems have them, in case and form pairs, and as other generators put them.
FILES = (
    "index.md",
    "hosting/render/index.md",
    "hosting/aws-amplify/index.md",
    "hosting/aws-amplify/index.fr.md",
    "_posts/2023-01-31-hello.markdown",
    "Notes/a.md",
    "notes/a.md",
    "notes/A.md",
    "notes/caf\u00e9.md",
    "notes/cafe\u0301.md",
    f"{'漢' * 84}.md",
    f"{'x' * 255}/{'y' * 252}.md",
    "src/content/blog/deep.md",
    "docs/content/deep.md",
)


def make_tree(root: Path, mark: str = "") -> dict[str, bytes]:
    """Write files of different texts, and pictures that they name; return the bytes by path."""
    written = {}
    for number, name in enumerate(FILES):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"---\ntitle: Story {number} {mark}\ndate: 2023-01-31\n---\nText {number} {mark}.\n"
        path.write_text(text, "utf-8")
        written[name] = text.encode()
    return written


def below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.m*")}


@pytest.mark.parametrize("name", ["site", "_posts", "content", "site/content", "src/blog"])
def test_a_tree_comes_out_with_its_paths_and_bytes(tmp_path: Path, dest: Path, name: str) -> None:
    written = make_tree(tmp_path / name)
    assert import_markdown(tmp_path / name).startswith(f"{len(FILES)} created")
    assert export_markdown(dest, "--all").startswith(f"{len(FILES)} as they came in, 0 with edits")
    assert below(dest / "content") == written
    CuratedItem.objects.all().delete()
    assert import_markdown(dest).startswith(f"{len(FILES)} created")


@pytest.mark.parametrize("top", ["", "any-name/", "content/"])
def test_an_archive_comes_out_without_its_top_folder(tmp_path: Path, dest: Path, top: str) -> None:
    written = make_tree(tmp_path / "site")
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        for name, data in written.items():
            archive.writestr(top + name, data)
    import_markdown(tmp_path / "site.zip")
    export_markdown(dest, "--all")
    assert below(dest / "content") == written


def test_two_trees_with_the_same_paths_both_come_out(tmp_path: Path, dest: Path) -> None:
    trees = [make_tree(tmp_path / mark, mark) for mark in "ab"]
    assert import_markdown(tmp_path / "a", tmp_path / "b").startswith(f"{2 * len(FILES)} created")
    assert export_markdown(dest, "--all").startswith(f"{2 * len(FILES)} as they came in, 0 with edits")
    found = below(dest / "content")
    assert {name: found[name] for name in FILES} == trees[0]
    assert sorted(found.values()) == sorted([*trees[0].values(), *trees[1].values()])
    addresses = set(CuratedItem.objects.values_list("title", "slug"))
    assert import_markdown(dest).startswith(f"0 created, 0 updated, {2 * len(FILES)} unchanged")
    assert set(CuratedItem.objects.values_list("title", "slug")) == addresses


@pytest.mark.parametrize("name", [f"{'n' * 251}.png", f"{'漢' * 83}.png", "X.png"])
def test_a_picture_keeps_its_name(tmp_path: Path, dest: Path, name: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for number, picture in enumerate((name, "x.png")):
        PillowImage.new("RGB", (60, 40), (number, 0, 0)).save(site / picture)
        text = f"---\ntitle: Story {number}\ndate: 2023-01-31\nfeaturedImage: '{picture}'\n---\n"
        (site / f"{number}.md").write_text(text, "utf-8")
    import_markdown(site)
    assert CuratedItem.objects.exclude(image=None).count() == 2
    assert export_markdown(dest, "--all").startswith("2 as they came in, 0 with edits")
    assert {path.name for path in dest.rglob("*.png")} == {name, "x.png"}


def test_a_picture_of_a_site_within_the_imported_folder_comes_back(tmp_path: Path, dest: Path) -> None:
    site = tmp_path / "all" / "site"
    for folder in (site / "content", site / "static"):
        folder.mkdir(parents=True)
    PillowImage.new("RGB", (60, 40)).save(site / "static" / "x.png")
    (site / "content" / "a.md").write_text("---\ntitle: A\ndate: 2023-01-31\nfeaturedImage: /x.png\n---\n")
    import_markdown(tmp_path / "all")
    export_markdown(dest, "--all")
    assert (dest / "content" / "site" / "content" / "a.md").is_file()
    CuratedItem.objects.all().delete()
    import_markdown(dest)
    assert CuratedItem.objects.get().image is not None
