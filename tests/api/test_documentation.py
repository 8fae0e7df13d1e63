"""The examples of docs/api.md are what the API answers."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.factories import make_item, make_publisher, make_topic

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/api.md"
EXAMPLE = re.compile(r"^\$ curl -s 'http://(127\.0\.0\.1:8000)(/[^']+)'\n(\{.*?^\})$", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(DOCUMENT.read_text())


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) == DOCUMENT.read_text().count("$ curl") >= 4


@pytest.mark.django_db
@pytest.mark.parametrize(("host", "path", "answer"), EXAMPLES, ids=[path for _, path, _ in EXAMPLES])
def test_an_example_is_what_the_api_answers(host: str, path: str, answer: str, settings: LazySettings) -> None:
    settings.SITE_URL = f"http://{host}"
    make_item(
        "Quieter alarms at night",
        pk=42,
        body="Three wards changed their monitors.",
        source_url="https://ward.example.org/quiet",
        publisher=make_publisher("ward.example.org", name="The Ward"),
        topics=[make_topic("Nursing")],
        published_at=datetime(2026, 11, 19, 8, tzinfo=UTC),
    )
    make_item("Older")
    assert Client(headers={"host": host}).get(path).json() == json.loads(answer)
