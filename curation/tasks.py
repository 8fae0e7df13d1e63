"""What runs in the background. Each task is a thin call into the room that knows the subject."""

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task
from pictures.utils import reconstruct

from curation.importing import queued
from curation.importing.ledger import Busy
from curation.importing.preview import preview_upload as preview_upload_now
from curation.importing.uploads import Upload
from curation.models import Image, ImportRun

Outcome = ImportRun.Outcome

logger = logging.getLogger(__name__)

#: A picture as django-pictures hands it over: class, positional and keyword arguments.
Deconstructed = tuple[str, list[Any], dict[str, Any]]


@task()
def make_renditions(image_id: int) -> None:
    """Make the renditions of an image that has none yet. Running it twice does no harm."""
    image = Image.objects.filter(pk=image_id, has_renditions=False).first()
    if image is None:
        return
    try:
        image.make_renditions()
    except FileNotFoundError:
        logger.warning("Image %s has lost its file %s; delete it, and import or upload it again.", image_id, image.file)


def queue_renditions(
    *, file_name: str, new: list[Deconstructed] | None = None, old: list[Deconstructed] | None = None, **_kwargs: Any
) -> None:
    """Answer django-pictures (setting `PICTURES["PROCESSOR"]`): renditions are wanted, or no longer.

    They are made in the background, deleted at once. A task is a row of the same transaction as the image's: no worker
    sees it too early, and nothing that ends an import can leave one without the other.
    """
    if new:
        for image_id in Image.objects.filter(file=file_name).values_list("pk", flat=True):
            make_renditions.enqueue(image_id)
    for picture in old or []:
        reconstruct(*picture).delete()


def queue_missing_renditions() -> int:
    """Queue every image without renditions: one whose worker was killed, say. Return how many there are."""
    images = Image.objects.filter(has_renditions=False).values_list("pk", flat=True)
    for image_id in images:
        make_renditions.enqueue(image_id)
    return len(images)


#: Before renditions, of which a large import queues thousands.
EDITOR_WAITS = 10
#: How long an import waits for another one before it asks again.
TURN = timedelta(seconds=10)


@task(priority=EDITOR_WAITS)
def run_import(run_id: int) -> None:
    """Carry out a queued import, or complete one whose worker died; while another is under way, come back later."""
    run = ImportRun.objects.exclude(outcome__in=(Outcome.FINISHED, Outcome.UNDONE)).filter(pk=run_id).first()
    if run is None:
        return
    try:
        queued.perform(run)
    except Busy:
        run_import.using(run_after=timezone.now() + TURN).enqueue(run_id)


@task(priority=EDITOR_WAITS)
def preview_upload(token: str) -> None:
    """Note beside uploaded files what importing them would do."""
    upload = Upload(token)
    if upload.is_there:
        preview_upload_now(upload)
