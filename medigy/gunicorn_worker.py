"""A gunicorn worker whose threads hardly wait for clients.

gunicorn's worker with threads gives a thread to each connection, and waits with a limit for its first byte alone: a few
dozen connections that send a byte now and then stop it. Here the main loop collects the head of a request, and a small
body, and threads wait for the rest and for the reading of the response only while the client is fast enough.

It is the second line behind a proxy that buffers requests and responses (docs/deploy.md).
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.errors import AppImportError
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

#: Time for the head of a request and a small body.
COLLECT_SECONDS = 15
#: Size up to which the main loop collects them. The body of a client that has not logged in has at most 64 kB.
MAX_COLLECTED_BYTES = 128 * 1024
#: A thread waits for a client this long in all, and longer by the time that the bytes transferred take at this rate.
WAIT_SECONDS = 15
MIN_BYTES_PER_SECOND = 16 * 1024
#: Once a thread has waited this long, it goes on only while at most half of the threads do.
SHORT_WAIT_SECONDS = 0.5
#: Time for which a thread waits for the client to close a connection, so that it gets the end of the response.
LINGER_SECONDS = 1

#: Part of a file that is read at once.
FILE_BYTES = 256 * 1024

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class ClientSocket(socket.socket):
    """A connection that ends, as if the client had closed it, when it has made a thread wait for too long.

    `waiting` has a place for each thread that may wait for long.
    """

    def __init__(self, accepted: socket.socket, waiting: BoundedSemaphore) -> None:
        super().__init__(fileno=accepted.detach())
        self.waiting = waiting
        self.seconds_left: float = WAIT_SECONDS

    def setblocking(self, flag: bool) -> None:
        """Set the mode, as the worker does before and after each request. A closed socket is left alone."""
        if self.fileno() != -1:
            super().setblocking(flag)
        if flag:
            self.seconds_left = WAIT_SECONDS

    def recv(self, *arguments: Any) -> bytes:
        """Receive some bytes. Raises `ConnectionResetError` when the time is up."""
        received: bytes = self._in_time(super().recv, *arguments)
        self._earn(len(received))
        return received

    def sendall(self, data: Any, *arguments: Any) -> None:
        """Send all bytes. Raises `ConnectionResetError` when the time is up."""
        rest = memoryview(data)
        while rest:
            sent = self._in_time(super().send, rest, *arguments)
            self._earn(sent)
            rest = rest[sent:]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send `count` bytes of a file, as `sendall` does: the kernel would wait for the client without this limit."""
        file.seek(offset)
        sent = 0
        while data := file.read(FILE_BYTES if count is None else min(FILE_BYTES, count - sent)):
            self.sendall(data)
            sent += len(data)
        return sent

    def _earn(self, number: int) -> None:
        self.seconds_left = min(WAIT_SECONDS, self.seconds_left + number / MIN_BYTES_PER_SECOND)

    def _in_time(self, call: Callable[..., Any], *arguments: Any) -> Any:
        timeout = self.gettimeout()
        if timeout == 0:
            return call(*arguments)
        try:
            short = self.seconds_left - (WAIT_SECONDS - SHORT_WAIT_SECONDS)
            if short > 0:
                with suppress(TimeoutError):
                    return self._timed(call, short, timeout, *arguments)
            if not self.waiting.acquire(blocking=False):
                raise TimeoutError
            try:
                return self._timed(call, self.seconds_left, timeout, *arguments)
            finally:
                self.waiting.release()
        except TimeoutError as error:
            # gunicorn and Django expect this error of clients, and log it without a traceback.
            raise ConnectionResetError(errno.ECONNRESET, "The client was too slow.") from error

    def _timed(self, call: Callable[..., Any], seconds: float, timeout: float | None, *arguments: Any) -> Any:
        start = monotonic()
        self.settimeout(max(seconds if timeout is None else min(seconds, timeout), 0.001))
        try:
            return call(*arguments)
        finally:
            self.seconds_left -= monotonic() - start
            self.settimeout(timeout)


def is_collected(data: bytes | bytearray) -> bool:
    """Whether `data` has the head of a request with its body, or enough to let a thread wait for the rest."""
    if len(data) >= MAX_COLLECTED_BYTES:
        return True
    end = data.find(HEAD_END)
    if end == -1:
        return False
    head = data[: end + 2]
    # A client that expects an answer sends its body only after it, and the site refuses bodies in chunks unread.
    if EXPECT.search(head) or CHUNKED.search(head):
        return True
    length = CONTENT_LENGTH.search(head)
    if length is None:
        return True
    needed = end + len(HEAD_END) + int(length[1])
    return needed > MAX_COLLECTED_BYTES or len(data) >= needed


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """A worker that gives a connection to a thread when its request is there.

    A connection whose request is being collected is one of gunicorn's `pending_conns`, which end at their time limit
    and count as connections.
    """

    def init_process(self) -> None:
        self.waiting = BoundedSemaphore(max(1, self.cfg.threads // 2))
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the site. Wrong settings stop gunicorn with their message alone, without a traceback."""
        try:
            super().load_wsgi()
        except ImproperlyConfigured as error:
            raise AppImportError(f"error: {error}") from error

    def enqueue_req(self, conn: TConn) -> None:
        """Collect the request of a new connection, or the rest of one that came with the request before it."""
        if conn.initialized:
            self._collect(conn, bytearray(conn.parser.unreader.take_buffered()))
        else:
            conn.sock = ClientSocket(conn.sock, self.waiting)
            self._collect(conn, bytearray())

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Collect the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._collect(conn, bytearray())

    def _collect(self, conn: TConn, data: bytearray) -> None:
        """Give a connection to a thread when its request is there. Until then, it is pending."""
        if is_collected(data):
            self._hand_over(conn, data)
            return
        conn.sock.setblocking(False)
        conn.timeout = monotonic() + COLLECT_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn, data))

    def _read(self, conn: TConn, data: bytearray, client: socket.socket) -> None:
        """Read the bytes that have come. At the end of a connection, a thread closes it."""
        try:
            received = client.recv(MAX_COLLECTED_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        data += received
        if is_collected(data) or not received:
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._hand_over(conn, data)

    def _hand_over(self, conn: TConn, data: bytearray) -> None:
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(bytes(data))
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answer a request, and close the connection unless it is kept: the main loop must not wait for the client."""
        kept = super().handle(conn)
        if not kept:
            close_graceful(conn.sock, timeout=LINGER_SECONDS)
        return kept
