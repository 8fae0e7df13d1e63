"""HEAD: the headers of a page or a file, and nothing of it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import RequestFactory

from medigy.wsgi import application

pytestmark = pytest.mark.django_db

PICTURE = f"images/ab/{'ab' * 32}.png"


def ask(method: str, path: str) -> tuple[str, str, bytes]:
    """Return status, length and body as a server gets them from the site."""
    told: list[tuple[str, dict[str, str]]] = []
    environ = RequestFactory().generic(method, path, headers={"host": "localhost"}).environ
    answer = application(environ, lambda status, headers, *_: told.append((status, dict(headers))))
    body = b"".join(answer)
    answer.close()
    status, headers = told[0]
    return status, headers["Content-Length"], body


@pytest.mark.parametrize("path", ["/", "/news/", "/nowhere/", f"/media/{PICTURE}"])
def test_head_answers_as_get_does_but_for_the_body(path: str) -> None:
    default_storage.save(PICTURE, ContentFile(b"bytes"))
    status, length, body = ask("GET", path)
    assert ask("HEAD", path) == (status, length, b"")
    assert len(body) == int(length) > 0
