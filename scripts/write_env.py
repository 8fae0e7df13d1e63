"""Add the missing variables to .env: a random secret key, and a random password of the demo editor."""

import secrets
from collections.abc import Iterator
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"
OWNER_ONLY = 0o600


def missing_lines(present: str) -> Iterator[str]:
    """Yield a line for each variable that `present`, the text of an .env file, does not set."""
    names = {line.partition("=")[0].strip() for line in present.splitlines()}
    defaults = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEMO_EDITOR_PASSWORD": secrets.token_urlsafe(12),
    }
    yield from (f"{name}={value}\n" for name, value in defaults.items() if name not in names)


def main() -> None:
    ENV_FILE.touch(OWNER_ONLY)
    ENV_FILE.chmod(OWNER_ONLY)  # an older file as well
    present = ENV_FILE.read_text()
    if added := "".join(missing_lines(present)):
        ENV_FILE.write_text(present + added if present.endswith("\n") or not present else f"{present}\n{added}")


if __name__ == "__main__":
    main()
