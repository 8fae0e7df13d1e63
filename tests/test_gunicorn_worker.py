"""Time limits for clients in the worker of gunicorn. `make drill DRILLS=proxy` tries them with real clients."""

import runpy
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from types import SimpleNamespace

import pytest

from medigy import gunicorn_worker
from medigy.gunicorn_worker import MAX_COLLECTED_BYTES, ClientSocket, is_collected

SETTINGS = Path(__file__).resolve().parent.parent / "gunicorn.conf.py"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False),
        (GET, False),
        (GET + b"X-Header: a", False),
        (GET + b"\r\n", True),
        (POST + b"Content-Length: 4\r\n\r\n", False),
        (POST + b"content-length:4\r\n\r\nabc", False),
        (POST + b"Content-Length: 4\r\n\r\nabcd", True),
        (POST + b"Content-Length: 0\r\n\r\n", True),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", True),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nabcd\r\n", True),
        # A thread waits for these.
        (POST + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n", True),
        (POST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", True),
        (POST + b"Content-Length: %d\r\n\r\n" % MAX_COLLECTED_BYTES, True),
        (GET + b"X-Header: " + b"a" * MAX_COLLECTED_BYTES, True),
        # gunicorn refuses it.
        (POST + b"Content-Length: four\r\n\r\n", True),
    ],
)
def test_a_request_is_collected_before_a_thread_gets_it(data: bytes, expected: bool) -> None:
    assert is_collected(data) is expected


@pytest.fixture
def waiting() -> BoundedSemaphore:
    return BoundedSemaphore(1)


@pytest.fixture
def connection(
    waiting: BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ClientSocket, socket.socket]]:
    """Both ends of a connection: that of a thread, which waits for 0.2 seconds at most, and that of its client."""
    monkeypatch.setattr(gunicorn_worker, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(gunicorn_worker, "SHORT_WAIT_SECONDS", 0.05)
    accepted, client = socket.socketpair()
    with ClientSocket(accepted, waiting) as server, client:
        server.setblocking(True)
        yield server, client


def test_a_fast_client_is_served(connection: tuple[ClientSocket, socket.socket]) -> None:
    server, client = connection
    client.sendall(b"request")
    assert server.recv(100) == b"request"
    server.sendall(b"response")
    assert client.recv(100) == b"response"


def test_a_part_of_a_file_is_sent(
    connection: tuple[ClientSocket, socket.socket], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gunicorn_worker, "FILE_BYTES", 3)
    server, client = connection
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        assert server.sendfile(file, 1, 7) == 7
    assert client.recv(100) == b"1234567"


def test_a_client_that_does_not_read_a_file_is_disconnected(
    connection: tuple[ClientSocket, socket.socket], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10_000_000)
    with path.open("rb") as file, pytest.raises(ConnectionResetError):
        connection[0].sendfile(file, 0, 10_000_000)


def test_a_client_that_sends_nothing_is_disconnected(connection: tuple[ClientSocket, socket.socket]) -> None:
    with pytest.raises(ConnectionResetError):
        connection[0].recv(100)


def test_a_client_that_reads_nothing_is_disconnected(connection: tuple[ClientSocket, socket.socket]) -> None:
    with pytest.raises(ConnectionResetError):
        connection[0].sendall(b"x" * 10_000_000)


def test_a_byte_now_and_then_buys_no_time(connection: tuple[ClientSocket, socket.socket]) -> None:
    server, client = connection
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    client.sendall(b"a")
    client.sendall(b"b" * 9)
    assert server.recv(1) == b"a"
    server.recv(9)
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    assert server.seconds_left <= 10 / gunicorn_worker.MIN_BYTES_PER_SECOND


def test_the_next_request_has_its_own_time(connection: tuple[ClientSocket, socket.socket]) -> None:
    server, _client = connection
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    server.setblocking(False)
    server.setblocking(True)
    assert server.seconds_left == gunicorn_worker.WAIT_SECONDS


def test_only_some_threads_wait_for_long(
    connection: tuple[ClientSocket, socket.socket], waiting: BoundedSemaphore
) -> None:
    server, client = connection
    waiting.acquire()
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    assert server.seconds_left > 0, "it waited longer than the short time without a place"
    client.sendall(b"a")
    waiting.release()
    assert server.recv(1) == b"a"


def test_the_worker_of_the_settings_is_this_one() -> None:
    worker = gunicorn_worker.BufferingWorker
    assert f'worker_class = "{worker.__module__}.{worker.__name__}"' in SETTINGS.read_text()


def test_threads_share_two_heaps(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda *option: calls.append(option))
    monkeypatch.setattr("ctypes.CDLL", lambda _name: library)
    runpy.run_path(str(SETTINGS))
    assert calls == [(-8, 2)]  # M_ARENA_MAX of glibc's malloc.h
