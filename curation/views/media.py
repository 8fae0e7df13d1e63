"""Stored images and documents, where the site itself serves them (a file system, no object store or web server)."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from curation.models import BodyReference, CuratedItem, Image, with_published_items

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
#: For so many seconds a browser shows a picture again without asking. It never changes, but it can be withdrawn.
FRESH = 300
#: Who sees files that readers do not.
EDITORS = ("curation.view_curateditem", "curation.view_image", "curation.view_publisher")


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a stored file. `name` matches `MEDIA_NAME`. Whatever is in it, nothing of it runs as part of the site."""
    cached = _cached(request, name)
    try:
        modified = int(default_storage.get_modified_time(name).timestamp())
        etag = f'"{modified:x}-{default_storage.size(name):x}"'
        unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
        response = unchanged or FileResponse(default_storage.open(name))
    except OSError as error:
        raise Http404 from error
    for header, value in _headers(name, cached).items():
        response[header] = value
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    return response


def _cached(request: HttpRequest, name: str) -> str:
    """Return for whom a file may be cached, and how long: readers may have what they see an item of, editors any."""
    is_image = name.startswith("images/")
    if _is_seen(name, is_image):
        return f"public, max-age={FRESH}, s-maxage={settings.CDN_SECONDS}" if is_image else "no-cache"
    if any(map(request.user.has_perm, EDITORS)):
        return "private, no-store"
    raise Http404


def _is_seen(name: str, is_image: bool) -> bool:
    """Whether an item that readers see has a file, or the picture that it is a rendition of; in one query."""
    if is_image:
        return with_published_items(Image).filter(sha256=name.split("/")[2].partition(".")[0]).exists()
    attached = CuratedItem.objects.filter(pdf=name).exclude(pdf="").order_by().values("pk")
    linked = BodyReference.objects.filter(document=name).exclude(document="").order_by().values("item")
    having = CuratedItem.objects.filter(Q(pk__in=attached) | Q(pk__in=linked)).order_by().values("pk")
    return CuratedItem.objects.published_among(having).exists()


def _headers(name: str, cached: str) -> dict[str, str]:
    """Return what is said of every file: images are shown, documents are handed over."""
    return {
        "Content-Type": CONTENT_TYPES[name.rpartition(".")[2]],
        "Content-Disposition": "inline" if name.startswith("images/") else "attachment",
        "Cache-Control": cached,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
