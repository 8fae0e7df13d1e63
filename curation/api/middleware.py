"""Methods, CORS and ETags of every answer of the API."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from curation.caching.conditional import conditional

from .problems import ErrorDetail, is_api, problem_response

METHODS = "GET, HEAD, OPTIONS"
#: Any site may read the answers: they are the same for everyone, since the API ignores cookies.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Allow": METHODS,
    "Content-Type": "application/json",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class ApiMiddleware:
    """Answers preflight requests and other methods than GET, allows any origin, and answers conditional requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            return self.get_response(request)
        response = self._answer(request)
        for name, value in CORS.items():
            response[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
        if request.method not in ("GET", "HEAD"):
            detail, hint = f"{request.method} is not allowed.", "Use GET: the API is for reading."
            error = ErrorDetail(detail=detail, parameter="method", hint=hint)
            response = problem_response(HTTPStatus.METHOD_NOT_ALLOWED, error)
            response["Allow"] = METHODS
            return response
        return self._read(request)

    def _read(self, request: HttpRequest) -> HttpResponse:
        """Answer GET and HEAD; Django's handler drops the body of the latter. A cached answer has its ETag already."""
        method, request.method = request.method, "GET"
        response = self.get_response(request)
        request.method = method
        is_new = response.status_code == HTTPStatus.OK and "ETag" not in response
        return conditional(request, response) if is_new else response
