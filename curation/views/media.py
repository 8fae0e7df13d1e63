"""Stored images and documents, for installations in which neither an object store nor a web server serves them."""

from threading import Lock
from time import time

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from curation.accounts.second_factor import is_editor
from curation.db.availability import DATABASE_FAILURES, ask
from curation.items.preview_links import shows_file
from curation.lib.media_types import MediaType, of_path
from curation.lib.stored_files import IMAGE_NAME, PDF_NAME
from curation.models import BodyReference, CuratedItem, Image, with_published_items

from .previews import tokens_in

#: The only names that are served: content-addressed images, their renditions, and attached PDFs.
MEDIA_NAME = rf"(?P<name>{IMAGE_NAME}|{PDF_NAME})\Z"
#: How long browsers cache an image. An image never changes, but it can be withdrawn.
MAX_AGE_SECONDS = 300
#: A file that a browser shows as a page of its own loads and runs nothing.
CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
#: How long a file is shown that readers could see, if the database fails; and how many names of files are remembered.
STALE_SECONDS, MAX_SEEN = 24 * 3600, 10_000
#: Staff with any of these permissions may see all files.
EDITOR_PERMISSIONS = ("curation.view_curateditem", "curation.view_image", "curation.view_publisher")


def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a stored file, whose `name` matches `MEDIA_NAME`. The headers keep it from running scripts on the site."""
    cache_control = _cache_control(request, name)
    try:
        modified = int(default_storage.get_modified_time(name).timestamp())
        etag = f'"{modified:x}-{default_storage.size(name):x}"'
        unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
        response = unchanged or FileResponse(default_storage.open(name))
    except OSError as error:
        raise Http404 from error
    for header, value in _headers(name, cache_control).items():
        response[header] = value
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    return response


def _cache_control(request: HttpRequest, name: str) -> str:
    """Return `Cache-Control` for a file; raise `Http404` where the user may not see it.

    Readers may see the files of items that they see, those who have a preview link the files of its item, editors all
    files.
    """
    is_image = _type_of(name).is_image
    if _seen.check(name, is_image):
        return f"public, max-age={MAX_AGE_SECONDS}, s-maxage={settings.CDN_SECONDS}" if is_image else "no-cache"
    if any(map(request.user.has_perm, EDITOR_PERMISSIONS)) and is_editor(request):
        return "private, no-store"
    if any(shows_file(token, name) for token in tokens_in(request)):
        return "private, no-store"
    raise Http404


def _is_seen(name: str, is_image: bool) -> bool:
    """Whether an item that readers see has a file, or the image of a rendition; in one query."""
    if is_image:
        return with_published_items(Image).filter(sha256=name.split("/")[2].partition(".")[0]).exists()
    attached = CuratedItem.objects.filter(pdf=name).exclude(pdf="").order_by().values("pk")
    linked = BodyReference.objects.filter(document=name).exclude(document="").order_by().values("item")
    having = CuratedItem.objects.filter(Q(pk__in=attached) | Q(pk__in=linked)).order_by().values("pk")
    return CuratedItem.objects.published_among(having).exists()


class SeenFiles:
    """The files that readers could see in the last day. They are shown while the database fails."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._lock = Lock()

    def check(self, name: str, is_image: bool) -> bool:
        """Whether readers see a file. Raises one of `DATABASE_FAILURES` where that is unknown."""
        try:
            is_seen = ask(lambda: _is_seen(name, is_image))
        except DATABASE_FAILURES:
            if 0 <= time() - self._times.get(name, 0) < STALE_SECONDS:
                return True
            raise
        with self._lock:
            self._times.pop(name, None)
            if is_seen:
                self._times[name] = time()
                if len(self._times) > MAX_SEEN:
                    del self._times[next(iter(self._times))]
        return is_seen


_seen = SeenFiles()


def _type_of(name: str) -> MediaType:
    """Return the type of a file that matches `MEDIA_NAME`: by its suffix, never by its bytes or by who stored it."""
    media_type = of_path(name)
    assert media_type is not None  # noqa: S101  # `MEDIA_NAME` has no other suffix
    return media_type


def _headers(name: str, cache_control: str) -> dict[str, str]:
    """Return the headers of a file: browsers show images and download documents."""
    media_type = _type_of(name)
    return {
        "Content-Type": media_type.content_type,
        "Content-Disposition": "inline" if media_type.is_image else "attachment",
        "Cache-Control": cache_control,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        # Pages of other sites may show the images that everybody may see.
        "Cross-Origin-Resource-Policy": "cross-origin" if cache_control.startswith("public") else "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
