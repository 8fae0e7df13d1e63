"""While the database fails, pages and files of the last day are shown; everything else answers 503 at once."""

from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from curation.db import availability
from curation.models import ContentVersion, Image
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()
AWAY: Any = {"side_effect": OperationalError("the database is away")}


@pytest.mark.parametrize("accepted", ["", "br"])
def test_a_page_of_the_last_day_is_shown_with_its_age(accepted: str) -> None:
    make_item("Story")
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        page = reader.get("/", headers={"Accept-Encoding": accepted})
        clock.shift(23 * 3600)
        with mock.patch.object(ContentVersion, "current", **AWAY):
            stale = reader.get("/", headers={"Accept-Encoding": accepted})
            unchanged = reader.get("/", headers={"If-None-Match": page["ETag"], "Accept-Encoding": accepted})
            clock.shift(3600)
            too_old = Client(raise_request_exception=False).get("/")
    assert (stale.status_code, stale.content, stale["Age"]) == (200, page.content, "82800")
    assert stale["Cache-Control"] == "public, max-age=0, s-maxage=0, stale-if-error=3600"
    assert stale["Cache-Status"] == "medigy; hit; ttl=-79200"
    assert unchanged.status_code == 304
    assert (too_old.status_code, too_old["Retry-After"]) == (503, "10")


def test_a_page_whose_view_fails_by_the_database_is_shown_stale() -> None:
    make_item("Story")
    reader.get("/news/")
    with (
        mock.patch.object(ContentVersion, "current", return_value="another"),
        mock.patch("curation.views.news.news", **AWAY),
        mock.patch("curation.page_cache.middleware.next_due", **AWAY),
    ):
        assert "Story" in reader.text_of("/news/")


def test_after_a_failure_the_database_is_asked_every_two_seconds_and_back_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("curation.lib.circuit_breaker.monotonic", lambda: now[0])
    reader.get("/")
    with mock.patch.object(ContentVersion, "current", **AWAY) as asked:
        counts = []
        for seconds in (0, 1, 2, 3, 4):
            now[0] = 100.0 + seconds
            assert "Age" in reader.get("/")
            counts.append(asked.call_count)
    assert counts == [1, 1, 2, 2, 3]
    now[0] += 2
    assert "Age" not in reader.get("/")
    assert not availability.breaker.is_open


def test_a_file_that_readers_saw_is_shown_and_others_are_503() -> None:
    names = [f"images/{digit * 2}/{digit * 64}.png" for digit in "ab"]
    for name in names:
        default_storage.save(name, ContentFile(b"png"))
        sha256 = name.split("/")[2].partition(".")[0]
        image = Image.objects.create(file=name, sha256=sha256, width=1, height=1, format="PNG", size=1)
        make_item(image=image)
    client = Client(raise_request_exception=False)
    assert client.get(f"/media/{names[0]}").status_code == 200
    with mock.patch("curation.views.media._is_seen", **AWAY) as asked:
        assert [client.get(f"/media/{name}").status_code for name in (*names, *names)] == [200, 503, 200, 503]
    assert asked.call_count == 1
