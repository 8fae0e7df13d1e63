"""Files without an ID: their slugs, and how they are identified in other places."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest
from django.test import Client

from curation.models import CuratedItem, SourceDocument

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]

WriteTree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> WriteTree:
    """Write files, given by their paths with title and body, into a folder; return it."""

    def write(folder: str, **files: tuple[str, str]) -> Path:
        root = tmp_path / folder
        for name, (title, body) in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\ntitle: '{title}'\ndate: 2023-01-31\n---\n{body}\n", "utf-8")
        return root

    return write


def slugs() -> dict[str, str]:
    return dict(CuratedItem.objects.values_list("title", "slug"))


FILES = {
    "2023/launch.md": ("Launch one", "One."),
    "2024/launch.md": ("Launch two", "Two."),
    "C#.md": ("C sharp", "Sharp."),
    "C++.md": ("C plus", "Plus."),
    "你好.md": ("你好，世界", "Hello."),
    "مستشفى.md": ("مستشفى", "Hospital."),
    "bundle/index.md": ("Bundle", "Here."),
    "bundle/index.fr.md": ("Ballot", "Ici."),
    "other/index.md": ("Other bundle", "There."),
    "post.md": ("Post", "Post."),
    "post.fr.md": ("Poste", "Poste."),
}
SLUGS = {
    "Launch one": "launch",
    "Launch two": "launch-2",
    "C sharp": "c-sharp",
    "C plus": "c-plus-plus",
    "你好，世界": "你好",
    "مستشفى": "مستشفى",
    "Bundle": "bundle",
    "Ballot": "bundle-fr",
    "Other bundle": "other",
    "Post": "post",
    "Poste": "post-fr",
}


@pytest.mark.long
@pytest.mark.parametrize("batch_size", [1, 3, 500])
def test_every_name_of_a_file_gives_an_address_and_keeps_it(
    tree: WriteTree, import_: RunImport, client: Client, batch_size: int
) -> None:
    site = tree("site", **FILES)
    assert import_(site, dry_run=True, batch_size=batch_size).counts["created"] == len(FILES)
    assert import_(site, batch_size=batch_size).counts["created"] == len(FILES)
    assert slugs() == SLUGS
    assert import_(site, force=True, batch_size=batch_size).counts["unchanged"] == len(FILES)
    assert slugs() == SLUGS
    for item in CuratedItem.objects.all():
        response = client.get(item.get_absolute_url())
        assert response.status_code == 200
        assert f'<link rel="canonical" href="http://testserver{item.get_absolute_url()}">' in response.content.decode()


def test_an_address_that_a_file_did_not_give_stays_when_its_title_changes(tree: WriteTree, import_: RunImport) -> None:
    site = tree("site", **{"a/index.md": ("One", "One."), "b/a.md": ("Two", "Two.")})
    import_(site)
    tree("site", **{"b/a.md": ("Quite another title", "Two.")})
    (site / "a/index.md").unlink()
    assert import_(site).counts["updated"] == 1
    assert slugs() == {"One": "a", "Quite another title": "a-2"}


def test_a_slug_that_a_file_gives_later_becomes_its_address(
    tree: WriteTree, import_: RunImport, client: Client
) -> None:
    site = tree("site", **{"a.md": ("One", "One.")})
    import_(site)
    path = site / "a.md"
    path.write_text(path.read_text().replace("title:", "slug: chosen\ntitle:"))
    assert import_(site).counts["updated"] == 1
    assert slugs() == {"One": "chosen"}
    assert client.get("/news/a/").headers["Location"] == "/news/chosen/"


@pytest.mark.parametrize("is_left", [True, False])
def test_files_of_a_fresh_check_out_in_another_folder_are_the_same_items(
    tree: WriteTree, import_: RunImport, is_left: bool
) -> None:
    telling = "A text that is long enough to be known again, wherever it is. " * 3
    import_(tree("one", **{**FILES, "post.md": ("Post", telling)}))
    (shutil.copytree if is_left else shutil.move)(tree("one"), tree("two"))
    tree("two", **{"2024/launch.md": ("Launch two", "Edited."), "post.md": ("Edited", telling)})
    report = import_(tree("two"))
    assert (report.counts["created"], report.counts["rejected"]) == (0, 0)
    assert report.counts["updated"] == 2
    assert CuratedItem.objects.count() == SourceDocument.objects.count() == len(FILES)
    assert CuratedItem.objects.get(slug="launch-2").body == "Edited.\n"
    assert import_(tree("two")).counts["unchanged"] == len(FILES)


@pytest.mark.parametrize("top", ["", "any-name/", "content/", "repo/content/"])
def test_files_of_an_archive_of_the_same_tree_are_the_same_items(
    tree: WriteTree, import_: RunImport, tmp_path: Path, top: str
) -> None:
    import_(tree("site", **FILES))
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        for name in FILES:
            archive.write(tree("site") / name, top + name)
    report = import_(tmp_path / "site.zip", force=True)
    assert (report.counts["unchanged"], report.counts["rejected"]) == (len(FILES), 0)
    assert CuratedItem.objects.count() == len(FILES)


def test_two_folders_with_the_same_paths_are_two_sites(tree: WriteTree, import_: RunImport) -> None:
    sites = [tree(name, **{"index.md": ("Home", "Welcome."), "a.md": (f"A of {name}", f"{name}.")}) for name in "xy"]
    assert import_(*sites).counts["created"] == 4
    assert sorted(CuratedItem.objects.values_list("slug", flat=True)) == ["a", "a-2", "home", "home-2"]
    assert import_(*sites).counts["unchanged"] == 4
    assert import_(*sites, force=True).counts["unchanged"] == 4
    assert CuratedItem.objects.count() == 4


def test_stories_of_two_sites_that_only_share_a_path_are_two_items(tree: WriteTree, import_: RunImport) -> None:
    import_(tree("x", **{"launch.md": ("Launch of X", "X.")}))
    assert import_(tree("y", **{"launch.md": ("Launch of Y", "Y.")})).counts["created"] == 1
    assert slugs() == {"Launch of X": "launch", "Launch of Y": "launch-2"}


def test_files_that_give_other_slugs_are_other_items_whatever_their_path(
    write_file: WriteFile, content: Path, import_: RunImport
) -> None:
    write_file("x/index.md", slug="one", body="The same words.")
    write_file("y/index.md", slug="two", body="The same words.")
    assert import_(content / "x").counts["created"] == 1
    assert import_(content / "y").counts["created"] == 1
    (content / "x" / "index.md").unlink()
    write_file("z/index.md", slug="three", body="The same words.")
    assert import_(content / "z").counts["created"] == 1
    assert CuratedItem.objects.count() == 3


def test_a_short_text_that_many_files_have_does_not_make_them_one(tree: WriteTree, import_: RunImport) -> None:
    import_(tree("x", **{"launch.md": ("Launch of X", "Read more at the source.")}))
    assert import_(tree("y", **{"launch.md": ("Launch of Y", "Read more at the source.")})).counts["created"] == 1


def test_a_renamed_file_is_identified_by_its_bytes(tree: WriteTree, import_: RunImport) -> None:
    site = tree("site", **{"old.md": ("One", "One."), "other.md": ("Two", "Two.")})
    import_(site)
    (site / "deep").mkdir()
    (site / "old.md").rename(site / "deep" / "new.md")
    assert import_(site).counts["created"] == 0
    assert slugs() == {"One": "old", "Two": "other"}


def test_an_id_that_is_added_to_a_file_does_not_create_a_second_item(tree: WriteTree, import_: RunImport) -> None:
    site = tree("site", **{"a.md": ("One", "One.")})
    import_(site)
    path = site / "a.md"
    path.write_text(path.read_text().replace("title:", "source: s\nid: 7\ntitle:"))
    assert import_(site).counts["created"] == 0
    assert CuratedItem.objects.count() == 1


@pytest.mark.long
def test_a_thousand_files_of_one_name_are_a_thousand_items(tree: WriteTree, import_: RunImport) -> None:
    site = tree("site", **{f"{n:03}/readme.md": (f"Title {n}", f"{n}.") for n in range(120)})
    assert import_(site, batch_size=50).counts["created"] == 120
    wanted = {f"Title {n}": f"readme-{n + 1}" if n else "readme" for n in range(120)}
    assert slugs() == wanted
    assert import_(site, force=True, batch_size=7).counts["unchanged"] == 120
    assert slugs() == wanted


def test_a_name_on_disk_in_decomposed_letters_gives_a_composed_address(tree: WriteTree, import_: RunImport) -> None:
    import_(tree("site", **{f"{normalize('NFD', '한국')}.md": ("One", "One.")}))
    assert slugs() == {"One": normalize("NFC", "한국")}


@pytest.mark.parametrize(
    "files",
    [
        {"en/about.md": {}, "fr/about.md": {}, "docs/pt-br/about.md": {}},
        {"about.md": {}, "a-propos.md": {"lang": "fr"}, "sobre.md": {"lang": "pt-BR"}},
        {"about.md": {}, "about.fr.md": {}, "about.pt-BR.md": {}},
    ],
    ids=["folders", "keys", "names"],
)
def test_translations_with_the_same_slug_are_separate_items_and_keep_their_addresses(
    files: dict[str, dict[str, str]], write_file: WriteFile, import_: RunImport
) -> None:
    def write(ending: str) -> None:
        for path, keys in files.items():
            write_file(path, title=f"Of {path}", slug="about", link=None, body=f"Text of {path}{ending}", **keys)

    write("")
    assert import_().counts["created"] == 3
    before = slugs()
    assert sorted(before.values()) == ["about", "about-2", "about-3"]
    assert import_(force=True).counts["unchanged"] == 3
    write(", and more")
    assert import_().counts["updated"] == 3
    assert slugs() == before
