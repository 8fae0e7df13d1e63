"""Bodies that nobody reads, sent byte by byte to a running gunicorn."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.served import ROOT, free_port, is_listening

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("gunicorn")]  # which is started once
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
#: The number of bytes that each request would like to send.
SIZE = 200_000_000
#: More than this is in the buffers of the two sockets, and in what gunicorn drains before it closes.
MAX_SENT = 20_000_000
COOKIE = f"Cookie: csrftoken={'a' * 32}\r\nContent-Type: multipart/form-data; boundary=x\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Serve an empty site; yield its port and its folder of temporary files."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "medigy.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SECRET_KEY": "only-for-tests-" + "x" * 40,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DEBUG": "1",  # static files have no hashed names, which would need collectstatic
        "TMPDIR": str(temporary),
        "LOG_LEVEL": "ERROR",
    }
    manage = (sys.executable, "manage.py", "migrate", "--verbosity=0")
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    gunicorn = (sys.executable, "-m", "gunicorn", "medigy.wsgi", "--workers=1", f"--bind=127.0.0.1:{port}")
    process = subprocess.Popen((*gunicorn, "--log-level=error"), cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not is_listening(port) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        yield port, temporary
    finally:
        process.terminate()
        process.wait()


def send(port: int, head: str, body: bytes) -> int:
    """Send `body` again and again, until the server reads no further; return the number of bytes sent."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"{head}\r\n".encode())
        time.sleep(0.5)  # the server answers before the body comes, or never
        connection.settimeout(0.2)
        with suppress(OSError):  # the server reads no further, or has closed the connection
            while sent < SIZE:
                connection.sendall(body)
                sent += len(body)
    return sent


@pytest.mark.parametrize("path", ["/news/", "/admin/login/", "/api/v1/items", "/nothing/"])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_200_mb_are_neither_read_nor_stored(server: tuple[int, Path], path: str, is_chunked: bool) -> None:
    port, temporary = server
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {SIZE}"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{COOKIE}{length}\r\n"
    before = set(temporary.rglob("*"))
    sent = send(port, head, CHUNK if is_chunked else b"x" * 0x10000)
    assert sent < MAX_SENT
    assert set(temporary.rglob("*")) == before


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/news/", "Transfer-Encoding: chunked\r\n", 405),
        ("/news/", f"Content-Length: {SIZE}\r\n", 405),
        ("/admin/login/", "Transfer-Encoding: chunked\r\n", 411),
        ("/admin/login/", f"Content-Length: {SIZE}\r\n", 413),
    ],
)
def test_the_answer_comes_before_the_body(server: tuple[int, Path], path: str, more: str, status: int) -> None:
    port, _temporary = server
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{COOKIE}{more}\r\n".encode())
        assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())
