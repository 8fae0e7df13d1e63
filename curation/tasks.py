"""What runs in the background. Each task is a thin call into the room that knows the subject."""

import logging
from typing import Any

from django.db import transaction
from django_tasks import task
from pictures.utils import reconstruct

from curation.models import Image

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

    They are made in the background, once the transaction that stored the image holds; deleted at once.
    """
    if new or not old:  # a picture smaller than any rendition has no new ones, and is done at once
        transaction.on_commit(lambda: _queue(file_name))
    for picture in old or []:
        reconstruct(*picture).delete()


def _queue(file_name: str) -> None:
    for image_id in Image.objects.filter(file=file_name).values_list("pk", flat=True):
        make_renditions.enqueue(image_id)


def queue_missing_renditions() -> int:
    """Queue every image without renditions: one whose worker was killed, say. Return how many there are."""
    images = Image.objects.filter(has_renditions=False).values_list("pk", flat=True)
    for image_id in images:
        make_renditions.enqueue(image_id)
    return len(images)
