"""The addresses of the API."""

import re
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from ninja import NinjaAPI, Path, Schema
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic import create_model

from curation.items.checks import CHECKS
from curation.lib.page_urls import SAFE_CHARACTERS
from curation.lib.site_url import absolute_url
from curation.listing.body_targets import load_targets
from curation.listing.cursors import LARGEST_ID, BadCursor, Cursor, read_batch
from curation.listing.lists import matching
from curation.listing.query import ItemQuery, QueryError, read_item_query
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet
from curation.site_links.former_names import current_keys

from .fields import StrictSchema, relations_of, schema_of, select_fields, serialize, with_columns
from .items import ITEM
from .problems import MEDIA_TYPE, ErrorDetail, ProblemDetails, ProblemError, problem_response
from .queries import ListQuery, RowQuery, item_parameters, query_schema, reject_unknown, takes_query
from .subjects import SUBJECTS, ApiSubject

ERROR_SCHEMAS = {HTTPStatus.BAD_REQUEST.value: ProblemDetails, HTTPStatus.NOT_FOUND.value: ProblemDetails}


class Api(NinjaAPI):
    """The API. Its OpenAPI description gives errors their media type, which ninja takes for plain JSON."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        for operations in schema["paths"].values():
            responses = operations["get"]["responses"]
            for error in (responses[status] for status in ERROR_SCHEMAS if status in responses):
                error["content"] = {MEDIA_TYPE: error["content"]["application/json"]}
        return schema


api = Api(
    title="Medigy Curation",
    version="1",
    description="Curated healthcare-innovation news, read-only. Lists have pages: `next` is the URL of the next one.",
    docs_url=None,  # ninja's own page needs inline scripts, and files of other hosts
)


def page_schema(name: str, row: type[Schema]) -> type[Schema]:
    return create_model(name, __base__=StrictSchema, results=(list[row], ...), next=(str | None, ...))  # type: ignore[valid-type]


class CheckAnswer(StrictSchema):
    code: str
    message: str


ItemNumber = Annotated[int, Path(..., ge=1, le=LARGEST_ID)]
ItemAnswer = schema_of("Item", ITEM)
ItemRowQuery = query_schema(ITEM, RowQuery)
ItemsQuery = query_schema(ITEM, ListQuery, Cursor.PATTERN, **item_parameters())


@api.get("/", summary="The addresses of the API", response={200: dict[str, str]})
def index(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # ninja names the argument
    """The URLs of the lists, and of this description."""
    here = absolute_url(reverse("api-1:index"))
    names = ("openapi.json", "items", *(subject.plural for subject in SUBJECTS))
    return JsonResponse({name.removesuffix(".json"): f"{here}{name}" for name in names})


@api.get("/items", summary="Items, newest first", response={200: page_schema("ItemPage", ItemAnswer), **ERROR_SCHEMAS})
@takes_query(ItemsQuery)
def items(request: HttpRequest, query: ListQuery) -> HttpResponse:
    """The filters are those of the news page. An item must match all of them."""
    reject_unknown(request, ItemsQuery)
    fields = select_fields(ITEM, query.fields, long_ones=False)
    item_query = read_item_query(request.GET)
    reject_errors(item_query)
    rows = with_columns(matching(item_query).items, fields, "published_at").with_relations(*relations_of(fields))
    found = read_batch(rows, item_cursor(query.after), query.limit)
    if "content_html" in fields:
        load_targets(found.items)
    results = [serialize(item, fields, absolute_url) for item in found.items]
    return page(request, results, str(found.next or ""))


@api.get("/items/{number}", summary="An item", response={200: ItemAnswer, **ERROR_SCHEMAS})
@takes_query(ItemRowQuery)
def item(request: HttpRequest, query: RowQuery, number: ItemNumber) -> HttpResponse:
    """The number is its `id`, which stays the same when its slug changes."""
    reject_unknown(request, ItemRowQuery)
    fields = select_fields(ITEM, query.fields, long_ones=True)
    rows = with_columns(CuratedItem.objects.published(), fields).with_relations(*relations_of(fields))
    return JsonResponse(serialize(find_item(request, rows, number), fields, absolute_url))


@api.get(
    "/items/{number}/checks",
    summary="The content checks that an item fails",
    response={200: list[CheckAnswer], **ERROR_SCHEMAS},
)
def checks(request: HttpRequest, number: ItemNumber) -> HttpResponse:
    """Its editors could mend these. The codes are stable. Checks of an item's history are left out."""
    reject_unknown(request, Schema)
    rows = CuratedItem.objects.published().select_related("publisher", "image")
    found = find_item(request, rows, number)
    # The history of an item may be long, and readers may ask often.
    failed = (check for check in CHECKS if not check.reads_history and check.test(found))
    return JsonResponse([{"code": check.code, "message": check.message} for check in failed], safe=False)


def find_item(request: HttpRequest, rows: ItemQuerySet, number: int) -> CuratedItem:
    if f"/items/{number}/" not in f"{request.path}/":  # with leading zeros: an item has one address
        raise not_found("item", request.path.partition("/items/")[2].partition("/")[0], "items")
    found = rows.filter(pk=number).first()
    if found is None:
        raise not_found("item", str(number), "items")
    return found


def add_subject(subject: ApiSubject) -> None:
    """Add the addresses of the list of subjects, and of one of them."""
    answer = schema_of(subject.name.title(), subject.fields)
    row_query = query_schema(subject.fields, RowQuery)
    list_query = query_schema(subject.fields, ListQuery, subject.cursor)
    address = f"/{subject.plural}"

    @api.get(
        address,
        summary=f"The {subject.plural} with items",
        operation_id=subject.plural,
        response={200: page_schema(f"{subject.name.title()}Page", answer), **ERROR_SCHEMAS},
    )
    @takes_query(list_query)
    def subjects(request: HttpRequest, query: ListQuery) -> HttpResponse:
        reject_unknown(request, list_query)
        fields = select_fields(subject.fields, query.fields, long_ones=True)
        reject_invalid_cursor(subject, query.after)
        found = subject.read(fields, query.after, query.limit + 1)
        results = [serialize(row, fields, absolute_url) for row in found[: query.limit]]
        return page(request, results, subject.cursor_after(found[query.limit - 1]) if len(found) > query.limit else "")

    @api.get(
        address + "/{key}",
        summary=f"One of the {subject.plural}",
        operation_id=subject.name,
        response={200: answer, **ERROR_SCHEMAS},
    )
    @takes_query(row_query)
    def subject_of(request: HttpRequest, query: RowQuery, key: str) -> HttpResponse:
        reject_unknown(request, row_query)
        fields = select_fields(subject.fields, query.fields, long_ones=True)
        found = None if "\0" in key else subject.find(fields, key)
        if found is None:
            present = "" if "\0" in key else next(iter(current_keys([(subject.name, key)]).values()), "")
            if present and subject.find(fields, present):
                return redirect_to(request, subject, present)
            raise not_found(subject.name, key, subject.plural)
        return JsonResponse(serialize(found, fields, absolute_url))


for each in SUBJECTS:
    add_subject(each)


def redirect_to(request: HttpRequest, subject: ApiSubject, key: str) -> HttpResponse:
    """Return a redirect to a subject with the parameters of a request."""
    path = f"{reverse('api-1:index')}{subject.plural}/{quote(key, SAFE_CHARACTERS)}"
    query_string = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{path}?{query_string}" if query_string else path)


def page(request: HttpRequest, results: list[dict[str, Any]], after: str) -> HttpResponse:
    """Return a page of a list as JSON, with the URL of the next page; `after` is its cursor, "" after the last page."""
    if not after:
        return JsonResponse({"results": results, "next": None})
    query = request.GET.copy()
    query["after"] = after
    url = absolute_url(f"{request.path}?{query.urlencode()}")
    return JsonResponse({"results": results, "next": url}, headers={"Link": f'<{url}>; rel="next"'})


def item_cursor(after: str) -> Cursor | None:
    try:
        return Cursor.parse(after) if after else None
    except BadCursor as error:
        raise invalid_cursor(after) from error


def reject_invalid_cursor(subject: ApiSubject, after: str) -> None:
    if after and not re.fullmatch(subject.cursor, after):
        raise invalid_cursor(after)


def invalid_cursor(after: str) -> ProblemError:
    detail, hint = f"“{after}” is not a valid cursor.", "Follow “next” of the page before, or leave it out to begin."
    return ProblemError(HTTPStatus.BAD_REQUEST, ErrorDetail(detail=detail, parameter="after", hint=hint))


def not_found(name: str, key: str, plural: str) -> ProblemError:
    detail, hint = f"There is no {name} “{key}”.", f"See {reverse('api-1:index')}{plural} for those there are."
    return ProblemError(HTTPStatus.NOT_FOUND, ErrorDetail(detail=detail, parameter="path", hint=hint))


def reject_errors(query: ItemQuery) -> None:
    """Raise `ProblemError` for a query with errors: its answer would be empty without a reason."""
    if query.errors:
        status = HTTPStatus.NOT_FOUND if query.is_unknown else HTTPStatus.BAD_REQUEST
        raise ProblemError(status, *map(_error_detail, query.errors))


def _error_detail(error: QueryError) -> ErrorDetail:
    plurals = {subject.name: subject.plural for subject in SUBJECTS}
    if error.parameter in plurals:
        hint = f"See {reverse('api-1:index')}{plurals[error.parameter]} for those there are."
        return ErrorDetail(detail=error.message, parameter=error.parameter, hint=hint)
    detail = f"“{error.value}” cannot be used."
    return ErrorDetail(detail=detail, parameter=error.parameter, hint=error.message)


@api.exception_handler(ProblemError)
def problem(_request: HttpRequest, error: ProblemError) -> HttpResponse:
    return problem_response(error.status, *error.errors)


@api.exception_handler(ValidationError)
def invalid_parameters(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        ErrorDetail(detail="Its value cannot be used.", parameter=str(invalid["loc"][-1]), hint=f"{invalid['msg']}.")
        for invalid in error.errors
    ]
    return problem_response(HTTPStatus.BAD_REQUEST, *errors)
