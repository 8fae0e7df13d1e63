"""Fixtures that every test may use."""

import gc
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.signals import template_rendered
from django.utils.safestring import SafeString
from hypothesis import settings as hypothesis_settings

from curation.db import availability

from .migrated_database import migrate

TESTS = Path(__file__).resolve().parent
IN_CI = bool(os.environ.get("CI"))

# Property tests try the same examples in every run, without a time limit. A build server tries more examples.
hypothesis_settings.register_profile("quick", deadline=None, derandomize=True, max_examples=15)
hypothesis_settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=40)
hypothesis_settings.load_profile("thorough" if IN_CI else "quick")

#: Fixtures that give a test a database. Other tests have the mark `django_db`.
DATABASES = {"db", "transactional_db", "live_server"}
#: Folders of the tests of code that writes SQL of its own, locks rows or shares transactions. All other code asks
#: through Django alone, which hides the database but in rare cases: with `--long`, its tests run on PostgreSQL as well.
OWN_SQL = {
    *("caching", "db", "importing", "items", "listing", "models", "operations", "page_cache", "passwords", "search"),
    "site_links",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-with-database",
        action="store_true",
        help="leave out the tests without a database, those in a browser and, without --long, those of code that has "
        "no SQL of its own",
    )
    parser.addoption("--long", action="store_true", default=IN_CI, help="run the long tests as well")
    parser.addoption("--cases", type=int, help="run at most this number of the cases of each test, spread evenly")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-with-database"):
        items[:] = [item for item in items if _uses_database(item) and not item.get_closest_marker("browser")]
        if not config.getoption("--long"):
            items[:] = [item for item in items if item.path.relative_to(TESTS).parts[0] in OWN_SQL]
    if not config.getoption("--long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    if number := config.getoption("--cases"):
        items[:] = _sample(items, number)
    # The tests make many objects, few of them in cycles, beside those of thousands of tests.
    gc.set_threshold(50_000, 20, 50)


def _sample(items: list[pytest.Item], number: int) -> list[pytest.Item]:
    """Return at most `number` cases of each test, in their order: the first one, and others at even distances."""
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    return [case for found in cases.values() for case in found[:: -(-len(found) // number)]]


def _uses_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or DATABASES & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def _migrated_once(request: pytest.FixtureRequest) -> Iterator[pytest.MonkeyPatch]:
    """Let `migrate` copy the database of SQLite that another process, or an earlier run, has migrated."""
    cache = getattr(request.config, "cache", None)
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite" and cache is not None:
            folder = cache.mkdir("migrated")

            def call(name: str, **options: Any) -> None:
                migrate(folder, **options) if name == "migrate" else call_command(name, **options)

            patch.setattr("django.core.management.call_command", call)
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(_migrated_once: pytest.MonkeyPatch, django_db_setup: None) -> None:
    """Make the test database, as pytest-django does."""
    _migrated_once.undo()


@pytest.fixture(scope="session", autouse=True)
def _copy_contexts_of_pages_alone(django_test_environment: None) -> None:
    """Give responses the context of their page. Django's test client copies that of each widget and parent as well."""

    def render(template: Template, context: Context) -> SafeString:
        if context.template is template and "widgets/" not in (template.name or ""):
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = render  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _delete_rows_in_place_of_truncating() -> Iterator[None]:
    """Empty the tables with DELETE after each test that commits.

    PostgreSQL needs a hundred times as long to TRUNCATE some sixty tables that hold a few rows each.
    """
    if connection.vendor != "postgresql":
        yield
        return
    operations = type(connection.ops)
    truncate = operations.sql_flush

    def sql_flush(
        self: Any, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **options: Any
    ) -> Any:
        if reset_sequences:
            return truncate(self, style, tables, reset_sequences=True, **options)
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield


SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def media_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A media folder for each test."""
    root = settings.MEDIA_ROOT = tmp_path / "media"
    return root


@pytest.fixture(autouse=True)
def uploads_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder for uploads of editors, for each test."""
    root = settings.IMPORT_UPLOADS = tmp_path / "uploads"
    return root


@pytest.fixture(autouse=True)
def form_uploads(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder for the files of forms that were not saved, for each test."""
    root = settings.FORM_UPLOADS = tmp_path / "form_uploads"
    return root


@pytest.fixture(autouse=True)
def _fail_when_an_import_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test whose import waits for another import: in one process, the wait would not end."""
    monkeypatch.setattr(
        "curation.importing.history.ledger.sleep", lambda _: pytest.fail("an import waits for another one")
    )


@pytest.fixture(autouse=True)
def _database_answers() -> Iterator[None]:
    """Let no test leave the database as one that is away."""
    yield
    availability.breaker.record_success()


@pytest.fixture(autouse=True)
def _do_not_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let batches follow each other at once: no other writer waits."""
    monkeypatch.setattr("curation.db.timed_batches.sleep", lambda _seconds: None)


@pytest.fixture(autouse=True)
def _complete_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `client.force_login()` stand for a whole login: with a password and a second factor, and seen just now."""
    log_in = Client._login  # type: ignore[attr-defined]

    def log_in_completely(client: Client, user: Any, backend: str | None = None) -> None:
        if not user.has_usable_password():
            user.set_password("a-good-long-password")
            user.save(update_fields=["password"])
        log_in(client, user, backend)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "reauthenticated": True, "at": time.time()},
            {"method": "mfa", "type": "totp", "at": time.time()},
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session["seen_at"], session["seen_key"] = 2**40, session.session_key  # no write during the test
        session.save()

    monkeypatch.setattr(Client, "_login", log_in_completely)


def _folder(variable: str, default: Path) -> Path:
    folder = Path(os.environ.get(variable, default))
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist; set {variable} to the folder to run this test")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real content files, outside the repository: MEDIGY_CORPUS names the folder."""
    return _folder("MEDIGY_CORPUS", SHARED / "corpus")


@pytest.fixture(scope="session")
def hostile() -> Path:
    """Malformed and malicious import files, outside the repository: MEDIGY_HOSTILE names the folder."""
    return _folder("MEDIGY_HOSTILE", SHARED / "hostile")
