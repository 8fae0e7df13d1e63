"""The content that a newcomer sees at first start: complete, clean, varied."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from curation.lib.images import clean
from curation.models import CuratedItem, Image, Offering, Publisher, SourceDocument, Topic, Vocabulary
from sample_content import draw, load
from sample_content.load import CONTENT
from tests.factories import make_topic

pytestmark = pytest.mark.xdist_group("sample content")  # it is drawn once
MEDIGY = "bf44fde0-4a5b-5704-8e28-b8b48a4c29aa.md"
OWN_FILES = [path for path in sorted(CONTENT.rglob("*.md")) if path.name != MEDIGY]
EXAMPLE_HOST = re.compile(r"([a-z]+\.)*example\.(org|com|net)")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static folder of the sample content, drawn afresh."""
    folder = tmp_path_factory.mktemp("static")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "STATIC", folder)
        draw.main()
    return folder


@pytest.fixture
def report(static: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What an import of the sample content prints."""
    call_command("import_markdown", CONTENT, "--static-root", static)
    return capsys.readouterr().out


# Pictures


@pytest.mark.long
def test_pictures_come_out_the_same_every_time(static: Path, tmp_path: Path) -> None:
    for name in list(draw.PICTURES)[:3]:
        draw.save(draw.draw_picture(name), tmp_path / name)
        assert (tmp_path / name).read_bytes() == (static / name).read_bytes()


def test_what_is_drawn_already_is_left_alone(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "STATIC", static)
    monkeypatch.setattr(draw, "save", lambda _image, path: pytest.fail(f"drawn again: {path}"))

    draw.main()


@pytest.mark.long
def test_pictures_are_small_and_of_the_size_that_files_say(static: Path) -> None:
    files = [path for path in static.rglob("*") if path.is_file()]

    assert len(files) == len(draw.PICTURES) + len(draw.ICONS)
    assert sum(path.stat().st_size for path in files) < 2_500_000
    for path in files:
        assert path.stat().st_size < 120_000, path.name
        picture = clean(path.read_bytes())
        assert (picture.width, picture.height) == ((64, 64) if path.parent.name == "icons" else (1600, 900))


def test_every_picture_is_used_and_every_used_picture_is_drawn() -> None:
    text = "\n".join(path.read_text() for path in CONTENT.rglob("*.md"))
    used = set(re.findall(r'\b(?:href|featuredImage)"?\s*[:=]\s*"?/?([\w./-]+\.(?:jpe?g|png|webp))', text))

    assert used == set(draw.PICTURES) | {f"img/icons/{name}.png" for name in draw.ICONS}


# Content


@pytest.mark.django_db
def test_all_of_it_is_imported_without_a_warning(report: str) -> None:
    assert report.splitlines()[-1] == "41 created, 0 updated, 0 unchanged, 1 skipped, 0 rejected, 0 warnings"


@pytest.mark.django_db
def test_its_topics_are_kept_and_those_of_other_imports_wait_for_a_look(
    static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_topic()
    Topic.objects.update(is_from_import=True)
    monkeypatch.setattr(draw, "main", lambda: None)
    load.main()
    assert Topic.objects.count() >= 30
    assert list(Topic.objects.filter(is_from_import=True)) == [other]


@pytest.mark.django_db
def test_it_covers_what_there_is(report: str) -> None:
    vocabularies = set(Vocabulary.objects.filter(topics__items__isnull=False).values_list("name", flat=True))
    assert vocabularies == {"Symplur", "KLAS", "Gartner", "Healthcare IT News", "Medigy"}
    assert set(SourceDocument.objects.values_list("dialect", flat=True)) == set(SourceDocument.Dialect.values)
    assert set(SourceDocument.objects.values_list("front_matter_format", flat=True)) == {"yaml", "toml", "json", "meta"}
    assert Offering.objects.count() >= 12
    assert Topic.objects.count() >= 30
    assert Publisher.objects.filter(icon__isnull=False).count() >= 5
    assert set(Image.objects.values_list("format", flat=True)) == {"JPEG", "PNG", "WEBP"}


@pytest.mark.django_db
def test_it_has_every_kind_of_item(report: str) -> None:
    assert CuratedItem.objects.published().count() >= 31
    assert CuratedItem.objects.filter(status="draft").count() == 1
    assert CuratedItem.objects.filter(published_at__year=2099).count() == 1
    assert CuratedItem.objects.exclude(pdf="").count() == 1
    assert CuratedItem.objects.filter(image__isnull=True).count() >= 3
    assert CuratedItem.objects.filter(source_url="").count() >= 5
    assert CuratedItem.objects.filter(offerings__isnull=True).exists()
    assert CuratedItem.objects.filter(aliases__isnull=False).count() >= 20


@pytest.mark.django_db
def test_the_newest_days_have_several_items_each(report: str) -> None:
    past = CuratedItem.objects.filter(status="published", published_at__lt=datetime(2027, 1, 1, tzinfo=UTC))
    days = Counter(item.published_at.date() for item in past if item.published_at)

    newest = sorted(days, reverse=True)[:3]
    assert [days[day] for day in newest] == [4, 3, 3]


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.stem)
def test_links_lead_to_example_hosts(path: Path) -> None:
    hosts = re.findall(r"https?://([^/\s\"'?]+)", path.read_text())

    assert [host for host in hosts if not EXAMPLE_HOST.fullmatch(host)] == []


def test_the_medigy_file_is_the_real_one(corpus: Path) -> None:
    assert (CONTENT / "news" / MEDIGY).read_bytes() == (corpus / "medigy" / "content" / "news" / MEDIGY).read_bytes()
