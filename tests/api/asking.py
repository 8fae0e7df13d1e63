"""Requests to the API, and the checks that hold for every answer."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROOT = "/api/v1/"


def ask(path: str, status: int = 200, **headers: str) -> Any:
    """Return the response at a path below `ROOT`, after checking its status, its type and its CORS header."""
    response = Client().get(path if path.startswith("/") else ROOT + path, headers=headers)
    assert response.status_code == status, f"{response.status_code} for {path}: {response.content[:300]!r}"
    assert response["Access-Control-Allow-Origin"] == "*"
    if status != 304:
        assert response["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")
    assert not response.cookies
    return response


def get_json(path: str) -> Any:
    return ask(path).json()


def errors(path: str, status: int) -> list[tuple[str, str, str]]:
    """Return parameter, detail and hint of each error of a problem."""
    problem = ask(path, status).json()
    assert list(problem) == ["title", "status", "detail", "errors"]
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"] == " ".join(error["detail"] for error in problem["errors"])
    return [(error["parameter"], error["detail"], error["hint"]) for error in problem["errors"]]


def queries(path: str) -> list[str]:
    """Return the SQL queries of an answer."""
    with CaptureQueriesContext(connection) as captured:
        ask(path)
    return [query["sql"] for query in captured]
