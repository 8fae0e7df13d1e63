"""Slow clients in front of gunicorn alone, of nginx and of Caddy, with the files that docs/deploy.md uses.

Each attack holds connections for some time while readers read. The server must answer all of them soon.
"""

from __future__ import annotations

import contextlib
import getpass
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread

from drills.report import DrillFailed, print_line
from drills.sandbox import MANAGE, ROOT, Sandbox, SandboxSite
from drills.server import free_port
from drills.slow_clients import Attackers, Endpoint, attacks

#: What is attacked: gunicorn without a proxy, and the programs of the proxies.
ALONE, PROXIES = "gunicorn alone", ("nginx", "caddy")
#: Connections of an attack, seconds that it lasts, and readers meanwhile.
CONNECTIONS, ATTACK_SECONDS, READERS = 40, 20, 4
#: Time in seconds within which 95 of 100 pages must come, or 3 times that without an attack, on a machine that is busy.
#: Readers give up after 5 seconds.
MAX_P95, MAX_RATIO = 2.0, 3
#: Pages that are read before all, as each worker renders its first ones slowly.
FIRST_PAGES = 40
PAUSE_SECONDS = 0.05
#: Time until readers start: the load of making 40 responses is not what holds a connection.
SETTLE_SECONDS = 3
START_SECONDS = 60
#: Size of a PDF that fits into no buffer of a socket.
LARGE_BYTES = 6_000_000
PAGES = ("/", "/news/", "/search/?q=health", "/robots.txt")
#: Headers of a client that must not reach the site.
FORGED = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
NGINX = """
user {user};
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
daemon off;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/medigy.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """Folder, socket of gunicorn, ports of HTTP and HTTPS, and a certificate with its key for `localhost`."""

    folder: Path
    socket: Path
    http: int
    https: int
    certificate: Path
    key: Path

    @property
    def host(self) -> str:
        return f"localhost:{self.https}"


@dataclass(slots=True)
class Readers:
    """Times in seconds of the pages that readers got, and errors."""

    endpoint: Endpoint
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Readers]:
        threads = [Thread(target=self._read) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _read(self) -> None:
        for path in cycle(PAGES):
            if self._stop.is_set():
                return
            start = time.monotonic()
            try:
                if (status := get(self.endpoint, path)[0]) != http.HTTPStatus.OK:
                    self.errors.append(f"{path} answered {status}")
            except OSError as error:
                self.errors.append(f"{path}: {error}")
            self.seconds.append(time.monotonic() - start)
            self._stop.wait(PAUSE_SECONDS)

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20)[-1]


def get(endpoint: Endpoint, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Return status, headers and body of a page, on a connection of its own. Raises `OSError`."""
    connection = http.client.HTTPConnection("localhost", endpoint.port)
    connection.sock = endpoint.connect()
    with contextlib.closing(connection):
        connection.request("GET", path, headers={**endpoint.headers, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def drill(
    sandbox: Sandbox, content: Path, servers: Collection[str] = (ALONE, *PROXIES), only: Collection[str] = ()
) -> str:
    """Attack gunicorn alone, then behind each proxy that is installed; by each attack, or `only` those of these names.

    Raises `DrillFailed`.
    """
    folder = sandbox.folder / "proxies"
    folder.mkdir()
    setting = Setting(folder, folder / "medigy.sock", free_port(), free_port(), *make_certificate(folder))
    results: list[str] = []
    faults: list[str] = []
    with sandbox.site("proxies", content=content) as site:
        large = next(site.media.rglob("*.pdf"))
        os.truncate(large, LARGE_BYTES)
        large_path = f"/media/{large.relative_to(site.media)}"
        port = free_port()
        with run_gunicorn(site, setting, port):
            if ALONE in servers:
                results.append(hold(ALONE, Endpoint(port, setting.host), large_path, only, faults))
            for name, run in zip(PROXIES, (run_nginx, run_caddy), strict=True):
                if name not in servers:
                    continue
                if not shutil.which(name):
                    results.append(f"{name} is not installed")
                    continue
                endpoint = Endpoint(setting.https, setting.host, str(setting.certificate))
                with run(setting):
                    await_page(endpoint)
                    check_proxy(endpoint, setting)
                    results.append(hold(name, endpoint, large_path, only, faults))
    if faults:
        raise DrillFailed("; ".join(faults))
    return "; ".join(results)


def hold(name: str, endpoint: Endpoint, large_path: str, only: Collection[str], faults: list[str]) -> str:
    """Let each attack hold connections while readers read. Append each that stopped readers to `faults`."""
    await_page(endpoint)
    for path, _ in zip(cycle(PAGES), range(FIRST_PAGES), strict=False):
        get(endpoint, path)
    with Readers(endpoint).reading() as calm:
        time.sleep(ATTACK_SECONDS)
    limit = max(MAX_P95, MAX_RATIO * calm.p95)
    print_line(f"  {name}: {len(calm.seconds)} pages in {ATTACK_SECONDS} s, p95 {calm.p95 * 1000:.0f} ms")
    print_line(f"  with {CONNECTIONS} connections that are held:")
    slowest = 0.0
    for attack in attacks(endpoint, large_path):
        if only and attack.name not in only:
            continue
        with Attackers(endpoint, attack, CONNECTIONS).at_work() as attackers:
            time.sleep(SETTLE_SECONDS)
            with Readers(endpoint).reading() as readers:
                time.sleep(ATTACK_SECONDS)
        line = (
            f"{attack.name}: {len(readers.seconds)} pages, p95 {readers.p95 * 1000:.0f} ms,"
            f" {len(readers.errors)} errors; {attackers.opened} connections, {attackers.closed} closed by the server"
        )
        print_line(f"    {line}")
        slowest = max(slowest, readers.p95)
        if readers.errors or readers.p95 > limit or not attackers.opened:
            faults.append(f"{name}: {line} {readers.errors[:2] or ''}")
    return f"{name} p95 {calm.p95 * 1000:.0f} ms, under attack {slowest * 1000:.0f} ms at most"


def check_proxy(endpoint: Endpoint, setting: Setting) -> None:
    """Raise `DrillFailed` unless a proxy redirects HTTP, replaces headers, limits bodies and keeps compression."""
    faults = []
    status, headers, _ = get(Endpoint(setting.http, "localhost"), "/news/")
    if status not in (301, 308) or not headers["Location"].startswith("https://localhost"):
        faults.append(f"HTTP is answered by {status}, {headers['Location']}")
    status, _, body = get(endpoint, "/robots.txt", **FORGED)
    if status != http.HTTPStatus.OK or f"https://{setting.host}/".encode() not in body or b"evil.example" in body:
        faults.append(f"with forged headers, /robots.txt is answered by {status}, {body!r}")
    encoding = get(endpoint, "/news/", **{"Accept-Encoding": "br, gzip"})[1]["Content-Encoding"]
    if encoding != "br":
        faults.append(f"a page is encoded as {encoding}")
    status = post(endpoint, "/admin/login/", 70_000)
    if status != http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        faults.append(f"a body of 70,000 bytes without a session is answered by {status}")
    if faults:
        raise DrillFailed("; ".join(faults))


def post(endpoint: Endpoint, path: str, size: int) -> int:
    connection = http.client.HTTPConnection("localhost", endpoint.port)
    connection.sock = endpoint.connect()
    with contextlib.closing(connection):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, b"a" * size, {**endpoint.headers, **form})
        return connection.getresponse().status


# Servers


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Return a new certificate for `localhost`, which signs itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    outputs = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run((*command.split(), *outputs), check=True, capture_output=True)
    return certificate, key


@contextlib.contextmanager
def run_gunicorn(site: SandboxSite, setting: Setting, port: int) -> Iterator[None]:
    """Serve a site with gunicorn.conf.py, on a Unix socket and on a port."""
    environment = {
        **site.environment,
        "DJANGO_SETTINGS_MODULE": "medigy.settings",
        "DEBUG": "0",
        "SECRET_KEY": "only-for-drills-" + "x" * 40,
        "SITE_URL": f"https://{setting.host}",
        "BEHIND_PROXY": "1",
        "CACHE_URL": "locmemcache://",
        "LOG_LEVEL": "ERROR",
        "SEARCHES_PER_MINUTE": "0",  # all readers have one address
    }
    subprocess.run((*MANAGE, "collectstatic", "--no-input", "--verbosity=0"), cwd=ROOT, env=environment, check=True)
    binds = (f"--bind=unix:{setting.socket}", f"--bind=127.0.0.1:{port}")
    with running(
        (sys.executable, "-m", "gunicorn", "medigy.wsgi", *binds), setting.folder / "gunicorn.log", environment
    ):
        yield


@contextlib.contextmanager
def run_nginx(setting: Setting) -> Iterator[None]:
    write_recipe(
        "deploy/nginx/medigy.conf",
        setting.folder / "medigy.conf",
        {
            "/etc/letsencrypt/live/example.org/fullchain.pem": str(setting.certificate),
            "/etc/letsencrypt/live/example.org/privkey.pem": str(setting.key),
            "https://example.org": f"https://localhost:{setting.https}",
            "example.org": "localhost",
            "/run/medigy.sock": str(setting.socket),
            "/var/log/nginx": str(setting.folder),
            "listen 80": f"listen 127.0.0.1:{setting.http}",
            "listen 443": f"listen 127.0.0.1:{setting.https}",
            "listen [::]:80": f"listen [::1]:{setting.http}",
            "listen [::]:443": f"listen [::1]:{setting.https}",
        },
    )
    main = setting.folder / "nginx.conf"
    main.write_text(NGINX.format(folder=setting.folder, user=getpass.getuser()))
    with running(("nginx", "-p", str(setting.folder), "-c", str(main)), setting.folder / "nginx.log"):
        yield


@contextlib.contextmanager
def run_caddy(setting: Setting) -> Iterator[None]:
    config = setting.folder / "Caddyfile"
    ports = f"\thttp_port {setting.http}\n\thttps_port {setting.https}\n\tadmin off"
    write_recipe(
        "deploy/caddy/Caddyfile",
        config,
        {
            "example.org {": f"localhost {{\n\ttls {setting.certificate} {setting.key}",
            "unix//run/medigy.sock": f"unix/{setting.socket}",
            "\tadmin off": ports,
        },
    )
    command = ("caddy", "run", "--config", str(config), "--adapter", "caddyfile")
    homes = {"HOME": str(setting.folder), "XDG_DATA_HOME": str(setting.folder), "XDG_CONFIG_HOME": str(setting.folder)}
    with running(command, setting.folder / "caddy.log", {"PATH": os.environ["PATH"], **homes}):
        yield


def write_recipe(name: str, target: Path, replaced: dict[str, str]) -> None:
    """Write a file of the repository with other paths, ports and names. Raises `DrillFailed` if it lacks one."""
    text = (ROOT / name).read_text()
    for old, new in replaced.items():
        if old not in text:
            raise DrillFailed(f"{name} has no “{old}”")
        text = text.replace(old, new)
    target.write_text(text)


@contextlib.contextmanager
def running(command: tuple[str, ...], log: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server during the `with` block."""
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True)
    try:
        yield
    except Exception:
        print_line(log.read_text()[-2000:])
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def await_page(endpoint: Endpoint) -> None:
    deadline = time.monotonic() + START_SECONDS
    error: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if (status := get(endpoint, "/")[0]) == http.HTTPStatus.OK:
                return
            error = DrillFailed(f"/ answered {status}")
        except OSError as failure:
            error = failure
        time.sleep(0.2)
    raise DrillFailed(f"no server at port {endpoint.port} after {START_SECONDS} s: {error}")
