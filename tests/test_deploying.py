"""The commands of docs/deploy.md, run in a scratch directory, from an empty folder to a site that answers, and on.

systemctl, certbot and the installation of packages are replaced: systemctl starts what the units start.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drills.server import free_port

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("deployment")]

NOTHING = "#!/bin/sh\nexit 0\n"
#: Starts, stops and restarts the processes of units, and nginx, not Redis; a socket belongs to the web server that
#: listens on it.
SYSTEMCTL = r"""#!/usr/bin/env bash
set -euo pipefail
verb=$1; shift
[ "${1:-}" != --now ] || shift
stop() {
  [ -f "$SCRATCH/$1.pid" ] || return 0
  kill "$(cat "$SCRATCH/$1.pid")" || true
  for _ in $(seq 100); do kill -0 "$(cat "$SCRATCH/$1.pid")" 2>/dev/null || break; sleep 0.1; done
  rm "$SCRATCH/$1.pid"
}
start() {
  unit="$SCRATCH/etc/systemd/system/$1"
  [ "$1" != redis-server ] || return 0
  if [ "$1" = nginx ]; then
    nginx > /dev/null 2>&1 & echo $! > "$SCRATCH/nginx.pid"; return
  fi
  [ "${1%.service}" != "$1" ] || { [ -f "$unit" ]; return; }
  cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")"
  sed -n 's/^ExecStart=//p' "$unit" | while read -r command; do
    if grep -q Type=oneshot "$unit"; then $command; continue; fi
    GUNICORN_CMD_ARGS="--bind unix:$SCRATCH/run/medigy.sock" setsid $command >> "$SCRATCH/$1.log" 2>&1 &
    echo $! > "$SCRATCH/$1.pid"
  done
}
for unit in "$@"; do
  case $verb in
    enable|start) start "$unit" ;;
    stop) stop "$unit" ;;
    restart) stop "$unit"; start "$unit" ;;
    reload) kill -HUP "$(cat "$SCRATCH/$unit.pid")" ;;
  esac
done
"""
CERTBOT = """#!/bin/sh
set -eu
live="$SCRATCH/etc/letsencrypt/live/localhost"
mkdir -p "$live"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \\
  -keyout "$live/privkey.pem" -out "$live/fullchain.pem" 2>/dev/null
"""
#: nginx with the sites of the scratch directory, and other ports.
NGINX = """#!/bin/sh
set -eu
mkdir -p "$SCRATCH/nginx"
sed -e "s/listen \\(.*:\\)\\?80\\b/listen \\1$HTTP_PORT/; s/listen \\(.*:\\)\\?443\\b/listen \\1$HTTPS_PORT/" \\
  "$SCRATCH/etc/nginx/sites-enabled/medigy" > "$SCRATCH/nginx/site.conf"
cat > "$SCRATCH/nginx/nginx.conf" <<END
user root; daemon off; pid $SCRATCH/nginx/pid; error_log $SCRATCH/nginx/error.log;
events {}
http {
  include /etc/nginx/mime.types;
  client_body_temp_path $SCRATCH/nginx/body; proxy_temp_path $SCRATCH/nginx/proxy;
  fastcgi_temp_path $SCRATCH/nginx/f; uwsgi_temp_path $SCRATCH/nginx/u; scgi_temp_path $SCRATCH/nginx/s;
  include $SCRATCH/nginx/site.conf;
}
END
exec REAL_NGINX -c "$SCRATCH/nginx/nginx.conf" "$@" 2>> "$SCRATCH/nginx/output.log"
"""
WAIT = "--retry 60 --retry-delay 1 --retry-all-errors --silent --show-error"


class Server:
    """A scratch directory in place of a server, and the rules by which the commands of the document run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "source"
        self.database = f"medigy_deploy_{os.getpid()}"
        self.https = free_port()
        for name in (
            "bin",
            "run",
            "srv",
            "etc/nginx/sites-enabled",
            "etc/redis",
            "etc/systemd/system",
            "var/log/nginx",
        ):
            (folder / name).mkdir(parents=True)
        nginx = NGINX.replace("REAL_NGINX", shutil.which("nginx") or "nginx")
        programs = {"systemctl": SYSTEMCTL, "certbot": CERTBOT, "nginx": nginx, "apt-get": NOTHING, "adduser": NOTHING}
        for name, text in programs.items():
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.rules = {
            # Only root and no further users: they would be users of this machine.
            "runuser -u postgres -- createuser --createdb medigy\n": "",
            "runuser -u postgres -- createdb --owner medigy medigy": f"createdb {self.database}",
            # Links to this machine are an error of the check, and the site of this test has no other name.
            "-- .venv/bin/python manage.py check": "-- env SITE_URL=https://news.test .venv/bin/python manage.py check",
            "runuser -u medigy -- ": "",
            "install -d -o medigy -g medigy": "install -d",
            "chown medigy:medigy .env\n": "",
            "postgres:///medigy": f"postgres:///{self.database}",
            # Other folders, names and ports.
            "git clone --branch main https://git.example.org/medigy.git": f"git clone --quiet {self.source}",
            "/srv/medigy": f"{folder}/srv/medigy",
            "/var/backups/medigy": f"{folder}/var/backups",
            "/etc/nginx": f"{folder}/etc/nginx",
            "/etc/redis": f"{folder}/etc/redis",
            "/etc/systemd/system/": f"{folder}/etc/systemd/system/",
            "curl --fail": f"curl --fail {WAIT} --cacert {folder}/etc/letsencrypt/live/localhost/fullchain.pem",
            "https://news.example.org": f"https://localhost:{self.https}",
            "news.example.org": "localhost",
            "python3 -m venv": "/usr/bin/python3 -m venv",
        }
        self.used: set[str] = set()
        names = ("PATH", "HOME", "LANG", "PGHOST", "PGPORT", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CACHE_DIR")
        self.environment = {name: os.environ[name] for name in names if name in os.environ} | {
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "SCRATCH": str(folder),
            "HTTP_PORT": str(free_port()),
            "HTTPS_PORT": str(self.https),
        }

    def publish(self) -> None:
        """Make a repository of the files as they are, committed or not."""
        subprocess.run(("git", "init", "--quiet", "--initial-branch=main", str(self.source)), check=True)
        listed = subprocess.run(
            ("git", "ls-files", "-co", "--exclude-standard", "-z"), cwd=ROOT, capture_output=True, text=True, check=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.source / name)
        self.commit("First release")

    def commit(self, message: str) -> None:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        for command in (("add", "--all"), (*identity, "commit", "--quiet", f"--message={message}")):
            subprocess.run(("git", "-C", str(self.source), *command), check=True)

    def run_section(self, heading: str) -> str:
        """Run the commands below a heading of docs/deploy.md in one shell, and return their output."""
        section = re.search(
            rf"^## {heading}\n(.*?)(?=^## )", (ROOT / "docs/deploy.md").read_text(), re.MULTILINE | re.DOTALL
        )
        assert section
        script = "".join(BLOCK.findall(section[1])).replace(
            "runuser -u medigy -- .venv/bin/python manage.py createsuperuser\n", ""
        )
        for old, new in self.rules.items():
            if old in script:
                self.used.add(old)
                script = script.replace(old, new)
        units = f"{self.folder}/etc/systemd/system"
        for command, adapted in {
            f"cp deploy/systemd/medigy* {units}/\n": (
                f"cp deploy/systemd/medigy* {units}/\n"
                f"sed -i 's#/srv/medigy#{self.folder}/srv/medigy#' {units}/*.service\n"
            ),
            "nginx -t\n": f"{self.adapt_site()}nginx -t\n",
        }.items():
            assert script.count(command) == 1
            script = script.replace(command, adapted)
        done = subprocess.run(
            ("bash", "-euxc", script),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}\n{self.logs()}"
        return done.stdout

    def adapt_site(self) -> str:
        """Return the command that gives nginx's file the paths of the scratch directory."""
        site = f"{self.folder}/etc/nginx/sites-enabled/medigy"
        paths = ("/etc/letsencrypt", "/run/medigy.sock", "/var/log/nginx")
        return f"sed -i {' '.join(f'-e s#{path}#{self.folder}{path}#' for path in paths)} {site}\n"

    def get(self, path: str) -> str:
        certificate = self.folder / "etc/letsencrypt/live/localhost/fullchain.pem"
        command = f"curl --fail {WAIT} --cacert {certificate} https://localhost:{self.https}{path}"
        return subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout

    def logs(self) -> str:
        files = [*self.folder.glob("*.log"), *self.folder.glob("nginx/*.log")]
        return "\n".join(f"{path.name}: {path.read_text()[-2000:]}" for path in files)

    def close(self) -> None:
        for path in self.folder.glob("*.pid"):
            os.kill(int(path.read_text()), signal.SIGTERM)
        subprocess.run(("dropdb", "--if-exists", "--force", self.database), check=False)


@pytest.fixture
def server() -> Iterator[Server]:
    programs = ("git", "nginx", "psql", "createdb", "redis-cli", "curl", "openssl", "setsid")
    missing = [program for program in programs if shutil.which(program) is None]
    ready = not missing and not os.geteuid() and subprocess.run(("pg_isready", "--quiet"), check=False).returncode == 0
    if not ready or subprocess.run(("redis-cli", "ping"), capture_output=True, check=False).returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs root, PostgreSQL, Redis, and {missing}")
    with TemporaryDirectory(prefix="medigy-server-") as folder:
        Path(folder).chmod(0o755)
        made = Server(Path(folder))
        try:
            made.publish()
            yield made
        finally:
            made.close()


def test_the_commands_lead_from_an_empty_server_to_an_upgraded_site(server: Server) -> None:
    assert "ready" in server.run_section("Install")
    assert "<title>" in server.get("/")
    assert set(server.rules) - server.used == set(), "rules for commands that the document no longer has"
    assert oct((server.folder / "srv/medigy/.env").stat().st_mode)[-3:] == "400"

    robots = server.source / "templates/reader/base.html"
    robots.write_text(robots.read_text().replace("</body>", "<!-- second release --></body>"))
    server.commit("Second release")
    server.run_section("Upgrade")
    assert "second release" in server.get("/")
    server.run_section("Roll back")
    assert "second release" not in server.get("/")
