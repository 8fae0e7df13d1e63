"""Small valid pictures."""

import io
from itertools import count

from PIL import Image as Pillow

from curation.lib.images import clean
from curation.models import Image

_number = count(1)


SIZE = 8, 6


def picture_bytes(number: int | None = None, image_format: str = "PNG", size: tuple[int, int] = SIZE) -> bytes:
    """Return a picture of one colour, chosen by the number; without a number, a new one."""
    number = next(_number) if number is None else number
    buffer = io.BytesIO()
    Pillow.new("RGB", size, (number % 256, number // 256, 7)).save(buffer, image_format)
    return buffer.getvalue()


def make_image(name: str = "", size: tuple[int, int] = SIZE) -> Image:
    number = next(_number)
    return Image.objects.store(clean(picture_bytes(number, size=size)), name or f"picture-{number}.png")[0]
