"""Names of files in the media storage. A name is made from the content, so that the same bytes are stored once."""

from . import media_types

#: Folder of the PDFs that are attached to items or linked by bodies.
PDF_FOLDER = "documents/"

_IMAGE_SUFFIXES = "|".join(media_type.suffix.removeprefix(".") for media_type in media_types.IMAGES)
#: Regular expressions of all names: of images (`images/ab/abcd….jpg`) and their renditions
#: (`images/ab/abcd…/800w.webp`), and of PDFs, which earlier versions stored under the name of the upload.
IMAGE_NAME = rf"images/[0-9a-f]{{2}}/[0-9a-f]{{64}}(?:/[0-9]{{1,5}}w)?\.(?:{_IMAGE_SUFFIXES})"
PDF_NAME = rf"{PDF_FOLDER}\w[\w.-]{{0,150}}\{media_types.PDF.suffix}"


def image_name(sha256: str, pillow_format: str) -> str:
    """Return the storage name of an image, from the digest of its bytes as they were uploaded or imported."""
    return f"images/{sha256[:2]}/{sha256}{media_types.of_format(pillow_format).suffix}"


def pdf_name(sha256: str) -> str:
    """Return the storage name of a PDF."""
    return f"{PDF_FOLDER}{sha256}{media_types.PDF.suffix}"
