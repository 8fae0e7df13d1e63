"""Stored images and documents, where the site itself serves them (a file system, no object store or web server)."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

#: The only names that are served: content-addressed images, their renditions, and attached PDFs.
MEDIA_NAME = (
    r"(?P<name>images/[0-9a-f]{2}/[0-9a-f]{64}(?:/[0-9]{1,5}w)?\.(?:jpg|png|gif|webp|avif)"
    r"|documents/\w[\w.-]{0,150}\.pdf)\Z"
)
#: What a file is comes from this list alone, never from its bytes or from who stored it.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "pdf": "application/pdf",
}
YEAR = 365 * 24 * 3600


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a stored file. `name` matches `MEDIA_NAME`. Whatever is in it, nothing of it runs as part of the site."""
    try:
        modified = int(default_storage.get_modified_time(name).timestamp())
        etag = f'"{modified:x}-{default_storage.size(name):x}"'
        unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
        response = unchanged or FileResponse(default_storage.open(name))
    except OSError as error:
        raise Http404 from error
    for header, value in _headers(name).items():
        response[header] = value
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    return response


def _headers(name: str) -> dict[str, str]:
    """Return what is said of every file: images are shown and never change, documents are handed over."""
    is_image = name.startswith("images/")
    return {
        "Content-Type": CONTENT_TYPES[name.rpartition(".")[2]],
        "Content-Disposition": "inline" if is_image else "attachment",
        "Cache-Control": f"public, max-age={YEAR}, immutable" if is_image else "no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
