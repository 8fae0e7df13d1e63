"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import settings as hypothesis_settings

IN_CI = bool(os.environ.get("CI"))

# Property tests give the same answer every time, however busy the machine is. A build server tries more examples.
hypothesis_settings.register_profile("quick", deadline=None, derandomize=True, max_examples=30)
hypothesis_settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=100)
hypothesis_settings.load_profile("thorough" if IN_CI else "quick")

#: Fixtures that give a test a database; TestCase classes carry the mark instead.
DATABASES = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-with-database",
        action="store_true",
        help="leave out tests that use no database, which a run on another database has",
    )
    parser.addoption("--long", action="store_true", default=IN_CI, help="run the tests for build servers, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-with-database"):
        items[:] = [item for item in items if _uses_database(item)]
    if not config.getoption("--long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        if config.getoption("--only-with-database"):
            items[:] = _for_a_second_run(items)


def _for_a_second_run(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return what a developer runs on another database as well: no browser, and of each test the first case."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        if not item.get_closest_marker("browser"):
            first.setdefault(item.nodeid.partition("[")[0], item)
    return list(first.values())


def _uses_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or DATABASES & set(getattr(item, "fixturenames", ())))


SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def media_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A media folder of the test's own."""
    root = settings.MEDIA_ROOT = tmp_path / "media"
    return root


@pytest.fixture(autouse=True)
def uploads_root(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder of the test's own for what editors upload."""
    root = settings.IMPORT_UPLOADS = tmp_path / "uploads"
    return root


@pytest.fixture(autouse=True)
def _no_waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that waits for one of its own test would wait for ever."""
    monkeypatch.setattr("curation.importing.ledger.sleep", lambda _: pytest.fail("an import waits for another one"))


def _folder(variable: str, default: Path) -> Path:
    folder = Path(os.environ.get(variable, default))
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set {variable} to the folder to test with it")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real content files, outside the repository: MEDIGY_CORPUS names the folder."""
    return _folder("MEDIGY_CORPUS", SHARED / "corpus")


@pytest.fixture(scope="session")
def hostile() -> Path:
    """Malformed and malicious import files, outside the repository: MEDIGY_HOSTILE names the folder."""
    return _folder("MEDIGY_HOSTILE", SHARED / "hostile")
