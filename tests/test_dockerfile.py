"""The commands of the Dockerfile, run in a scratch directory: no container engine is needed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drills.server import free_port

ROOT = Path(__file__).resolve().parent.parent
#: Debian's own Python, which every user may run, in place of the one of the base image.
PYTHON = Path("/usr/bin/python3")
START_SECONDS = 60

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("deployment")]


def instructions() -> Iterator[tuple[str, str]]:
    """Yield the instructions of the Dockerfile with their arguments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            name, _, arguments = line.strip().partition(" ")
            yield name, arguments


class ScratchImage:
    """Runs instructions with every folder of the image in a scratch directory."""

    #: Folders of the image.
    FOLDERS = ("/opt/venv", "/srv/medigy", "/data")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.variables = {"PATH": f"{root}/bin:{os.environ['PATH']}", "HOME": str(root)}
        self.folder = str(root)
        self.user = 0
        (root / "bin").mkdir()
        (root / "bin/python").symlink_to(PYTHON)
        (root / "etc").mkdir()
        for name in ("passwd", "group", "shadow", "gshadow"):
            (root / "etc" / name).touch()

    def inside(self, text: str) -> str:
        """Return a text with the folders of the image as those of the scratch directory."""
        for folder in self.FOLDERS:
            text = re.sub(rf"(?<![\w/]){folder}\b", f"{self.root}{folder}", text)
        # These two change the users of the scratch directory, not those of this machine.
        return re.sub(r"\b(groupadd|useradd) ", rf"\1 --prefix {self.root} ", text).replace(
            "medigy:medigy", "10001:10001"
        )

    def command(self, *arguments: str) -> tuple[str, ...]:
        if not self.user:
            return arguments
        identity = (
            f"--reuid={self.user}",
            f"--regid={self.user}",
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
        )
        return ("setpriv", *identity, *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )

    def copy(self, sources: list[str], target: str) -> None:
        """Copy files of the repository, without those that .dockerignore leaves out."""
        ignore = (ROOT / ".dockerignore").read_text().splitlines()
        allowed = [line.removeprefix("!") for line in ignore if line.startswith("!")]
        for name in allowed if sources == ["."] else sources:
            assert name in allowed, f"{name} is not in the context"
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(target, name), ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy(ROOT / name, target)

    def execute(self, name: str, arguments: str) -> None:
        arguments = self.inside(arguments)
        if name == "ENV":
            for part in shlex.split(arguments):
                variable, _, value = part.partition("=")
                self.variables[variable] = value.replace("$PATH", self.variables["PATH"])
        elif name == "WORKDIR":
            self.folder = arguments
            Path(arguments).mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            self.user = int(arguments)
        elif name == "COPY" and not arguments.startswith("--from=build "):
            *sources, target = arguments.split()
            self.copy(sources, str(Path(self.folder, target)))
        elif name == "RUN" and not arguments.startswith("apt-get "):  # it would change this machine
            done = self.run("sh", "-c", arguments)
            assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


@pytest.fixture
def image() -> Iterator[ScratchImage]:
    if os.geteuid() or not PYTHON.exists() or not shutil.which("setpriv"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("only root with Debian's Python can run this")
    with TemporaryDirectory(prefix="medigy-image-") as folder:
        Path(folder).chmod(0o755)  # those of pytest are for root alone
        made = ScratchImage(Path(folder))
        for name, arguments in instructions():
            made.execute(name, arguments)
        yield made


def test_each_command_works_as_its_user(image: ScratchImage) -> None:
    found = dict(instructions())  # the last of each
    assert image.user == 10001
    assert (image.root / "etc/passwd").read_text().startswith("medigy:x:10001:10001:")
    assert image.run("cat", image.inside("/srv/medigy/var/static/staticfiles.json")).returncode == 0
    assert not (image.root / "srv/medigy/.env").exists()
    # Nothing of the image but /data can be written.
    assert image.run("sh", "-c", image.inside("touch /srv/medigy/x || touch /opt/venv/x")).returncode != 0
    assert image.run("sh", "-c", image.inside("touch /data/media/x")).returncode == 0

    port = str(free_port())
    image.variables |= {
        "SECRET_KEY": "only-for-tests-" + "x" * 40,
        "DATABASE_URL": f"sqlite:///{image.root}/data/db.sqlite3",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    command = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in json.loads(found["CMD"])]
    probe = [part.replace(":8000", f":{port}") for part in json.loads(found["HEALTHCHECK"].partition("CMD ")[2])]
    migrated = image.run("python", "manage.py", "migrate", "--no-input", "--verbosity=0")
    assert migrated.returncode == 0, migrated.stderr
    assert image.run(*probe).returncode != 0
    server = subprocess.Popen(image.command(*command), cwd=image.folder, env=image.variables)
    try:
        deadline = time.monotonic() + START_SECONDS
        while (result := image.run(*probe)).returncode and time.monotonic() < deadline:
            time.sleep(0.5)
        assert result.returncode == 0, result.stderr
    finally:
        server.terminate()
        server.wait()
