"""The rows that one import of a folder writes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image as PillowImage

from curation.models import Alias, Author, CuratedItem, Image, ItemTag, ItemTopic, Offering, SourceDocument, Topic

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def test_a_file_becomes_an_item_with_all_its_related_rows(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["AI", "Gartner: Robots"], author=["Ann", "Bo"], tags=["x", "X", "y"])
    report = import_()
    assert (report.counts["created"], report.counts["rejected"]) == (1, 0)
    item = CuratedItem.objects.get()
    assert item.title == "Title of a"
    assert item.body_html == "<p>A <em>body</em>.</p>"
    assert item.status == "published"
    assert [str(row.topic) for row in item.itemtopic_set.all()] == ["Medigy: AI", "Gartner: Robots"]
    assert [row.author.name for row in item.itemauthor_set.all()] == ["Ann", "Bo"]
    assert sorted(item.tags.names()) == ["x", "y"]
    assert str(item.publisher) == "example.org"
    assert ItemTopic.objects.filter(listed_at=item.published_at).count() == 2


def test_relations_are_written_through_their_one_writer(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.items.saving.replace_relations", lambda _entries: None)
    write_file("a.md", categories=["AI", "Gartner: Robots"], author=["Ann", "Bo"], tags=["x", "y"])
    assert import_().counts["created"] == 1
    item = CuratedItem.objects.get()
    assert not item.topics.exists()
    assert not item.authors.exists()
    assert not ItemTag.objects.exists()


def test_topics_that_differ_in_case_are_one(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["AI"])
    write_file("b.md", categories=["ai"])
    import_()
    assert [topic.label for topic in Topic.objects.all()] == ["AI"]


def test_names_are_found_again_whatever_their_letters_and_case(write_file: WriteFile, import_: RunImport) -> None:
    import_(write_file("a.md", categories=["Örgan: Élan"], author="Élan", tags=["Ärzte"]))
    assert import_(write_file("b.md", categories=["örgan: éLAN"], author="ÉLAN", tags=["ärzte"])).counts["created"] == 1
    assert ItemTopic.objects.count() == 2
    assert Topic.objects.count() == 1


def test_names_with_letters_that_databases_lowercase_differently_are_found_again(
    write_file: WriteFile, import_: RunImport
) -> None:
    for body in ("One.", "Two."):
        assert import_(write_file("a.md", author="ΝΙΚΟΣ", body=body)).counts["rejected"] == 0
    assert Author.objects.count() == 1


def test_a_long_slug_of_a_topic_or_offering_is_stored_completely_and_found_again(
    write_file: WriteFile, import_: RunImport
) -> None:
    slug, longest = "x" * 120, "y" * 255
    for body in ("One.", "Two."):
        write_file(
            "a.md",
            body=body,
            categories=["Symplur: Care", "KLAS: Care"],
            categoryUrl=[f"topic/{longest}", f"topic/{longest}"],
            relatedOfferings=[{"label": "Chart", "permalink": f"/offering/{slug}"}],
        )
        assert import_().counts["warnings"] == 0
    assert Offering.objects.get().slug == slug
    assert {topic.slug for topic in Topic.objects.all()} == {longest, "y" * 253 + "-2"}


def test_expired_items_are_archived_and_others_are_published_until_they_expire(
    write_file: WriteFile, import_: RunImport, client: Client
) -> None:
    write_file("over.md", expiryDate="2020-01-01")
    write_file("coming.md", unpublishdate="2030-01-01T12:00:00Z")
    report = import_()
    assert (report.counts["created"], report.counts["warnings"]) == (2, 0)
    assert dict(CuratedItem.objects.values_list("slug", "status")) == {"over": "archived", "coming": "published"}
    for seconds, shown in ((-1, 200), (0, 404)):
        with time_machine.travel(datetime(2030, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=seconds), tick=False):
            assert client.get("/news/over/").status_code == 404
            assert client.get("/news/coming/").status_code == shown
            assert import_().counts["unchanged"] == 2


def test_a_second_run_writes_nothing(
    write_file: WriteFile, import_: RunImport, django_assert_num_queries: object
) -> None:
    write_file("a.md", external_id=1, aliases="/old/a")
    write_file("b.md", external_id=2, categories=["AI"])
    import_()
    before = list(SourceDocument.objects.values())
    report = import_()
    assert report.counts["unchanged"] == report.counts["seen"] == 2
    assert list(SourceDocument.objects.values()) == before


def test_a_dry_run_reports_the_same_and_keeps_nothing(
    write_file: WriteFile, import_: RunImport, content: Path, media_root: Path
) -> None:
    PillowImage.new("RGB", (60, 40), "teal").save(content / "a.png")
    write_file("a.md", featuredImage="a.png")
    assert import_(dry_run=True).counts["created"] == 1
    assert not CuratedItem.objects.exists()
    assert not Image.objects.exists()
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def test_an_image_is_found_in_the_static_folder_beside_the_content(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    folder = content.parent / "static" / "img"
    folder.mkdir(parents=True)
    PillowImage.new("RGB", (60, 40), "teal").save(folder / "x.jpg")
    write_file("post/a.md", featuredImage={"href": "/img/x.jpg", "alt": "Teal"})
    write_file("post/b.md", featuredImage="/img/x.jpg")
    report = import_()
    assert report.counts["warnings"] == 0
    image = Image.objects.get()
    assert (image.width, image.height) == (60, 40)
    assert CuratedItem.objects.get(slug="a").image_alt == "Teal"
    assert CuratedItem.objects.filter(image=image).count() == 2


@pytest.mark.parametrize("href", ["missing.jpg", "../secret.jpg", "https://evil.example/x.jpg", "/etc/passwd", "a.md"])
def test_an_image_that_cannot_be_used_is_a_warning(
    href: str, write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    PillowImage.new("RGB", (6, 4)).save(content.parent / "secret.jpg")
    write_file("a.md", featuredImage=href)
    report = import_()
    assert (report.counts["created"], report.counts["warnings"]) == (1, 1)
    assert CuratedItem.objects.get().image is None
    assert f"featuredImage.href: “{href}”" in next(report.lines("warning"))


def test_a_rejected_file_writes_nothing_and_does_not_stop_other_files(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md")
    write_file("b.md", date="soon", categories=["Only here"], author="Nobody")
    write_file("c.md")
    report = import_()
    assert (report.counts["created"], report.counts["rejected"]) == (2, 1)
    assert not Topic.objects.exists()
    assert "b.md" in next(report.lines("error"))


def test_old_addresses_redirect_to_the_page(write_file: WriteFile, import_: RunImport, client: Client) -> None:
    write_file("a.md", external_id=1, aliases=["/old/a/", "/older"])
    import_()
    for path in ("/old/a/", "/old/a", "/older/", "/post/2019/05/01/a/"):
        response = client.get(path)
        assert (response.status_code, response.headers.get("Location")) == (301, "/news/a/"), path


def test_of_two_files_that_give_the_same_slug_the_later_gets_a_number(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", external_id=1, slug="same")
    write_file("b.md", external_id=2, slug="same")
    report = import_()
    assert report.counts["created"] == 2
    (line,) = (line for line in report.lines("warning") if "b.md: slug" in line)
    assert "“same” is the address of “Title of a” (/news/same/, from " in line
    assert "this one got /news/same-2/" in line
    assert dict(CuratedItem.objects.values_list("title", "slug")) == {"Title of a": "same", "Title of b": "same-2"}


def test_an_alias_never_takes_over_the_page_of_another_item(
    write_file: WriteFile, import_: RunImport, client: Client
) -> None:
    write_file("thief.md", aliases="/news/victim/")
    write_file("victim.md", aliases="/news/thief")
    report = import_()
    assert client.get("/news/victim/").status_code == 200
    assert client.get("/news/thief/").status_code == 200
    assert not Alias.objects.filter(path__startswith="/news/").exists()
    assert report.counts["warnings"] == 2


def test_source_links_that_differ_only_in_tracking_parameters_cause_a_warning(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", link="https://www.example.org/story/?id=7&utm_source=x")
    write_file("b.md", link="http://example.org/story?id=7#top")
    write_file("c.md", link="http://example.org/story?id=8")
    report = import_()
    (line,) = report.lines("warning")
    assert "b.md" in line
    assert "“Title of a”" in line


def test_an_import_costs_the_same_queries_for_any_number_of_files_in_a_batch(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    counts = []
    for number in (1, 2, 4):  # the first makes the vocabulary and publisher
        for index in range(number):
            write_file(
                f"{number}/{number}-{index}.md", categories=[f"Topic {number} {index}"], tags=[f"t{number}{index}"]
            )
        with CaptureQueriesContext(connection) as queries:
            import_(content / str(number))
        counts.append(len(queries))
    assert counts[1] == counts[2]
