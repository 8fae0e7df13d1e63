"""What holds for every answer of the API, whichever part of the site gave it."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from curation.views.conditional import conditional

from .problems import Fault, is_api, problem

METHODS = "GET, HEAD, OPTIONS"
#: Any page may read the answers, which are the same for everyone: no cookie is looked at.
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link"}
PREFLIGHT = {
    "Allow": METHODS,
    "Content-Type": "application/json",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class ApiMiddleware:
    """Answers preflights and wrong methods, lets pages of other origins read, and says where nothing is new."""

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
            fault = Fault("method", f"{request.method} does nothing here.", "Use GET: the API is for reading.")
            refused = problem(HTTPStatus.METHOD_NOT_ALLOWED, fault)
            refused["Allow"] = METHODS
            return refused
        return self._read(request)

    def _read(self, request: HttpRequest) -> HttpResponse:
        """Answer GET, and HEAD as GET without its body; an answer that is kept has its ETag already."""
        method, request.method = request.method, "GET"
        response = self.get_response(request)
        request.method = method
        is_new = response.status_code == HTTPStatus.OK and "ETag" not in response
        return conditional(request, response) if is_new else response
