"""Answers that tell a client that what it has is still right."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer with the digest of its content; answer 304 where the client has the same (RFC 9110)."""
    etag = response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag, response=response) or response
