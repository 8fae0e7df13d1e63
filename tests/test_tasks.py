"""Stored images: written once, rendered in the background, deleted with their rows."""

import io
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django_tasks import task_backends
from django_tasks.backends.dummy import DummyBackend
from django_tasks_db.models import DBTaskResult
from PIL import Image as Pillow

from curation import tasks
from curation.lib.images import CleanImage, clean
from curation.models import Image, ImageLook
from curation.models.fields import MAX_WEBP_HEIGHT, rendition_widths
from curation.tasks import find_looks, make_renditions
from curation.templating.pictures import picture

pytestmark = pytest.mark.django_db

Committing = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    _backend().clear()
    yield
    _backend().clear()


def _backend() -> DummyBackend:
    backend = task_backends["default"]
    assert isinstance(backend, DummyBackend)
    return backend


def waiting() -> list[int]:
    """The ids of the images that wait for their renditions."""
    return [result.args[0] for result in _backend().results]


def make_picture(width: int = 900, height: int = 600, image_format: str = "JPEG") -> CleanImage:
    buffer = io.BytesIO()
    Pillow.linear_gradient("L").resize((width, height)).convert("RGB").save(buffer, image_format)
    return clean(buffer.getvalue())


def stored_files(media_root: Path) -> set[str]:
    return {path.name for path in media_root.rglob("*") if path.is_file()}


# Storing


def test_a_picture_is_stored_under_its_content(media_root: Path) -> None:
    picture = make_picture()

    image, created = Image.objects.store(picture, "holiday.png")

    assert created
    assert image.file.name == f"images/{picture.sha256[:2]}/{picture.sha256}.jpg"
    assert (image.width, image.height, image.format, image.size) == (900, 600, "JPEG", len(picture.data))
    assert image.original_name == "holiday.png"
    assert (media_root / image.file.name).read_bytes() == picture.data
    image.full_clean()


def test_the_same_bytes_are_stored_once(media_root: Path) -> None:
    first, _ = Image.objects.store(make_picture(), "one.jpg")

    second, created = Image.objects.store(make_picture(), "two.jpg")

    assert (second, created) == (first, False)
    assert len(stored_files(media_root)) == 1


def test_a_file_that_an_interrupted_run_left_is_written_over(media_root: Path) -> None:
    picture = make_picture()
    name = f"images/{picture.sha256[:2]}/{picture.sha256}.jpg"
    default_storage.save(name, ContentFile(picture.data[:100]))

    Image.objects.store(picture, "one.jpg")

    assert stored_files(media_root) == {f"{picture.sha256}.jpg"}
    assert (media_root / name).read_bytes() == picture.data


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_two_at_once_store_the_same_bytes_once(media_root: Path) -> None:
    results: list[tuple[Image, bool]] = []

    def store() -> None:
        results.append(Image.objects.store(make_picture(), "two.jpg"))
        connection.close()

    other = threading.Thread(target=store)
    with transaction.atomic():
        first, created = Image.objects.store(make_picture(), "one.jpg")
        other.start()
        other.join(timeout=0.5)  # it waits for this transaction
    other.join()

    assert created
    assert results == [(first, False)]
    assert len(stored_files(media_root)) == 1


# Queueing


def test_a_stored_picture_waits_for_its_renditions() -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")
    Image.objects.store(make_picture(), "again.jpg")

    assert waiting() == [image.pk]


@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
def test_a_picture_whose_transaction_is_rolled_back_waits_for_nothing() -> None:
    with transaction.atomic():
        Image.objects.store(make_picture(), "one.jpg")
        assert DBTaskResult.objects.count() == 1
        transaction.set_rollback(True)

    assert not DBTaskResult.objects.exists()


def test_the_command_queues_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    missing, _ = Image.objects.store(make_picture(), "one.jpg")
    done, _ = Image.objects.store(make_picture(800), "two.jpg")
    Image.objects.filter(pk=done.pk).update(has_renditions=True)
    _backend().clear()

    call_command("make_renditions")

    assert waiting() == [missing.pk]
    assert capsys.readouterr().out == "1 image queued.\n"


def test_the_command_queues_all_anew_when_asked() -> None:
    done, _ = Image.objects.store(make_picture(), "one.jpg")
    Image.objects.filter(pk=done.pk).update(has_renditions=True)
    _backend().clear()

    call_command("make_renditions", "--all")

    done.refresh_from_db()
    assert waiting() == [done.pk]
    assert not done.has_renditions


# Renditions


def test_renditions_are_made_in_two_formats_and_every_width_up_to_the_pictures_own(media_root: Path) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")

    make_renditions.call(image.pk)

    image.refresh_from_db()
    folder = (media_root / image.file.name).with_suffix("")
    assert image.has_renditions
    assert {path.name for path in folder.iterdir()} == {
        f"{width}w.{kind}" for width in (200, 400, 900) for kind in ("avif", "webp")
    }
    for path in folder.iterdir():
        with Pillow.open(path) as rendition:
            assert path.suffix == f".{str(rendition.format).lower()}"
            assert rendition.width == int(path.stem.removesuffix("w"))
            assert rendition.width / rendition.height == pytest.approx(1.5, abs=0.01)


def test_making_renditions_twice_does_no_harm(media_root: Path) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")
    make_renditions.call(image.pk)
    Image.objects.update(has_renditions=False)
    files = stored_files(media_root)

    make_renditions.call(image.pk)
    make_renditions.call(image.pk)

    assert stored_files(media_root) == files


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (1, [1]),
        (90, [90]),
        (628, [200, 400, 628]),
        (1600, [200, 400, 800, 1200, 1600]),
        (6000, [200, 400, 800, 1200, 1600, 2400]),
    ],
)
def test_no_rendition_is_wider_than_its_picture_or_saves_next_to_nothing(width: int, expected: list[int]) -> None:
    assert rendition_widths(width) == expected


@pytest.mark.parametrize(
    ("width", "height"),
    [(6000, 3), (3, 6000), (900, 4), (1200, 5), (600, 2), (1001, 1), (1, 1001), (2401, 1601), (997, 331), (16_000, 1)],
)
def test_renditions_are_as_wide_as_srcset_says_and_at_least_a_pixel_high(
    width: int, height: int, media_root: Path
) -> None:
    image, _ = Image.objects.store(make_picture(width, height), "thin.jpg")
    make_renditions.call(image.pk)
    image.refresh_from_db()
    offered = re.findall(r"/media/(\S+) (\d+)w", str(picture(image)))
    assert len(offered) == 2 * len(rendition_widths(width, height)) > 0
    for name, wide in offered:
        with Pillow.open(media_root / name) as rendition:
            assert rendition.width == int(wide)
            assert rendition.height == max(1, round(height * int(wide) / width))


def test_a_picture_too_high_for_webp_is_served_as_it_is(media_root: Path) -> None:
    image, _ = Image.objects.store(make_picture(10, MAX_WEBP_HEIGHT + 1, "PNG"), "tower.png")
    make_renditions.call(image.pk)
    image.refresh_from_db()
    assert image.has_renditions
    assert len(stored_files(media_root)) == 1
    assert "srcset" not in picture(image)


def test_the_smallest_picture_has_renditions_too(media_root: Path) -> None:
    image, _ = Image.objects.store(make_picture(1, 1), "one.jpg")
    image.make_renditions()
    assert len(stored_files(media_root)) == 3


def test_an_image_that_was_deleted_needs_no_renditions() -> None:
    make_renditions.call(123456)


def test_an_image_that_is_deleted_while_they_are_made_leaves_no_files(
    media_root: Path,
) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")
    Image.objects.filter(pk=image.pk)._raw_delete("default")

    image.make_renditions()

    assert stored_files(media_root) == set()


def test_a_lost_file_is_told(caplog: pytest.LogCaptureFixture) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")
    default_storage.delete(image.file.name)

    make_renditions.call(image.pk)

    image.refresh_from_db()
    assert not image.has_renditions
    assert f"Image {image.pk} has lost its file {image.file.name}" in caplog.text


# Looks


def detailed_picture(width: int = 900) -> CleanImage:
    buffer = io.BytesIO()
    Pillow.linear_gradient("L").rotate(90).resize((width, width)).convert("RGB").save(buffer, "PNG")
    return clean(buffer.getvalue())


def test_making_renditions_finds_the_images_that_look_the_same() -> None:
    for width in (300, 400):
        image, _ = Image.objects.store(detailed_picture(width), "one.png")
        make_renditions.func(image.pk)
    first, second = ImageLook.objects.order_by("image")
    assert first.bits == second.bits != 0
    assert first.group == second.group is not None


def test_looks_of_images_from_before_are_found_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made, lost = (Image.objects.store(detailed_picture(width), "one.png")[0] for width in (300, 400))
    for image in (made, lost):
        make_renditions.func(image.pk)
    Image.objects.store(detailed_picture(200), "has-no-renditions.png")
    ImageLook.objects.all().delete()
    shutil.rmtree(Path(default_storage.path(lost.name)).with_suffix(""))
    monkeypatch.setattr(tasks, "LOOKS_PER_TASK", 1)
    before: list[int] = []
    for found, following in ((set(), [lost.pk]), ({made.pk}, [made.pk]), ({made.pk}, [])):
        _backend().clear()
        find_looks.func(*before)
        assert set(ImageLook.objects.exclude(bits=0).values_list("image", flat=True)) == found
        daily, *others = _backend().results
        assert (daily.task.run_after is None, daily.args) == (False, [])
        assert [result.args for result in others] == [[pk] for pk in following]
        before = following


def test_the_look_of_an_image_whose_file_was_lost_is_found_once_it_is_back() -> None:
    image, _ = Image.objects.store(detailed_picture(300), "one.png")
    make_renditions.func(image.pk)
    ImageLook.objects.all().delete()
    folder = Path(default_storage.path(image.name)).with_suffix("")
    away = folder.rename(folder.with_name("away"))
    for _ in range(2):
        find_looks.func()
        assert not ImageLook.objects.exists()
    away.rename(folder)
    find_looks.func()
    assert ImageLook.objects.get().bits != 0


# Deleting


def test_a_deleted_image_takes_its_files_along(
    media_root: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")
    make_renditions.call(image.pk)

    with django_capture_on_commit_callbacks(execute=True):
        Image.objects.all().delete()
        assert len(stored_files(media_root)) == 7

    assert stored_files(media_root) == set()


def test_a_deletion_that_is_rolled_back_keeps_the_files(
    media_root: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    image, _ = Image.objects.store(make_picture(), "one.jpg")

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        image.delete()
        transaction.set_rollback(True)

    assert len(stored_files(media_root)) == 1


def test_the_same_bytes_stored_again_at_once_keep_their_file(
    media_root: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Image.objects.store(make_picture(), "one.jpg")
        Image.objects.all().delete()
        again, _ = Image.objects.store(make_picture(), "two.jpg")

    assert stored_files(media_root) == {Path(again.file.name).name}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_the_same_bytes_stored_by_another_meanwhile_keep_their_file(media_root: Path) -> None:
    gone, _ = Image.objects.store(make_picture(), "one.jpg")
    Image.objects.filter(pk=gone.pk)._raw_delete("default")

    def clear_up() -> None:
        gone.delete_files()
        connection.close()

    other = threading.Thread(target=clear_up)
    with transaction.atomic():
        again, _ = Image.objects.store(make_picture(), "two.jpg")
        other.start()
        other.join(timeout=0.5)  # it waits for this transaction
    other.join()

    assert stored_files(media_root) == {Path(again.file.name).name}
    assert Image.objects.get() == again
