"""Clients that hold connections: they send slowly, read slowly, or do neither."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

#: Readers come from 127.0.0.1, so that a limit of connections from one address does not apply to them.
SOURCE = ("127.0.0.2", 0)
#: Seconds between two bytes of a client.
TICK_SECONDS = 0.5
#: Seconds for connecting; a server whose queue is full does not answer.
CONNECT_SECONDS = 5
#: Small receive buffer in bytes: the server soon has to wait for a client that does not read.
RECEIVE_BYTES = 4096
BODY_BYTES = 60_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A port of this machine, the host that its requests name, and the certificate that it must show, if any.

    Without a certificate, requests are marked as those of a proxy that got them by HTTPS.
    """

    port: int
    host: str
    certificate: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": self.host} | ({} if self.certificate else {"X-Forwarded-Proto": "https"})

    def connect(self, source: tuple[str, int] | None = None, receive_bytes: int = 0) -> socket.socket:
        """Return a connection with a time limit of `CONNECT_SECONDS`. Raises `OSError`."""
        client = socket.socket()
        client.settimeout(CONNECT_SECONDS)
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        if source:
            client.bind(source)
        client.connect(("127.0.0.1", self.port))
        if not self.certificate:
            return client
        return ssl.create_default_context(cafile=self.certificate).wrap_socket(client, server_hostname="localhost")


@dataclass(frozen=True, slots=True)
class Attack:
    """A way to hold a connection: what is sent at once, then in each tick, and how many bytes are read in one."""

    name: str
    start: str
    sends: bytes = b""
    reads: int = 4096


def attacks(endpoint: Endpoint, large_path: str) -> tuple[Attack, ...]:
    """Return every attack. `large_path` is the path of a response that fits into no buffer."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in endpoint.headers.items())
    get = f"GET / HTTP/1.1\r\n{headers}"
    form = f"Cookie: csrftoken={'a' * 32}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    post = f"POST /admin/login/ HTTP/1.1\r\n{headers}{form}"
    return (
        Attack("silent", ""),
        Attack("slow headers", f"{get}X-Header: ", sends=b"a"),
        Attack("slow headers after an answer", f"{get}\r\n{get}X-Header: ", sends=b"a"),
        Attack("slow bodies", f"{post}Content-Length: {BODY_BYTES}\r\n\r\n", sends=b"a"),
        Attack("slow chunked bodies", f"{post}Transfer-Encoding: chunked\r\n\r\n", sends=b"1\r\na\r\n"),
        Attack("slow large bodies", f"{post}Content-Length: 10000000\r\n\r\n", sends=b"a"),
        Attack("slow readers", f"GET {large_path} HTTP/1.1\r\n{headers}\r\n", reads=1),
        Attack("never closed", f"{get}Connection: close\r\n\r\n", reads=0),
    )


@dataclass(slots=True)
class Attackers:
    """Connections that are held; one that the server closes is opened again."""

    endpoint: Endpoint
    attack: Attack
    connections: int
    opened: int = 0
    closed: int = 0
    refused: int = 0
    _stop: Event = field(default_factory=Event)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Attackers]:
        """Hold the connections during the `with` block."""
        threads = [Thread(target=self._hold) for _ in range(self.connections)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _hold(self) -> None:
        while not self._stop.is_set():
            try:
                client = self.endpoint.connect(SOURCE, RECEIVE_BYTES)
            except OSError:
                self.refused += 1
                self._stop.wait(TICK_SECONDS)
                continue
            self.opened += 1
            with client, contextlib.suppress(OSError):
                client.sendall(self.attack.start.encode())
                self._go_on(client)
            self.closed += not self._stop.is_set()

    def _go_on(self, client: socket.socket) -> None:
        """Go on until the server closes the connection."""
        client.setblocking(False)
        while not self._stop.wait(TICK_SECONDS):
            if self.attack.sends:
                self._try(client.send, self.attack.sends)
            if self.attack.reads and self._try(client.recv, self.attack.reads) == b"":
                return

    def _try(self, call: Callable[[Any], Any], argument: bytes | int) -> Any:
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return call(argument)
