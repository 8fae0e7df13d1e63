"""Pictures and PDFs are exported to the path in their content file, and found there."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image as PillowImage

from curation.lib import images
from curation.models import BodyReference, CuratedItem, Image, Publisher, SourceDocument
from curation.site_links.picture_paths import picture_href
from tests.factories import make_item

from .conftest import export_markdown, import_markdown
from .items import all_items, delete_everything

pytestmark = pytest.mark.django_db

FILE = """---
title: A story
slug: a-story
date: 2023-01-31
link:
  href: https://example.org/story
featuredImage:
  alt: Teal
  format: JPEG
  href: /img/photo.jpg
  size:
    - 40
    - 60
  valid: true
  workPackage: 16549
featuredPdf: report.pdf
favIconImage: /icons/x.png
---
A story.
"""


def draw(path: Path, colour: str, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.new("RGB", (60, 40), colour).save(path, **options)
    return path


def upload(tmp_path: Path, colour: str = "navy", name: str = "new.png") -> Image:
    """Store a picture as an editor's upload does."""
    return Image.objects.store(images.clean(draw(tmp_path / name, colour).read_bytes()), name)[0]


@pytest.fixture
def site(content: Path) -> Path:
    """A site with a file, imported: its picture has a camera's notes, which are not kept."""
    static = content.parent / "static"
    exif = PillowImage.Exif()
    exif[0x010E] = "A description"
    draw(static / "img" / "photo.jpg", "teal", exif=exif)
    draw(static / "icons" / "x.png", "red")
    (static / "report.pdf").write_bytes(b"%PDF-1.4 report")
    (content / "a-story.md").write_text(FILE)
    assert import_markdown(content).startswith("1 created, 0 updated, 0 unchanged, 0 skipped, 0 rejected, 0 warnings")
    return content.parent


def test_the_files_that_an_item_refers_to_are_exported(site: Path, dest: Path) -> None:
    assert export_markdown(dest, "--all") == ("1 as they came in, 0 with edits, 0 new, 3 pictures and PDFs, 0 warnings")
    assert sorted(str(path.relative_to(dest)) for path in dest.rglob("*") if path.is_file()) == [
        *("content/a-story.md", "static/icons/x.png", "static/img/photo.jpg", "static/report.pdf"),
    ]
    assert b"A description" not in (dest / "static" / "img" / "photo.jpg").read_bytes()


def test_a_picture_without_its_cameras_notes_is_the_same_picture(site: Path, dest: Path) -> None:
    before = all_items(), list(Image.objects.values())
    export_markdown(dest, "--all")
    assert import_markdown(dest).startswith("0 created, 0 updated, 1 unchanged")
    assert (all_items(), list(Image.objects.values())) == before
    assert export_markdown(dest, "--all").startswith("1 as they came in, 0 with edits, 0 new, 3 pictures")


def test_an_empty_site_gets_picture_pdf_and_icon(site: Path, dest: Path) -> None:
    before = all_items()
    export_markdown(dest, "--all")
    delete_everything()
    import_markdown(dest)
    assert all_items() == before
    assert CuratedItem.objects.get().pdf.read() == b"%PDF-1.4 report"
    assert Publisher.objects.get().icon is not None


def test_another_picture_takes_the_place_in_the_file(site: Path, dest: Path, tmp_path: Path) -> None:
    item = CuratedItem.objects.get()
    item.image, item.image_alt = upload(tmp_path), "Navy"
    item.save()
    before = all_items()
    assert ", 1 with edits, 0 new, 3 pictures" in export_markdown(dest, "--all")
    written = (dest / "content" / "a-story.md").read_text()
    href = f"/images/{item.image.sha256[:16]}/new.png"
    assert written == FILE.replace("Teal", "Navy").replace("JPEG", "PNG").replace("/img/photo.jpg", href).replace(
        "16549", "null"
    )
    assert import_markdown(dest).startswith("0 created, 0 updated, 1 unchanged")
    assert all_items() == before
    delete_everything()
    import_markdown(dest)
    assert all_items() == before


def test_a_removed_picture_is_removed_from_the_file(site: Path, dest: Path) -> None:
    item = CuratedItem.objects.get()
    item.image, item.pdf = None, ""
    item.save()
    export_markdown(dest, "--all")
    written = (dest / "content" / "a-story.md").read_text()
    assert "featuredImage: null\nfeaturedPdf: null\n" in written
    assert import_markdown(dest).startswith("0 created, 0 updated, 1 unchanged")
    assert CuratedItem.objects.get().image is None


def test_of_two_pictures_with_one_path_the_second_gets_another(site: Path, dest: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "content"
    draw(other.parent / "static" / "img" / "photo.jpg", "navy")
    other.mkdir()
    (other / "b.md").write_text("---\ntitle: B\nslug: b\ndate: 2023-01-31\nfeaturedImage: /img/photo.jpg\n---\n")
    import_markdown(other)
    before = all_items()
    assert export_markdown(dest, "--all").startswith("1 as they came in, 1 with edits, 0 new, 4 pictures")
    assert "featuredImage: /images/" in (dest / "content" / "b.md").read_text()
    assert import_markdown(dest).startswith("0 created, 0 updated, 2 unchanged")
    delete_everything()
    import_markdown(dest)
    assert all_items() == before


def test_the_picture_of_an_item_made_here_comes_along(dest: Path, tmp_path: Path) -> None:
    item = make_item("Made here", image=upload(tmp_path, name="a b'c.png"), image_alt="Navy")
    item.pdf.save("x.pdf", ContentFile(b"%PDF-1.4 x"))
    before = all_items()
    assert export_markdown(dest, "--all") == "0 as they came in, 0 with edits, 1 new, 2 pictures and PDFs, 0 warnings"
    assert import_markdown(dest).startswith("0 created, 0 updated, 1 unchanged")
    delete_everything()
    import_markdown(dest)
    assert all_items() == before
    assert CuratedItem.objects.get().pdf.read() == b"%PDF-1.4 x"


def test_a_picture_that_the_storage_has_lost_is_a_warning(site: Path, dest: Path) -> None:
    image = CuratedItem.objects.get().image
    assert image is not None
    image.file.storage.delete(image.file.name)
    assert export_markdown(dest, "--all") == ("1 as they came in, 0 with edits, 0 new, 2 pictures and PDFs, 1 warnings")


def test_a_missing_picture_stays_in_its_file(content: Path, dest: Path) -> None:
    (content / "a.md").write_text("---\ntitle: A\nslug: a\ndate: 2023-01-31\nfeaturedImage: /missing.jpg\n---\n")
    import_markdown(content)
    assert SourceDocument.objects.get().media["image"]["sha256"] == ""
    assert export_markdown(dest, "--all").startswith("1 as they came in, 0 with edits, 0 new, 0 pictures")


BUNDLE = """---
title: "{name}"
slug: {name}
date: 2023-01-31
featuredImage: pic.png
---
![Chart](pic.png) ![Up](../up.png) ![Static](/img/photo.jpg) [Report](report.pdf) [Other](/news/other/)
"""


def write_bundles(content: Path) -> None:
    for name, colour in (("one", "red"), ("two", "blue")):
        folder = content / "post" / name
        draw(folder / "pic.png", colour)
        (folder / "report.pdf").write_bytes(b"%PDF-1.4 " + name.encode())
        (folder / "index.md").write_text(BUNDLE.format(name=name))
    draw(content / "post" / "up.png", "green")
    draw(content.parent / "static" / "img" / "photo.jpg", "teal")


def test_the_pictures_of_bodies_lie_where_they_lay_and_the_files_are_the_same_byte_for_byte(
    content: Path, dest: Path
) -> None:
    write_bundles(content)
    import_markdown(content)
    assert export_markdown(dest, "--all") == "2 as they came in, 0 with edits, 0 new, 6 pictures and PDFs, 0 warnings"
    there = sorted(path.relative_to(content.parent) for path in content.parent.rglob("*") if path.is_file())
    assert sorted(path.relative_to(dest) for path in dest.rglob("*") if path.is_file()) == there
    for path in there:
        if path.suffix in (".md", ".pdf"):
            assert (dest / path).read_bytes() == (content.parent / path).read_bytes()


def test_an_export_is_imported_again_unchanged(content: Path, dest: Path) -> None:
    write_bundles(content)
    import_markdown(content)
    export_markdown(dest, "--all")
    before = list(BodyReference.objects.order_by("href", "image").values_list("href", "image", "document"))
    delete_everything()
    assert import_markdown(dest / "content").startswith("2 created, 0 updated, 0 unchanged, 0 skipped, 0 rejected, 2 w")
    after = list(BodyReference.objects.order_by("href", "image").values_list("href", "document"))
    assert after == [(href, document) for href, _image, document in before]
    assert BodyReference.objects.filter(kind="picture", image=None).count() == 0


def test_a_picture_that_an_editor_put_into_a_body_goes_to_its_site_path(dest: Path, tmp_path: Path) -> None:
    image = upload(tmp_path)
    make_item("A story", body=f"![New]({picture_href(image)})")
    export_markdown(dest, "--all")
    place = dest / "static" / picture_href(image).lstrip("/")
    assert place.is_file()
    delete_everything()
    import_markdown(dest / "content")
    assert [row.image is not None for row in BodyReference.objects.all()] == [True]


def test_two_pictures_with_one_path_are_reported(content: Path, dest: Path) -> None:
    for site, colour in (("one", "red"), ("two", "blue")):
        draw(content / site / "static" / "x.png", colour)
        (content / site / "a.md").write_text(f"---\ntitle: {site}\nslug: {site}\ndate: 2023-01-31\n---\n![](/x.png)\n")
    import_markdown(content)
    assert export_markdown(dest, "--all") == "2 as they came in, 0 with edits, 0 new, 1 pictures and PDFs, 1 warnings"
