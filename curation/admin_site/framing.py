"""Pages that show another page of this site in a frame, and pages that may be shown in one."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: The parameter of a page that is asked for in a frame.
FRAMED = "framed"


def _policy(**changes: str) -> str:
    """Return the site's Content-Security-Policy with some directives changed; `_` stands for `-` in their names."""
    directives = settings.CONTENT_SECURITY_POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def with_frames(response: HttpResponse) -> HttpResponse:
    """Let a page show pages of this site in frames."""
    response["Content-Security-Policy"] = _policy(frame_src="'self'")
    return response


def as_framed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a page of readers that the desk asks for with `FRAMED` be shown in a frame: its links open new tabs."""
    if FRAMED in request.GET:
        response.content = response.content.replace(b"<head>", b'<head>\n    <base target="_blank">', 1)
        response["Content-Security-Policy"] = _policy(frame_ancestors="'self'")
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response
