"""The API as programs ask it."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROOT = "/api/v1/"


def ask(path: str, status: int = 200, **headers: str) -> Any:
    """Return the answer at a path below `ROOT`; it is JSON, and any page may read it, whatever it says."""
    response = Client().get(path if path.startswith("/") else ROOT + path, headers=headers)
    assert response.status_code == status, f"{response.status_code} for {path}: {response.content[:300]!r}"
    assert response["Access-Control-Allow-Origin"] == "*"
    if status != 304:
        assert response["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")
    assert not response.cookies
    return response


def told(path: str) -> Any:
    return ask(path).json()


def faults(path: str, status: int) -> list[tuple[str, str, str]]:
    """Return what a refusal says is wrong: where, what, and how to mend it."""
    refusal = ask(path, status).json()
    assert refusal["status"] == status
    assert refusal["title"]
    return [(fault["where"], fault["what"], fault["mend"]) for fault in refusal["faults"]]


def queries(path: str) -> list[str]:
    """Return the queries that an answer costs."""
    with CaptureQueriesContext(connection) as captured:
        ask(path)
    return [query["sql"] for query in captured]
