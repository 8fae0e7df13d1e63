"""Forms of new objects that are sent twice: by a double click, or again after an error. The second makes nothing.

Each page with such a form has a token. A form that was saved is remembered by the token and all that was sent with it,
in the transaction that saves it: one that was changed since, after going back, makes another object.
"""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from curation.models import SavedForm

from .kept_files import REMOVE_SUFFIX, SLOT_SUFFIX
from .posted_forms import is_kept

#: The input of a form of a new object that has the token of its page.
FORM_TOKEN = "_form_token"  # noqa: S105
#: Inputs that differ between two sendings of a form.
_NOT_CONTENT = re.compile(rf"^_local_copy$|({SLOT_SUFFIX}|{REMOVE_SUFFIX})$")


def form_token(request: HttpRequest) -> str:
    """Return the token of a page with a form: that of the form which was sent and comes back, or a new one."""
    return _sent_token(request) or secrets.token_hex(16)


def form_key(request: HttpRequest) -> str:
    """Return a digest of a form that was sent, its files included; "" if it has no token.

    A later call for the same request returns the same, whatever was done to its data meanwhile.
    """
    if not hasattr(request, "form_key"):
        request.form_key = _digest(request) if _sent_token(request) else ""  # type: ignore[attr-defined]
    key: str = request.form_key  # type: ignore[attr-defined]
    return key


def remember(saved: SavedForm, object_id: object, response: HttpResponse) -> None:
    """Store what a form has made, and where its editor was led."""
    saved.object_id, saved.location = str(object_id), response.get("Location", "")
    saved.save(update_fields=["object_id", "location"])


def _sent_token(request: HttpRequest) -> str:
    token = request.POST.get(FORM_TOKEN, "")
    return token if re.fullmatch("[0-9a-f]{32}", token) else ""


def _digest(request: HttpRequest) -> str:
    fields = [pair for pair in request.POST.lists() if is_kept(pair[0]) and not _NOT_CONTENT.search(pair[0])]
    files = []
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            digest = blake2b()
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
            files.append((name, upload.name, digest.hexdigest()))
    content = repr((request.user.pk, request.path, fields, files))
    return salted_hmac("curation.saved_form", content, algorithm="sha256").hexdigest()
