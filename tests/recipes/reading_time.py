"""The promise of “Add a front-matter key”: files give `readingTime` to readers, programs and editors."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation.models import CuratedItem
from tests.admin.pages import submit
from tests.api.asking import get_json
from tests.exporting.conftest import content, dest, export_markdown, import_markdown, in_process
from tests.frontmatter.files import record, warnings
from tests.views.pages import get

__all__ = ["content", "dest", "in_process"]

pytestmark = pytest.mark.django_db

FILE = "---\ntitle: Story\nslug: story\ndate: 2023-01-31\nreadingTime: {}\n---\nText.\n"


@pytest.fixture
def item(content: Path) -> CuratedItem:
    (content / "story.md").write_text(FILE.format(4))
    import_markdown(content)
    return CuratedItem.objects.get()


def test_a_file_is_read() -> None:
    assert record(readingTime=4).reading_time == 4
    assert record().reading_time is None


@pytest.mark.parametrize("value", [0, -1, 1000, 2.5, True, "4 minutes", [4]])
def test_a_value_that_is_no_number_of_minutes_is_ignored_with_a_warning(value: object) -> None:
    assert record(readingTime=value).reading_time is None
    assert warnings(readingTime=value) == [("reading-time", "readingTime")]


def test_a_known_key_is_not_reported_as_unmapped(content: Path) -> None:
    (content / "story.md").write_text(FILE.format(4))
    assert "readingTime" not in import_markdown(content)


def test_readers_and_programs_get_it(item: CuratedItem) -> None:
    assert "4 min read" in get(item.get_absolute_url()).text
    assert get_json(f"items/{item.pk}")["reading_time"] == 4


def test_an_item_without_it_shows_nothing(content: Path) -> None:
    (content / "story.md").write_text("---\ntitle: Story\nslug: story\ndate: 2023-01-31\n---\nText.\n")
    import_markdown(content)
    assert "min read" not in get("/news/story/").text
    assert get_json(f"items/{CuratedItem.objects.get().pk}")["reading_time"] is None


def test_an_edit_in_the_admin_is_exported_and_a_later_import_keeps_it(
    item: CuratedItem, client: Client, content: Path, dest: Path
) -> None:
    client.force_login(User.objects.create_superuser("root"))
    address = reverse("admin:curation_curateditem_change", args=[item.pk])
    submit(client, address, reading_time="7")
    assert "7 min read" in get(item.get_absolute_url()).text
    export_markdown(dest, "--all")
    assert (dest / "content" / "story.md").read_text() == FILE.format(7)
    import_markdown(content)
    item.refresh_from_db()
    assert item.reading_time == 7


def test_a_changed_file_updates_it(item: CuratedItem, content: Path) -> None:
    (content / "story.md").write_text(FILE.format(9))
    import_markdown(content)
    item.refresh_from_db()
    assert item.reading_time == 9
