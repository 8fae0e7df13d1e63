"""Problem details: the JSON of every answer that reports an error (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from ninja import Schema
from pydantic import Field as Documented

ROOT = "/api/"
MEDIA_TYPE = "application/problem+json"
HINT = f"See {ROOT}v1/ for the addresses of the API."


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(ROOT)


class ErrorDetail(Schema):
    """One error of a request."""

    detail: str = Documented(description="The error, human-readable.")
    parameter: str = Documented(
        description="The parameter at fault; “path” for the address, else “method”, “request” or “site”."
    )
    hint: str = Documented(description="What to send instead.")


class ProblemDetails(Schema):
    """Why a request was not answered (RFC 9457)."""

    title: str = Documented(description="The name of the HTTP status.")
    status: int = Documented(description="The HTTP status.")
    detail: str = Documented(description="All errors in one human-readable text.")
    errors: list[ErrorDetail]


class ProblemError(Exception):
    """A request cannot be answered, because of one or more errors."""

    def __init__(self, status: HTTPStatus, *errors: ErrorDetail) -> None:
        super().__init__(status, *errors)
        self.status, self.errors = status, errors


def problem_response(status: HTTPStatus, *errors: ErrorDetail) -> JsonResponse:
    detail = " ".join(error.detail for error in errors)
    details = ProblemDetails(title=status.phrase, status=status.value, detail=detail, errors=list(errors))
    return JsonResponse(details.model_dump(), status=status, content_type=MEDIA_TYPE)
