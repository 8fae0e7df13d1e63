"""What the API answers when it cannot do what was asked: always JSON, as RFC 9457 has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from ninja import Schema
from pydantic import Field as Documented

ROOT = "/api/"
MEDIA_TYPE = "application/problem+json"
SEE = f"See {ROOT}v1/ for what there is."


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(ROOT)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: `where` is a parameter or "path"."""

    where: str
    what: str
    mend: str


class Refused(Exception):
    """A request cannot be answered, for the reasons in `faults`."""

    def __init__(self, status: HTTPStatus, *faults: Fault) -> None:
        super().__init__(status, *faults)
        self.status, self.faults = status, faults


class FaultAnswer(Schema):
    where: str = Documented(description="The parameter that is at fault, or “path”.")
    what: str = Documented(description="What is wrong with it.")
    mend: str = Documented(description="What to ask for instead.")


class Problem(Schema):
    """Why a request was not answered (RFC 9457)."""

    title: str
    status: int
    faults: list[FaultAnswer]


def problem(status: HTTPStatus, *faults: Fault) -> JsonResponse:
    said = {"title": status.phrase, "status": status.value, "faults": [asdict(fault) for fault in faults]}
    return JsonResponse(said, status=status, content_type=MEDIA_TYPE)
