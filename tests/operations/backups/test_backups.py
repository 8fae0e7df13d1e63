"""`manage.py backup` and `manage.py restore`."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.storage import InMemoryStorage, default_storage
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pyrage import x25519

from curation.db.row_digests import TableDigest, digest_rows, digest_tables, models_of
from curation.db.temporary_connections import temporary_connection
from curation.models import (
    BodyReference,
    ContentVersion,
    CuratedItem,
    EditorProfile,
    FormerDocument,
    ItemDraft,
    Revision,
)
from curation.operations.backups import create, databases, folder, postgres, restore
from curation.operations.backups.errors import BackupError
from curation.operations.heartbeats import Heartbeat
from curation.tasks import queue_daily_tasks
from tests.factories import make_item

from .conftest import Site, add_pdf

pytestmark = pytest.mark.django_db(transaction=True)
#: Of tests whose code is the same for both databases: copies of databases are slow on PostgreSQL.
only_sqlite = pytest.mark.skipif(connection.vendor == "postgresql", reason="the same on both databases")
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="tools of PostgreSQL")


def delete_content() -> None:
    CuratedItem.objects.all().delete()
    for model in models_of("default"):
        if model._meta.db_table not in databases.SEEDED:
            model._base_manager.all()._raw_delete("default")


def test_a_site_is_as_before_after_a_restore(site: Site) -> None:
    before, version = site.state(), ContentVersion.current()
    assert site.backup()[0] == 0
    CuratedItem.objects.update(title="Changed")
    for path in site.media.rglob("first.pdf"):
        path.unlink()
    (site.media / "documents" / "second.pdf").write_bytes(b"damaged")

    status, output = site.restore(force=True)

    assert status == 0, output
    assert "2 files, 2 of which were missing" in output
    assert site.state() == before
    assert ContentVersion.current() not in (version, None), "no page from before is shown"
    old = output.rpartition("The old database is now ")[2].partition(". Delete it")[0]
    with temporary_connection("old", NAME=old) as alias:
        assert set(CuratedItem.objects.using(alias).values_list("title", flat=True)) == {"Changed"}


def test_new_rows_after_a_restore_have_new_keys_and_are_found(site: Site) -> None:
    site.backup()
    site.restore(force=True)
    item = make_item(title="Afterwards")
    assert item.pk not in CuratedItem.objects.exclude(title="Afterwards").values_list("pk", flat=True)
    assert item.search_entry.title


@only_sqlite
def test_only_new_files_are_copied_again(site: Site) -> None:
    assert "2 files, 2 of them new" in site.backup()[1]
    stored = {path: path.stat().st_mtime_ns for path in site.backups.glob("objects/*/*")}
    add_pdf("third")
    assert "3 files, 1 of them new" in site.backup()[1]
    assert "3 files, 0 of them new" in site.backup(read_all=True)[1]
    assert len(stored) == 2
    assert stored.items() <= {path: path.stat().st_mtime_ns for path in site.backups.glob("objects/*/*")}.items()


@only_sqlite
def test_a_file_that_the_folder_lost_is_copied_again(site: Site) -> None:
    site.backup()
    site.part("media").write_bytes(b"")
    assert "1 of them new" in site.backup()[1]
    assert site.restore(verify=True)[0] == 0


@only_sqlite
def test_old_generations_go_with_the_files_that_they_alone_need(site: Site) -> None:
    site.backup()
    CuratedItem.objects.filter(title="first").delete()
    assert not default_storage.exists("documents/first.pdf")
    for _ in range(2):
        status, output = site.backup(keep=2)
    assert (status, "1 old generations deleted" in output) == (0, True)
    assert len(site.generations()) == 2
    assert len(list(site.backups.glob("objects/*/*"))) == 1
    assert site.restore(verify=True)[0] == 0


@only_sqlite
def test_nothing_is_deleted_while_a_manifest_cannot_be_read(site: Site) -> None:
    site.backup()
    CuratedItem.objects.all().delete()
    site.part("manifest").write_text("{")
    status, output = site.backup()
    assert (status, "manifest.json cannot be read" in output) == (1, True)
    assert len(list(site.backups.glob("objects/*/*"))) == 2
    assert len(site.generations()) == 2


@only_sqlite
class TestDamage:
    @pytest.mark.parametrize("options", [{"verify": True}, {"force": True}], ids=["verify", "restore"])
    @pytest.mark.parametrize("part", ["database", "media", "manifest"])
    @pytest.mark.parametrize("damage", ["truncated", "flipped", "missing"])
    def test_a_damaged_part_is_an_error_and_nothing_is_changed(
        self, site: Site, options: dict[str, Any], part: str, damage: str
    ) -> None:
        site.backup()
        path = site.part(part)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.unlink()
        if damage != "missing":
            path.write_bytes(content if damage == "flipped" else content[:-1])
        CuratedItem.objects.update(title="Kept")
        before = site.state()

        status, output = site.restore(**options)

        assert (status, path.name in output) == (1, True), output
        assert site.state() == before

    def test_rows_that_are_not_those_of_the_backup_are_found(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        digest = digest_tables

        def change_first(alias: str) -> Any:
            return {**digest(alias), "curation_curateditem": TableDigest(2, "0" * 64)}

        monkeypatch.setattr(create, "digest_tables", change_first)
        site.backup()
        status, output = site.restore(verify=True)
        assert (status, "rows of curation_curateditem are not those" in output) == (1, True)


@only_sqlite
class TestEncryption:
    def test_a_backup_for_a_public_key_has_nothing_to_read(
        self, site: Site, key: x25519.Identity, key_file: Path, settings: LazySettings
    ) -> None:
        before = site.state()
        settings.BACKUP_KEY = str(key.to_public())
        assert "encrypted" in site.backup()[1]
        texts = b"".join(path.read_bytes() for path in site.backups.rglob("*") if path.is_file())
        assert b"firstfirst" not in texts
        assert b"SQLite format" not in texts
        assert b"PGDMP" not in texts
        assert "0 of them new" in site.backup()[1]
        CuratedItem.objects.all().delete()
        assert "whole" in site.restore(verify=True, key_file=key_file)[1]
        assert site.restore(force=True, key_file=key_file)[0] == 0
        assert site.state() == before

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "This backup is encrypted. Give its key"),
            (str(x25519.Identity.generate()), "not the key of this backup"),
            ("secret", "BACKUP_KEY has no key"),
        ],
        ids=["none", "another", "not a key"],
    )
    def test_a_backup_without_its_key(
        self, site: Site, key_file: Path, settings: LazySettings, text: str, words: str
    ) -> None:
        site.backup(key_file=key_file)
        settings.BACKUP_KEY = text
        assert site.restore(verify=True)[0] == 2
        assert words in site.restore(verify=True)[1]
        assert "secret" not in site.restore(verify=True)[1].replace("AGE-SECRET", "")

    def test_a_public_key_does_not_restore(
        self, site: Site, key: x25519.Identity, key_file: Path, settings: LazySettings
    ) -> None:
        site.backup(key_file=key_file)
        settings.BACKUP_KEY = str(key.to_public())
        assert "This key is public" in site.restore(force=True)[1]

    @pytest.mark.long
    def test_a_new_key_encrypts_all_files_again(self, site: Site, key_file: Path, settings: LazySettings) -> None:
        site.backup(key_file=key_file)
        settings.BACKUP_KEY = str(x25519.Identity.generate())
        assert "2 of them new" in site.backup()[1]
        assert site.restore(verify=True)[0] == 0


class TestWhileEditorsWrite:
    def test_rows_and_dump_are_of_one_moment(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        before = site.state()
        digest = digest_tables

        def write_meanwhile(alias: str) -> Any:
            add_pdf("meanwhile")
            tables = digest(alias)
            CuratedItem.objects.update(title="Changed meanwhile")
            return tables

        with monkeypatch.context() as patch:
            patch.setattr(create, "digest_tables", write_meanwhile)
            site.backup()
        assert site.restore(force=True)[0] == 0
        tables, files = site.state()
        assert tables == before[0]
        assert files.items() >= before[1].items()

    @pytest.mark.long
    def test_a_file_that_is_deleted_after_the_snapshot_is_in_the_backup(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = site.state()
        copy_database = create._copy_database

        def delete_afterwards(*arguments: Any) -> Any:
            result = copy_database(*arguments)
            CuratedItem.objects.filter(title="first").delete()
            return result

        monkeypatch.setattr(create, "_copy_database", delete_afterwards)
        status, output = site.backup()
        assert (status, "lack" in output) == (0, False)
        assert not default_storage.exists("documents/first.pdf")
        assert site.restore(force=True)[0] == 0
        assert site.state() == before

    @pytest.mark.long
    def test_files_that_rows_name_and_nothing_has_are_told(self, site: Site) -> None:
        (site.media / "documents" / "first.pdf").unlink()
        item = CuratedItem.objects.get(title="second")
        FormerDocument.objects.create(item=item, document="documents/former.pdf")
        BodyReference.objects.create(item=item, kind="link", href="a.pdf", document="documents/linked.pdf")
        Revision.objects.create(item=item, verb="saved", pdf="documents/replaced.pdf")
        ItemDraft.objects.create(item=item, state={"pdf": "documents/draft.pdf"})
        lost = ", ".join(f"documents/{name}.pdf" for name in ("draft", "first", "former", "linked", "replaced"))
        status, output = site.backup()
        assert (status, f"lack 5 files that rows of the database name: {lost}" in output) == (0, True), output


class TestFailures:
    @only_sqlite
    def test_a_full_disk_leaves_no_backup(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        site.backup()
        before = set(site.backups.rglob("*"))
        add_pdf("third")

        def refuse(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", refuse)
        status, output = site.backup()
        assert (status, "The disk is full; free some space" in output) == (4, True)
        assert {path for path in site.backups.rglob("*") if path.is_file()} <= before

    @only_sqlite
    def test_a_full_disk_leaves_no_encrypted_backup(self, site: Site, key_file: Path) -> None:
        """The limit of the process is met while the key writes, in the code of another language."""
        script = f"""
import resource, sys, io
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from django.conf import settings; settings.configure(BACKUP_KEY="")
from curation.operations.backups.encryption import read_key
from curation.operations.backups.folder import write_part
try:
    write_part(Path({str(site.media)!r}, "part"), io.BytesIO(bytes(100_000)), read_key(Path({str(key_file)!r})))
except OSError as error:
    print(type(error).__name__, error.errno)
print(list(Path({str(site.media)!r}).glob("*part*")))
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout == f"OSError {errno.EFBIG}\n[]\n"

    @only_sqlite
    def test_what_a_killed_backup_left_looks_like_no_backup_and_is_deleted(self, site: Site) -> None:
        site.backups.mkdir()
        left = site.backups / f"{folder.PARTIAL}20260101T000000.000000Z"
        left.mkdir()
        (left / "manifest.json").write_text("{}")
        assert "has no backup" in site.restore(verify=True)[1]
        assert site.backup()[0] == 0
        assert not left.exists()

    @only_sqlite
    def test_two_backups_to_a_folder_at_once(self, site: Site) -> None:
        with folder.BackupFolder(site.backups).locked():
            status, output = site.backup()
        assert (status, "Another backup" in output) == (3, True)

    @only_sqlite
    def test_a_folder_that_overlaps_with_media_is_refused(self, site: Site, tmp_path: Path) -> None:
        for path in (site.media, site.media / "backups", site.media.parent):
            status, output = site.run("backup", path)
            assert (status, "MEDIA_ROOT" in output) == (2, True)

    @only_sqlite
    def test_a_site_with_content_is_not_replaced_without_force(self, site: Site) -> None:
        site.backup()
        before = site.state()
        assert site.restore() == (2, "This site has content. Give --force to replace it.")
        assert site.state() == before

    def test_a_site_without_content_is_restored_without_force(self, site: Site) -> None:
        before = site.state()
        site.backup()
        delete_content()
        Heartbeat("a-worker").beat()  # nor does a worker that has run make content
        queue_daily_tasks()
        status, output = site.restore()
        assert (status, "old database" in output) == (0, False), output
        assert site.state() == before

    @pytest.mark.long
    @only_sqlite
    def test_content_that_is_written_until_the_database_is_locked_is_kept(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.backup()
        delete_content()
        put_in_place = databases.RestoredSqlite.put_in_place

        def write_before(self: databases.RestoredSqlite) -> None:
            make_item("Written meanwhile")
            put_in_place(self)

        monkeypatch.setattr(databases.RestoredSqlite, "put_in_place", write_before)
        _status, output = site.restore()
        old = output.rpartition("The old database is now ")[2].partition(". Delete it")[0]
        with temporary_connection("old", NAME=old) as alias:
            assert [item.title for item in CuratedItem.objects.using(alias)] == ["Written meanwhile"]

    @only_sqlite
    def test_a_site_that_has_only_accounts_is_restored_without_force_and_kept(self, site: Site) -> None:
        site.backup()
        delete_content()
        user = User.objects.create_user("first")
        Session.objects.create(session_key="x", expire_date=timezone.now())
        EditorProfile.objects.create(user=user)
        status, output = site.restore()
        assert (status, "The old database is now" in output) == (0, True), output

    @pytest.mark.long
    def test_a_database_that_others_use_is_not_replaced(self, site: Site) -> None:
        site.backup()
        name = connection.settings_dict["NAME"]
        with temporary_connection("other", NAME=name) as alias:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
            status, output = site.restore(force=True)
        assert (status, "Stop the web servers and workers first" in output) == (2, True)
        assert site.restore(force=True)[0] == 0

    def test_a_process_that_starts_during_a_restore_is_told_of_and_goes_on(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.backup()
        CuratedItem.objects.update(title="Changed")
        before, renew_version = site.state(), databases.RestoredDatabase.renew_version
        name = connection.settings_dict["NAME"]
        with temporary_connection("other", NAME=name) as alias:

            def start_meanwhile(self: databases.RestoredDatabase) -> None:
                CuratedItem.objects.using(alias).update(title="Changed")
                renew_version(self)

            monkeypatch.setattr(databases.RestoredDatabase, "renew_version", start_meanwhile)
            status, output = site.restore(force=True)
            assert (status, "use" in output) == ({"sqlite": 2, "postgresql": 4}[connection.vendor], True), output
            CuratedItem.objects.using(alias).update(title="Saved on")
        assert set(CuratedItem.objects.values_list("title", flat=True)) == {"Saved on"}
        CuratedItem.objects.update(title="Changed")
        assert site.state() == before
        assert not list(Path(name).parent.glob(f"{Path(name).name}.*")), "neither a new nor an old database is left"

    @only_sqlite
    def test_a_process_that_opens_the_database_while_it_is_replaced_reads_the_new_content(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.backup()
        before = site.state()
        CuratedItem.objects.update(title="Changed")
        name, load, refused = connection.settings_dict["NAME"], databases.RestoredSqlite._load, []
        with temporary_connection("other", NAME=name, OPTIONS={"timeout": 0}) as alias:

            def open_meanwhile(self: databases.RestoredSqlite, source: str, target: str) -> None:
                load(self, source, target)
                with pytest.raises(OperationalError) as locked:
                    CuratedItem.objects.using(alias).update(title="Lost")
                refused.append(str(locked.value))

            monkeypatch.setattr(databases.RestoredSqlite, "_load", open_meanwhile)
            assert site.restore(force=True)[0] == 0
            assert refused == ["database is locked"] * 2, "of the copy of the old database, and of the new one"
            assert site.state() == before
            CuratedItem.objects.using(alias).update(title="Afterwards")
            with connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA integrity_check")
                assert cursor.fetchall() == [("ok",)]
        assert set(CuratedItem.objects.values_list("title", flat=True)) == {"Afterwards"}

    @only_sqlite
    def test_a_full_disk_while_the_database_is_replaced_leaves_the_old_one(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.backup()
        CuratedItem.objects.update(title="Changed")
        before, name, load = site.state(), Path(connection.settings_dict["NAME"]), databases.RestoredSqlite._load

        def limited(self: databases.RestoredSqlite, source: str, target: str) -> None:
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            if target == "locked":
                resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
            try:
                load(self, source, target)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)

        monkeypatch.setattr(databases.RestoredSqlite, "_load", limited)
        assert site.restore(force=True)[0] == 4
        assert site.state() == before
        assert not list(name.parent.glob(f"{name.name}.*"))

    @only_sqlite
    def test_a_file_that_is_no_database_is_replaced(self, site: Site) -> None:
        site.backup()
        before = site.state()
        connection.close()
        name = Path(connection.settings_dict["NAME"])
        name.write_bytes(b"no database" * 1000)
        status, output = site.restore(force=True)
        assert status == 0, output
        assert site.state() == before
        (old,) = name.parent.glob(f"{name.name}.before-restore-*[0-9]")
        assert old.read_bytes() == b"no database" * 1000

    @on_postgres
    def test_helpers_of_a_query_are_no_sessions_of_others(self, site: Site) -> None:
        site.backup()
        mode = "debug_parallel_query" if connection.pg_version >= 160_000 else "force_parallel_mode"  # type: ignore[attr-defined]
        with temporary_connection("other") as alias:
            connections[alias].ensure_connection()
            session = connections[alias].connection
            session.execute(f"SET {mode} = on")
            query = Thread(target=session.execute, args=("SELECT pg_sleep(3)",))
            query.start()
            workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'"
            with connection.cursor() as cursor:
                cursor.execute(workers)
                while cursor.fetchone() == (0,):
                    assert query.is_alive()
                    cursor.execute(workers)
            with pytest.raises(BackupError, match=r"^1 other sessions use"):
                postgres.check_unused()
            query.join()

    def test_a_failure_while_files_are_restored_leaves_the_old_database(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.backup()
        add_pdf("third")
        before = site.state()

        def refuse(*_arguments: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(restore, "_restore_file", refuse)
        assert site.restore(force=True)[0] == 4
        assert site.state() == before

    def test_a_backup_of_a_newer_release_is_refused(self, site: Site) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = '9999_x' WHERE app = 'curation' AND name LIKE '0051%%'")

        status, output = site.backup()
        assert (status, "a newer release" in output) == (2, True)

    @on_postgres
    @pytest.mark.parametrize(("script", "words"), [("", "is not installed"), ("9.6.24", "is of version 9")])
    def test_pg_dump_is_missing_or_old(
        self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
    ) -> None:
        if script:
            (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {script}'\n")
            (tmp_path / "pg_dump").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        status, output = site.backup()
        assert (status, words in output, "apt install postgresql-client-" in output) == (2, True, True)

    @on_postgres
    def test_pg_dump_that_dies_is_a_failure(self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "pg_dump").write_text(
            "#!/bin/sh\n[ $1 = --version ] && exec echo 'pg_dump (PostgreSQL) 99.0'\necho no space >&2\nexit 1\n"
        )
        (tmp_path / "pg_dump").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        status, output = site.backup()
        assert (status, "pg_dump failed: no space" in output) == (4, True)


@only_sqlite
def test_media_in_another_storage(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = InMemoryStorage()
    for name in ("first", "second"):
        with default_storage.open(f"documents/{name}.pdf") as file:
            bucket.save(f"documents/{name}.pdf", file)
    monkeypatch.setattr(default_storage, "_wrapped", bucket)
    assert "2 files, 2 of them new" in site.backup()[1]
    bucket.delete("documents/first.pdf")
    assert "1 of which were missing" in site.restore(force=True)[1]
    with bucket.open("documents/first.pdf") as file:
        assert file.read() == b"first" * 100


@pytest.mark.long
def test_a_copy_to_another_database_is_compared_and_goes_on(
    site: Site, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = {"sqlite": "sqlite:///", "postgresql": "postgres:///"}[connection.vendor]
    target = new_database()
    before = site.state()
    status, output = site.run("copy_database", to=f"{scheme}{target}")
    assert (status, "rows copied and compared" in output) == (0, True), output
    assert site.run("copy_database", to=f"{scheme}{target}")[0] == 2
    connections.settings["default"]["NAME"] = target
    connections["default"].close()
    del connections["default"]
    assert site.state() == before
    version = ContentVersion.current()
    assert make_item(title="Afterwards").search_entry.title
    assert ContentVersion.current() not in (version, None)


def test_the_database_of_the_site_is_no_target(site: Site) -> None:
    scheme = {"sqlite": "sqlite:///", "postgresql": "postgres:///"}[connection.vendor]
    own = f"{scheme}{connection.settings_dict['NAME']}"
    for url, words in ((own, "is the database of the site"), ("x", "no address")):
        status, output = site.run("copy_database", to=url)
        assert (status, words in output) == (2, True)


def test_digests_of_a_database_that_is_not_yet_migrated(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup before an upgrade: the code has a migration that the database lacks."""
    applied = MigrationRecorder.applied_migrations

    def without_last(self: MigrationRecorder) -> Any:
        known = applied(self)
        return {key: value for key, value in known.items() if key != max(key for key in known if key[0] == "curation")}

    before = site.state()[0]
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", without_last)
    historical = {model._meta.db_table: model for model in models_of("default")}
    assert historical["curation_curateditem"] is not CuratedItem
    assert digest_rows(historical["curation_curateditem"], "default") == before["curation_curateditem"]
