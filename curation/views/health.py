"""`/livez` and `/readyz`, for load balancers and monitoring."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from curation.operations import health

METHODS = ("GET", "HEAD")
PLAIN = "text/plain; charset=utf-8"


def livez(_request: HttpRequest) -> HttpResponse:
    """Answer that this process answers."""
    return HttpResponse("ok\n", content_type=PLAIN)


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if every probe succeeds, else 503, as lines of text, or as JSON to those who prefer it.

    `?exclude=NAME`, which may be repeated, leaves a probe out.
    """
    excluded = request.GET.getlist("exclude")
    if unknown := set(excluded) - set(health.NAMES):
        problem = f"There is no probe {min(unknown)!r}. The probes are: {', '.join(health.NAMES)}.\n"
        return HttpResponse(problem, status=HTTPStatus.BAD_REQUEST, content_type=PLAIN)
    results = health.probe_all(excluded)
    is_ready = not any(result.problem for result in results)
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    if request.get_preferred_type(["text/plain", "application/json"]) == "application/json":
        probes = {result.name: result.problem or "ok" for result in results}
        return JsonResponse({"ready": is_ready, "probes": probes}, status=status)
    lines = ["ready" if is_ready else "not ready", *(f"{result.name}: {result.problem or 'ok'}" for result in results)]
    return HttpResponse("\n".join(lines) + "\n", status=status, content_type=PLAIN)


def not_allowed() -> HttpResponse:
    return HttpResponseNotAllowed(METHODS, "This address takes GET and HEAD alone.\n", content_type=PLAIN)


ADDRESSES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/livez": livez, "/readyz": readyz}


def answer(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a request for one of the two addresses; `None` for any other."""
    view = ADDRESSES.get(request.path_info)
    if view is None:
        return None
    response = view(request) if request.method in METHODS else not_allowed()
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log each 503, every few seconds
    if request.method == "HEAD":
        response.content = b""
    return response
