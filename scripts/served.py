"""The site with the sample content, served as in production from a temporary folder, for checks of whole pages."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = (sys.executable, "manage.py")
STEPS = (
    (*MANAGE, "migrate", "--verbosity=0"),
    (sys.executable, "-m", "sample_content.load"),
    (*MANAGE, "db_worker", "--batch"),  # encodes the renditions of the pictures
    (*MANAGE, "collectstatic", "--no-input", "--verbosity=0"),
)
START_SECONDS = 60


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the environment variables of a site at a port whose data are in `folder`."""
    return {
        **os.environ,
        "SECRET_KEY": "only-for-checks-" + "x" * 40,
        "DEBUG": "0",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "LOG_LEVEL": "ERROR",
    }


def free_port() -> int:
    """Return a port of this machine that no server listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether a server accepts connections at a port of this machine."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def served_site(folder: Path) -> Iterator[str]:
    """Set up the site in `folder`, serve it, and yield its URL. Raises `CalledProcessError` when a step fails."""
    port = free_port()
    variables = environment(folder, port)
    for step in STEPS:
        subprocess.run(step, cwd=ROOT, env=variables, check=True, stdout=subprocess.DEVNULL)
    gunicorn = (sys.executable, "-m", "gunicorn", "medigy.wsgi", "--workers=2", f"--bind=127.0.0.1:{port}")
    server = subprocess.Popen((*gunicorn, "--log-level=error"), cwd=ROOT, env=variables)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_listening(port) and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
