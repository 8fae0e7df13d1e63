"""The OpenAPI description, and the API held against it by Schemathesis."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from curation.api.items import ITEM
from curation.api.routes import api
from curation.listing.query import OTHER_NAMES, PARAMETERS
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .asking import get_json

pytestmark = pytest.mark.django_db

described = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
described.app = get_wsgi_application()


@pytest.fixture
def _rows() -> None:
    make_item(
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart")],
        publisher=make_publisher("example.org"),
        authors=[make_author("Ann")],
        tags=["shared"],
    )


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Let requests keep the connection that the test's transaction is on, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@described.parametrize()
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("_rows", "_one_connection")
def test_the_api_is_as_described(case: Any) -> None:
    case.call_and_validate()


def test_the_description_names_every_address_parameter_and_field() -> None:
    description = get_json("openapi.json")
    addresses = [path for path in get_json("").values() if not path.endswith("openapi.json")]
    assert {path.removeprefix("http://testserver") for path in addresses} <= set(description["paths"])
    parameters = {parameter["name"] for parameter in description["paths"]["/api/v1/items"]["get"]["parameters"]}
    assert parameters == {*PARAMETERS, *OTHER_NAMES, "fields", "limit", "after"}
    assert list(description["components"]["schemas"]["Item"]["properties"]) == list(ITEM)
