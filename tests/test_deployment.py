"""Files for running the site: containers, systemd units and proxies."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.http import HttpResponse

from tests.security.test_headers import MIN_SCORE, observatory_score

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = sorted((ROOT / "deploy/systemd").iterdir())
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
each_service = pytest.mark.parametrize("name", SERVICES)


def needed(*programs: str) -> None:
    """Skip a test without its programs; fail it on a build server."""
    if missing := [program for program in programs if shutil.which(program) is None]:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not installed: {', '.join(missing)}")


def test_compose_refuses_to_start_without_each_secret() -> None:
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) >= SECRETS
    # Used again without `:?` where the same service demands it.
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= SECRETS


@each_service
def test_containers_have_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert bool(service.get("ports")) == (name == "proxy")


def test_containers_of_the_site_get_all_settings_of_env() -> None:
    of_site = {name for name, service in SERVICES.items() if service["image"].startswith("medigy-curation:")}
    assert of_site == {"migrate", "web", "worker"}
    assert {name for name, service in SERVICES.items() if service.get("env_file") == [".env"]} == of_site


def test_folders_of_the_volume_are_not_those_of_env() -> None:
    image = (ROOT / "Dockerfile").read_text().rpartition("\nENV ")[2].partition("\nWORKDIR")[0]
    folders = dict(re.findall(r"(\w+)=(/(?:data|srv)\S*)", image))
    assert folders.keys() == {"STATIC_ROOT", "MEDIA_ROOT", "IMPORT_UPLOADS", "FORM_UPLOADS", "LOCKS"}
    for name in ("migrate", "web", "worker"):
        environment = SERVICES[name]["environment"]
        assert environment.items() >= folders.items()
        assert environment["WEB_CONCURRENCY"] == "${WEB_CONCURRENCY:-2}"  # an empty one would stop gunicorn


def test_a_command_of_the_site_reads_the_settings_before_gunicorn_does() -> None:
    """gunicorn itself would end with a traceback for a malformed variable of the environment."""
    assert SERVICES["migrate"]["environment"] == SERVICES["web"]["environment"]
    assert SERVICES["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    unit = (ROOT / "deploy/systemd/medigy-web.service").read_text()
    assert re.search(r"^ExecStartPre=\S+/python manage\.py check$.*^ExecStart=", unit, re.MULTILINE | re.DOTALL)
    environment = {**os.environ, "SECRET_KEY": "only-for-tests-" + "x" * 40, "WEB_CONCURRENCY": "many"}
    check = (sys.executable, "manage.py", "check")
    ended = subprocess.run(check, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.partition(".")[0]) == (1, "error: WEB_CONCURRENCY is “many”")


def test_the_image_has_the_client_of_the_server() -> None:
    server = re.findall(r"postgres:(\d+)", SERVICES["database"]["image"])
    assert re.findall(r"postgresql-client-(\d+)", (ROOT / "Dockerfile").read_text()) == server


@each_service
def test_images_are_pinned(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image.startswith("medigy-curation:") or re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?(-\w+)?", image)


def test_web_servers_and_worker_start_after_the_migrations() -> None:
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["web"]["deploy"]["replicas"] == 2


def test_postgres_has_a_connection_for_each_thread() -> None:
    threads = int(re.findall(r"^threads = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)[0])
    workers = int(re.findall(r'"WEB_CONCURRENCY", (\d+)', (ROOT / "gunicorn.conf.py").read_text())[0])
    allowed = int(SERVICES["database"]["command"][-1].removeprefix("max_connections="))
    assert threads * workers * SERVICES["web"]["deploy"]["replicas"] + 20 <= allowed


def test_nginx_reads_the_file_that_the_proxy_of_compose_writes(tmp_path: Path) -> None:
    needed("nginx", "openssl")
    from drills.proxy import make_certificate

    certificate, key = make_certificate(tmp_path)
    site = tmp_path / "default.conf"
    script = SERVICES["proxy"]["command"][2].replace("$$", "$").partition("exec nginx")[0]
    for old, new in {
        "/etc/medigy/medigy.conf": str(ROOT / "deploy/nginx/medigy.conf"),
        "/etc/nginx/conf.d/default.conf": str(site),
        "/run/secrets/certificate_key": str(key),
        "|/run/secrets/certificate|": f"|{certificate}|",
        "web:8000": "127.0.0.1:8000",
    }.items():
        assert old in script
        script = script.replace(old, new)
    subprocess.run(("sh", "-euc", script), env={**os.environ, "SITE_HOST": "news.example.org"}, check=True)
    assert "example.org" not in site.read_text().replace("news.example.org", "")
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include {site}; }}")
    tested = subprocess.run(("nginx", "-t", "-c", str(main)), capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr


@pytest.mark.parametrize("name", ["nginx/medigy.conf", "caddy/Caddyfile"])
def test_proxies_let_the_largest_upload_through(name: str) -> None:
    sizes = re.findall(r"(?:client_max_body_size|max_size) (\d+)(?:m|MB)\b", (ROOT / "deploy" / name).read_text())
    assert [int(size) * 1_000_000 for size in sizes] == [settings.MAX_UPLOAD_BYTES]


def test_proxies_answer_by_themselves_with_the_headers_of_the_site() -> None:
    nginx, caddy = ((ROOT / "deploy" / name).read_text() for name in ("nginx/medigy.conf", "caddy/Caddyfile"))
    maps = dict(re.findall(r"^map .* \$(\w+) \{ default \"?([^;\"]+)", nginx, re.MULTILINE))
    maps |= dict(re.findall(r"^map .* \$(\w+) \{\n.*\n    \"\" \"(.*)\";", nginx, re.MULTILINE))
    added = {name: maps.get(value, "") for name, value in re.findall(r"add_header ([\w-]+) \$(\w+) always;", nginx)}
    handled = re.search(r"handle_errors \{\n\t\theader \{\n(.*?)\t\t\}", caddy, re.DOTALL)
    written = dict(re.findall(r"^\s*([\w-]+) \"?([^\"\n]+)", handled[1] if handled else "", re.MULTILINE))
    assert "Retry-After" in added
    assert "header @away Retry-After" in caddy
    for headers in (added, written):
        assert headers.keys() >= settings.SECURITY_HEADERS.keys()
        # Without includeSubDomains, it would replace the HSTS of a site with HSTS_PRELOAD=1.
        assert "Strict-Transport-Security" not in headers
        assert observatory_score(HttpResponse(headers=headers), over_tls=False) >= MIN_SCORE, headers


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_each_unit(unit: Path, tmp_path: Path) -> None:
    needed("systemd-analyze")
    for path in UNITS:
        # The paths of programs must exist.
        text = re.sub(r"^(Exec\w+)=/(?:srv|etc)/medigy/[\w./-]+", r"\1=/bin/true", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    verified = subprocess.run(
        ("systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_units_run_commands_that_exist_with_few_rights(unit: Path) -> None:
    text = unit.read_text()
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    if unit.name == "medigy-failed@.service":  # of the administrator, who may send mail by it
        return
    # By the version of systemd, a unit that restarts for ever would start it at each restart, or never.
    assert ("\nOnFailure=medigy-failed@%n.service\n" in text) == ("\nRestart=" not in text)
    for line in ("User=medigy", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text


def test_the_documented_server_backs_up_and_checks_its_backups() -> None:
    document = (ROOT / "docs/deploy.md").read_text()
    timers = [path for path in UNITS if path.suffix == ".timer"]
    commands = {
        command
        for path in timers
        for command in re.findall(r"manage\.py (.+)", path.with_suffix(".service").read_text())
    }
    assert commands == {"backup /var/backups/medigy", "restore /var/backups/medigy --verify"}
    enabled = re.findall(r"^systemctl enable --now (.+)", document, re.MULTILINE)
    assert {path.name for path in timers} <= set(" ".join(enabled).split())
    # A backup is checked in a database that the user of the site makes.
    assert re.search(r"^runuser -u postgres -- createuser --createdb medigy$", document, re.MULTILINE)


def test_the_image_gets_no_secrets_and_no_data() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert {name for name in allowed if not (ROOT / name).exists()} == set()
    assert not allowed & {".env", "var", "tests", ".git"}
