"""The addresses of the API."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import NinjaAPI, Path, Schema
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic import create_model

from curation import listings
from curation.bodies import load
from curation.cursors import LARGEST_ID, BadCursor, Cursor, stretch
from curation.filters import NewsFilter
from curation.models import CuratedItem

from .fields import Strict, chosen, narrowed, relations_of, said_of, schema_of
from .items import ITEM
from .problems import MEDIA_TYPE, Fault, Problem, Refused, problem
from .queries import ListQuery, OneQuery, asked_with, news_filters, query_for, refuse_unknown
from .subjects import SUBJECTS, Subject

REFUSALS = {HTTPStatus.BAD_REQUEST.value: Problem, HTTPStatus.NOT_FOUND.value: Problem}
#: The ids of subjects are places in their lists.
ID = "[0-9]{1,18}"


class Api(NinjaAPI):
    """The API; its description says of refusals what they are, which ninja takes for plain JSON."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        answers = [operations["get"]["responses"] for operations in schema["paths"].values()]
        for refusal in (said[status] for said in answers for status in REFUSALS if status in said):
            refusal["content"] = {MEDIA_TYPE: refusal["content"]["application/json"]}
        return schema


api = Api(
    title="Medigy Curation",
    version="1",
    description="Curated healthcare-innovation news, for reading. Lists come a page at a time: `next` leads on.",
    docs_url=None,  # ninja's own page needs inline script, and files of other hosts
)


def page_schema(name: str, row: type[Schema]) -> type[Schema]:
    return create_model(name, __base__=Strict, results=(list[row], ...), next=(str | None, ...))  # type: ignore[valid-type]


ItemAnswer = schema_of("Item", ITEM)
ItemQuery = query_for(ITEM, OneQuery)
ItemsQuery = query_for(ITEM, ListQuery, Cursor.PATTERN, **news_filters())


@api.get("/", summary="What there is", response={200: dict[str, str]})
def index(request: HttpRequest) -> HttpResponse:
    """The addresses of the lists, and of this description."""
    here = request.build_absolute_uri(reverse("api-1:index"))
    names = ("openapi.json", "items", *(subject.plural for subject in SUBJECTS))
    return JsonResponse({name.removesuffix(".json"): f"{here}{name}" for name in names})


@api.get("/items", summary="Items, newest first", response={200: page_schema("ItemPage", ItemAnswer), **REFUSALS})
@asked_with(ItemsQuery)
def items(request: HttpRequest, query: ListQuery) -> HttpResponse:
    """The filters are those of the page of news. Several narrow the list together."""
    refuse_unknown(request, ItemsQuery)
    fields = chosen(ITEM, query.fields, long_ones=False)
    listing = listings.news(request.GET)
    refuse_filters(listing.subject)
    rows = narrowed(listing.items, fields, "published_at").with_relations(*relations_of(fields))
    found = stretch(rows, item_place(query.after), query.limit)
    if "content_html" in fields:
        load(found.items)
    said = [said_of(item, fields, request.build_absolute_uri) for item in found.items]
    return page(request, said, str(found.next or ""))


@api.get("/items/{number}", summary="An item", response={200: ItemAnswer, **REFUSALS})
@asked_with(ItemQuery)
def item(request: HttpRequest, query: OneQuery, number: Annotated[int, Path(..., ge=1, le=LARGEST_ID)]) -> HttpResponse:
    """The number is its `id`, which a new slug does not change."""
    refuse_unknown(request, ItemQuery)
    if not request.path.endswith(f"/{number}"):  # zeros before it: nothing has a second address
        raise nothing_there("item", request.path.rpartition("/")[2], "items")
    fields = chosen(ITEM, query.fields, long_ones=True)
    rows = narrowed(CuratedItem.objects.published(), fields).with_relations(*relations_of(fields))
    found = rows.filter(pk=number).first()
    if found is None:
        raise nothing_there("item", str(number), "items")
    return JsonResponse(said_of(found, fields, request.build_absolute_uri))


def add_subject(subject: Subject) -> None:
    """Add the list of a kind of subject, and one of them."""
    answer = schema_of(subject.name.title(), subject.fields)
    one_query, list_query = query_for(subject.fields, OneQuery), query_for(subject.fields, ListQuery, ID)
    address = f"/{subject.plural}"

    @api.get(
        address,
        summary=f"The {subject.plural} that items have",
        operation_id=subject.plural,
        response={200: page_schema(f"{subject.name.title()}Page", answer), **REFUSALS},
    )
    @asked_with(list_query)
    def subjects(request: HttpRequest, query: ListQuery) -> HttpResponse:
        refuse_unknown(request, list_query)
        fields = chosen(subject.fields, query.fields, long_ones=True)
        rows = narrowed(subject.rows(), fields).filter(pk__gt=subject_place(query.after)).order_by("pk")
        found = list(rows[: query.limit + 1])
        said = [said_of(row, fields, request.build_absolute_uri) for row in found[: query.limit]]
        return page(request, said, str(found[query.limit - 1].pk) if len(found) > query.limit else "")

    @api.get(
        address + "/{key}",
        summary=f"One of the {subject.plural}",
        operation_id=subject.name,
        response={200: answer, **REFUSALS},
    )
    @asked_with(one_query)
    def subject_of(request: HttpRequest, query: OneQuery, key: str) -> HttpResponse:
        refuse_unknown(request, one_query)
        fields = chosen(subject.fields, query.fields, long_ones=True)
        rows = narrowed(subject.rows(), fields)
        found = None if "\0" in key else rows.filter(**{subject.key: key}).first()
        if found is None:
            raise nothing_there(subject.name, key, subject.plural)
        return JsonResponse(said_of(found, fields, request.build_absolute_uri))


for each in SUBJECTS:
    add_subject(each)


def page(request: HttpRequest, said: list[dict[str, Any]], after: str) -> HttpResponse:
    """Answer a page of a list that goes on after a place; "" where it ends."""
    if not after:
        return JsonResponse({"results": said, "next": None})
    query = request.GET.copy()
    query["after"] = after
    url = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return JsonResponse({"results": said, "next": url}, headers={"Link": f'<{url}>; rel="next"'})


def item_place(after: str) -> Cursor | None:
    try:
        return Cursor.read(after) if after else None
    except BadCursor as error:
        raise no_place(after) from error


def subject_place(after: str) -> int:
    if after and not re.fullmatch(ID, after):
        raise no_place(after)
    return int(after or 0)


def no_place(after: str) -> Refused:
    mend = "Follow “next” of the page before, or leave it out to begin."
    return Refused(HTTPStatus.BAD_REQUEST, Fault("after", f"“{after}” is no place in this list.", mend))


def nothing_there(name: str, key: str, plural: str) -> Refused:
    mend = f"See {reverse('api-1:index')}{plural} for those there are."
    return Refused(HTTPStatus.NOT_FOUND, Fault("path", f"There is no {name} “{key}”.", mend))


def refuse_filters(filters: NewsFilter) -> None:
    """Raise `Refused` where a filter means nothing: the page would be empty, and nobody would know why."""
    if not filters.is_bound or filters.is_valid():
        return
    faults = [_fault_of(filters, name) for name in filters.form.errors]
    raise Refused(HTTPStatus.NOT_FOUND if filters.names_nothing else HTTPStatus.BAD_REQUEST, *faults)


def _fault_of(filters: NewsFilter, name: str) -> Fault:
    message = str(filters.form.errors[name][0])
    plurals = {subject.name: subject.plural for subject in SUBJECTS}
    if name in plurals:
        return Fault(name, message, f"See {reverse('api-1:index')}{plurals[name]} for those there are.")
    return Fault(name, f"“{filters.data[name]}” cannot be used.", message)


@api.exception_handler(Refused)
def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(error.status, *error.faults)


@api.exception_handler(ValidationError)
def not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [Fault(str(fault["loc"][-1]), "Its value cannot be used.", f"{fault['msg']}.") for fault in error.errors]
    return problem(HTTPStatus.BAD_REQUEST, *faults)
