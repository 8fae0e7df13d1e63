"""Hostile uploads: pictures of 100 megapixels and bodies that never end, several at once, while readers read."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from struct import pack
from threading import Event, Thread
from urllib.parse import urlencode

from drills.browser import Browser
from drills.readers import Client, ReaderPool, find_paths
from drills.report import DrillFailed, print_line
from drills.sandbox import Sandbox
from drills.server import RunningServer, processes, serve
from drills.traffic import ITEM_LIST, log_in

ADD_IMAGE, PREVIEW = "/admin/curation/image/add/", f"{ITEM_LIST}preview/"
PICTURES, BODIES, READERS = 4, 8, 8
#: Side of the pictures in pixels: just below the limit of 100 megapixels.
WIDTH, HEIGHT = 9_999, 10_000
CALM_SECONDS = 10
#: Maximum memory of a web worker in megabytes.
MAX_MEGABYTES = 300
SAMPLE_SECONDS = 0.1
BOUNDARY = "boundary-of-drills"

#: A request of an editor; returns the status and the text of the answer.
Send = Callable[[Client], tuple[int, str]]


def drill(sandbox: Sandbox, content: Path) -> str:
    faults, results = [], []
    with (
        sandbox.site("uploads", content=content) as site,
        serve(site, sandbox.folder / "uploads.log", CACHE_URL="locmemcache://") as server,
    ):
        paths = find_paths(server.address)
        browser = log_in(server.address)
        with ReaderPool(server.host, paths, READERS).reading():
            time.sleep(CALM_SECONDS / 2)  # until the pages are kept
        with ReaderPool(server.host, paths, READERS).reading() as calm:
            time.sleep(CALM_SECONDS)
        attacks = {
            f"{PICTURES} pictures of {WIDTH:,} × {HEIGHT:,} pixels": [
                upload(browser, hostile_picture(number)) for number in range(PICTURES)
            ],
            f"{BODIES} previews of hostile bodies": [preview(browser, number) for number in range(BODIES)],
        }
        for title, sends in attacks.items():
            result, found = send_at_once(server, sends, calm)
            print_line(f"  {title}: {result}")
            results.append(f"{title}: {result}")
            faults += [f"{title}: {fault}" for fault in found]
    if faults:
        raise DrillFailed("; ".join(faults))
    return "; ".join(results)


def send_at_once(server: RunningServer, sends: Sequence[Send], calm: ReaderPool) -> tuple[str, list[str]]:
    """Send requests at once while readers read; return a line, and what went wrong."""
    statuses: list[int] = []
    memory, done = [0.0], Event()
    watcher = Thread(target=watch, args=(server, memory, done))
    senders = [Thread(target=lambda send=send: statuses.append(send(Client(server.host))[0])) for send in sends]
    start = time.monotonic()
    with ReaderPool(server.host, calm.paths, READERS).reading() as readers:
        for thread in (watcher, *senders):
            thread.start()
        for thread in senders:
            thread.join()
        time.sleep(max(0.0, CALM_SECONDS / 2 - (time.monotonic() - start)))  # enough requests to take a percentile
    done.set()
    watcher.join()
    faults = readers.faults(calm)
    if memory[0] > MAX_MEGABYTES:
        faults.append(f"a web worker had {memory[0]:.0f} MB")
    if len(statuses) < len(sends) or any(status >= HTTPStatus.INTERNAL_SERVER_ERROR for status in statuses):
        faults.append(f"{len(sends)} requests were answered with {statuses}")
    result = (
        f"answered with {', '.join(map(str, sorted(statuses)))} after {time.monotonic() - start:.0f} s; web workers up "
        f"to {memory[0]:.0f} MB; readers {readers.times}, before {calm.times}"
    )
    return result, faults


def watch(server: RunningServer, memory: list[float], done: Event) -> None:
    """Keep the largest memory of a web worker in `memory[0]`."""
    while not done.wait(SAMPLE_SECONDS):
        workers = [use.megabytes for use in processes(server.pid).values() if "gunicorn: worker" in use.name]
        memory[0] = max(memory[0], *workers)


def hostile_picture(number: int) -> bytes:
    """Return a PNG of a few hundred kilobytes that takes 400 MB decoded, another one for each number."""
    packer = zlib.compressobj(1)
    first, row = b"\0" + bytes([number]) * (4 * WIDTH), bytes(1 + 4 * WIDTH)
    packed = packer.compress(first) + b"".join(packer.compress(row) for _ in range(HEIGHT - 1)) + packer.flush()
    header = _chunk(b"IHDR", pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def upload(browser: Browser, picture: bytes) -> Send:
    """Return the request that adds a picture, with the session of an editor."""
    token = browser.get(ADD_IMAGE).form("image_form")["csrfmiddlewaretoken"]
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n',
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="a.png"\r\n',
        "Content-Type: image/png\r\n\r\n",
    ]
    body = "".join(parts).encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
    return post(browser, ADD_IMAGE, f"multipart/form-data; boundary={BOUNDARY}", body)


def preview(browser: Browser, number: int) -> Send:
    """Return the request of a preview whose body takes longer to render than it may."""
    token = browser.get(ADD_IMAGE).form("image_form")["csrfmiddlewaretoken"]
    form = {"csrfmiddlewaretoken": token, "title": f"Hostile {number}", "body": hostile_body(number)}
    return post(browser, PREVIEW, "application/x-www-form-urlencoded", urlencode(form).encode())


def hostile_body(number: int) -> str:
    return f"{number} " + "*a **a " * 60_000


def post(browser: Browser, path: str, content_type: str, body: bytes) -> Send:
    headers = {"Cookie": browser.cookies, "Content-Type": content_type}

    def send(client: Client) -> tuple[int, str]:
        status, _headers, answer = client.request("POST", path, headers, body)
        return status, answer.decode()

    return send
