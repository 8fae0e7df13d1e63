"""Parameters of requests that no form field reads."""

from django.http import QueryDict


def text_parameter(data: QueryDict, name: str) -> str:
    """Return a text of an address or a sent form, "" if it is missing. NUL is removed: PostgreSQL cannot store it."""
    return str(data.get(name, "")).replace("\x00", "")
