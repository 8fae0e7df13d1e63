"""The real files, all of them, and the hostile ones: in, out, and in again."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from curation.models import CuratedItem, Image

from .conftest import export_markdown, import_markdown
from .items import all_items, delete_everything

pytestmark = pytest.mark.django_db


def files(folder: Path) -> dict[str, bytes]:
    """Return the content files of a folder of sites by their path in the site; section pages are no items."""
    found = (path for path in folder.rglob("*.md") if not path.name.startswith("_index"))
    return {str(path).rpartition("/content/")[2]: path.read_bytes() for path in found}


@pytest.mark.long
def test_real_files_are_exported_byte_for_byte_and_imported_unchanged(corpus: Path, dest: Path) -> None:
    import_markdown(corpus)
    before = all_items()
    pictures = Image.objects.count()
    assert export_markdown(dest, "--all").startswith("585 as they came in, 0 with edits, 0 new, ")
    assert files(dest) == files(corpus)

    assert import_markdown(dest).startswith("0 created, 0 updated, 585 unchanged, 0 skipped, 0 rejected")
    assert import_markdown(corpus).startswith("0 created, 0 updated, 585 unchanged, 9 skipped, 0 rejected")
    assert all_items() == before
    assert Image.objects.count() == pictures
    assert export_markdown(dest, "--all").startswith("585 as they came in, 0 with edits, 0 new, ")

    delete_everything()
    assert import_markdown(dest).startswith("580 created, 5 updated, 0 unchanged, 0 skipped, 0 rejected")
    assert all_items() == before
    assert Image.objects.count() == pictures


def test_hostile_files_come_out_as_they_came_in(hostile: Path, dest: Path) -> None:
    with pytest.raises(CommandError, match="files rejected"):
        import_markdown(hostile)
    count, before = CuratedItem.objects.count(), all_items()
    assert count > 60
    assert export_markdown(dest, "--all").startswith(f"{count} as they came in, 0 with edits, 0 new, ")
    originals = files(hostile)
    assert {name: data for name, data in files(dest).items() if originals[name] != data} == {}
    assert import_markdown(dest).startswith(f"0 created, 0 updated, {count} unchanged, 0 skipped, 0 rejected")
    assert all_items() == before
