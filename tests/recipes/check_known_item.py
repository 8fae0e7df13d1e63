"""Check an item that was imported before: `key` checks its reading time, `filter` that the new filter finds it."""

import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "medigy.settings"
django.setup()

from django.test import Client  # noqa: E402  # needs Django set up
from django.test.utils import setup_test_environment  # noqa: E402

from curation.models import CuratedItem  # noqa: E402

setup_test_environment()


def reading_times() -> list[int | None]:
    return list(CuratedItem.objects.values_list("reading_time", flat=True))


def found_titles() -> list[str]:
    response = Client().get("/search/feed.json", {"q": "text", "institution": "Mayo Clinic"})
    return [item["title"] for item in response.json()["items"]]


found, expected = {"key": (reading_times, [4]), "filter": (found_titles, ["Story"])}[sys.argv[1]]
sys.exit(0 if found() == expected else f"{found()} is not {expected}")
