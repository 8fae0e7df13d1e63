"""The real files, all of them, through the command that editors use."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.models import Alias, CuratedItem, Image, SourceDocument, Topic

pytestmark = pytest.mark.django_db


def import_markdown(folder: Path) -> list[str]:
    output = StringIO()
    call_command("import_markdown", folder, stdout=output)
    return output.getvalue().splitlines()


def test_the_real_files_are_imported_completely_and_only_once(corpus: Path, client: Client) -> None:
    lines = import_markdown(corpus)
    assert lines[-1].startswith("580 created, 5 updated, 0 unchanged, 9 skipped, 0 rejected")
    assert not [line for line in lines if "[error" in line]
    assert_rows()
    assert_redirects(client)
    with CaptureQueriesContext(connection) as queries:
        assert import_markdown(corpus)[-1].startswith("0 created, 0 updated, 585 unchanged, 9 skipped, 0 rejected")
    statements = [query["sql"] for query in queries if "curation_import" not in query["sql"]]
    # PostgreSQL reads long lists by a cursor.
    assert [sql for sql in statements if not sql.startswith(("SELECT", "DECLARE", "SAVEPOINT", "RELEASE"))] == []


def assert_rows() -> None:
    documents = SourceDocument.objects.values_list("dialect", flat=True)
    assert {dialect: list(documents).count(dialect) for dialect in set(documents)} == {
        "bookmark": 407,
        "wordpress": 176,
        "contributor": 1,
        "openproject": 1,
    }
    assert CuratedItem.objects.filter(documents__dialect="bookmark").distinct().count() == 402
    assert Topic.objects.filter(label__iexact="ai").count() == 1
    assert CuratedItem.objects.filter(status="draft").count() == 2
    assert Image.objects.count() > 90
    assert not CuratedItem.objects.exclude(body="").filter(body_html="").exists()


def assert_redirects(client: Client) -> None:
    aliases = Alias.objects.select_related("item").filter(item__status="published")
    assert aliases.count() > 580
    for alias in aliases:
        response = client.get(f"{alias.path}/")
        assert (response.status_code, response.headers.get("Location")) == (301, alias.item.get_absolute_url())
