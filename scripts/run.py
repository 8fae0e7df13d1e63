"""Set up a site with the sample content, and run its server and its background worker until interrupted.

`make run` calls this with a port. Every step can be repeated and keeps existing data.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
MANAGE = (sys.executable, "manage.py")
STEPS = (
    ("Preparing the database", (*MANAGE, "migrate", "--verbosity=0")),
    ("Loading the sample content", (sys.executable, "-m", "sample_content.load")),
    ("Making a demo editor", (*MANAGE, "create_demo_editor", "--force")),
)
MAX_PORT = 65535
START_SECONDS = 60
#: Time for the worker to finish the picture that it is encoding.
STOP_SECONDS = 15

Process = subprocess.Popen[bytes]


def prepare() -> None:
    for title, command in STEPS:
        print(title, flush=True)
        if code := subprocess.run(command, cwd=ROOT, check=False).returncode:
            sys.exit(code)


def start(port: int, *arguments: str) -> Process:
    """Start a management command in its own session, so that Ctrl-C does not reach it and `stop()` ends it."""
    address = f"http://{HOST}:{port}"
    # The demo editor publishes with a password alone: the server listens on this machine only.
    environment = {"LOG_LEVEL": "WARNING", "SITE_URL": address, "SECOND_FACTOR_EXEMPT": "editor", **os.environ}
    return subprocess.Popen(
        (*MANAGE, *arguments), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )


def is_running(process: Process) -> bool:
    return process.poll() is None


def send_signal(processes: list[Process], number: signal.Signals) -> None:
    for process in filter(is_running, processes):
        os.killpg(process.pid, number)


def stop(processes: list[Process]) -> None:
    """End the processes and their children. A second Ctrl-C is ignored, so that none is left running."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    send_signal(processes, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(is_running(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.1)
    send_signal(processes, signal.SIGKILL)


def port_is_taken(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def serve(port: int) -> None:
    """Run the server and the worker until interrupted. Raises `SystemExit` when one of them ends by itself."""
    # Without its reloader, the worker finishes the running task before it stops.
    processes = [start(port, "runserver", f"{HOST}:{port}"), start(port, "db_worker", "--no-reload")]
    try:
        deadline = time.monotonic() + START_SECONDS
        while all(map(is_running, processes)) and not port_is_taken(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        print(
            f"\nThe site:  http://{HOST}:{port}/\nThe admin: http://{HOST}:{port}/admin/\nCtrl-C stops both.",
            flush=True,
        )
        while all(map(is_running, processes)):
            time.sleep(0.2)
        sys.exit("The server or its worker has stopped.")
    finally:
        stop(processes)


def read_port(text: str) -> int:
    """Return the port of a text. Raises `SystemExit` with a message where it is not a port number."""
    port = int(text) if text.isdecimal() else 0
    if not 0 < port <= MAX_PORT:
        sys.exit(f"“{text}” is not a port number. Choose one from 1024 to {MAX_PORT}: make run PORT=8001")
    return port


def main() -> None:
    port = read_port(" ".join(sys.argv[1:]))
    if port_is_taken(port):
        sys.exit(f"Port {port} is taken. Stop what uses it, or choose another: make run PORT={port + 1}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        prepare()
        serve(port)
    except KeyboardInterrupt:
        print("\nStopped.")


if __name__ == "__main__":
    main()
