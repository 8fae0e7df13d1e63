"""Variables of the environment and of `.env`, with their types. docs/settings.md lists them.

Each method of `Environment` reads one variable, and raises `ImproperlyConfigured` with its name and what to do if its
value is of another type. A variable that is empty counts as not set, as programs that pass variables on leave them, but
`DATABASE_URL`, without which another database would be used unnoticed. An empty one of the process comes before `.env`.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import get_close_matches
from io import StringIO
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from curation.lib.site_url import name_of, normalised_host

Value = TypeVar("Value")

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"
#: Variables of an .env file that others read: commands that create users, compose.yaml, PostgreSQL's library.
FOREIGN_VARIABLES = {"DEMO_EDITOR_PASSWORD", "SITE_HOST", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "MEDIGY_VERSION"}
FOREIGN_PREFIXES = ("PG", "COMPOSE_", "DJANGO_SUPERUSER_")

ASSIGNMENT = re.compile(r"(?:export )?([A-Za-z_0-9]+)=")
#: A scheme and a host, perhaps with a port; the first part of the name may be `*`, as Django has it.
ORIGIN = re.compile(r"https?://(?:\*\.)?[^/?#@\s*]+")
SWITCH_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
}
MAX_DAYS = 36_500
#: Minimum length and number of different characters of a secret key in production. Django's check security.W009 asks
#: for as many characters, and for fewer different ones.
MIN_SECRET_LENGTH, MIN_SECRET_CHARACTERS = 50, 10
KEY_REMEDY = (
    "Run `make setup`, which writes one into .env, or set it in the environment "
    "(python -c 'import secrets; print(secrets.token_urlsafe(50))' prints a good one)."
)

DATABASE_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
DATABASE_REMEDY = "Set it to sqlite:////FOLDER/FILE or postgres://USER:PASSWORD@HOST:5432/NAME"
CACHE_REMEDY = "Set it to redis://HOST:6379/0, locmemcache:// or dummycache://, or to nothing"


def load(target: MutableMapping[str, str], file: Path = ENV_FILE) -> Environment:
    """Add the variables of a file to those of `target`, which come first. Raises `ImproperlyConfigured`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Environment(target)
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{file} cannot be read: {error}. It is for the user of the site.") from error
    # This reader logs no lines, which may have secrets, and changes nothing but `target`.
    reader: Any = type("Reader", (environ.Env,), {"ENVIRON": target})
    reader.read_env(StringIO("\n".join(line for line in lines if ASSIGNMENT.match(line))))
    return Environment(target, tuple(lines))


@dataclass
class Environment:
    """Variables with their types, and the lines of the file that some of them come from."""

    values: Mapping[str, str]
    lines: tuple[str, ...] = ()
    #: Names that were read.
    known: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "") -> str:
        self.known.add(name)
        return self.values.get(name) or default

    def is_empty(self, name: str) -> bool:
        """Whether a variable is set to nothing."""
        return self.values.get(name) == ""

    def flag(self, name: str) -> bool:
        """Return a switch. Another word must not count as false."""
        word = self.text(name)
        if word.lower() not in SWITCH_WORDS:
            raise ImproperlyConfigured(f"{name} is “{word}”. Set it to 1 or 0.")
        return SWITCH_WORDS[word.lower()]

    def count(self, name: str, default: int, *, minimum: int = 0, maximum: int = 1_000_000) -> int:
        text = self.text(name, str(default))
        # Python reads digits of other scripts and refuses thousands of digits.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(maximum)) else -1
        if not minimum <= number <= maximum:
            raise ImproperlyConfigured(
                f"{name} is “{text}”. Set it to a whole number from {minimum} to {maximum}, such as {default}."
            )
        return number

    def days(self, name: str, default: int) -> int:
        return self.count(name, default, maximum=MAX_DAYS)

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of some words in upper case."""
        word = self.text(name, default).upper()
        if word not in choices:
            raise ImproperlyConfigured(f"{name} is “{word}”. Set it to one of {', '.join(choices)}.")
        return word

    def names(self, name: str, default: Collection[str] = ()) -> list[str]:
        """Return the parts of a text with commas between them."""
        return [part.strip() for part in self.text(name, ",".join(default)).split(",") if part.strip()]

    def origins(self, name: str) -> list[str]:
        found = self.names(name)
        for origin in found:
            if not ORIGIN.fullmatch(origin):
                raise ImproperlyConfigured(f"{name} has “{origin}”. Write origins like https://example.org.")
        return found

    def networks(self, name: str, default: str) -> str:
        """Return IP addresses and networks with commas between them, or `*`."""
        for network in self.names(name, default.split(",")):
            try:
                found = ip_network("0.0.0.0/0" if network == "*" else network, strict=False)
            except ValueError:
                raise ImproperlyConfigured(
                    f"{name} has “{network}”, no IP address. Set it to addresses of proxies, such as {default}."
                ) from None
            # gunicorn refuses it: a network is written by its first address.
            if "/" in network and ip_address(network.partition("/")[0]) != found.network_address:
                raise ImproperlyConfigured(
                    f"{name} has “{network}”, an address inside a network. Write {found} for the network, or the "
                    "address alone."
                )
        return self.text(name, default)

    def folder(self, name: str, default: Path) -> Path:
        """Return the absolute path of a folder, which need not exist yet."""
        path = Path(self.text(name, str(default))).absolute()
        # A folder that is closed to the user of a command, who may not need it, does not stop the start.
        with in_words(name, path), suppress(PermissionError):
            if path.exists() and not path.is_dir():
                raise ImproperlyConfigured(f"{name} is {path}, which is a file. Set it to a folder, such as {default}.")
        return path

    def secret_key(self, name: str, *, is_production: bool) -> str:
        """Return a secret key. In production, it must not be one that can be guessed."""
        text = self.text(name)
        if not text:
            raise ImproperlyConfigured(f"{name} is not set. {KEY_REMEDY}")
        if is_production and (len(text) < MIN_SECRET_LENGTH or len(set(text)) < MIN_SECRET_CHARACTERS):
            raise ImproperlyConfigured(
                f"{name} can be guessed: it needs {MIN_SECRET_LENGTH} characters, "
                f"{MIN_SECRET_CHARACTERS} of them different. {KEY_REMEDY}"
            )
        return text

    def hosts(self, name: str, default: Collection[str]) -> list[str]:
        """Return names of hosts, without ports. `*` and names that begin with a dot stand for many."""
        found = self.names(name, default)
        for host in found:
            plain = host.lower().removeprefix(".")
            if host != "*" and name_of(normalised_host(plain, "http")) != plain:
                raise ImproperlyConfigured(f"{name} has “{host}”. Write names alone, like news.example.org.")
        return found

    def time_of_day(self, name: str, default: str) -> time:
        text = self.text(name, default)
        try:
            return datetime.strptime(text, "%H:%M").time()
        except ValueError:
            raise ImproperlyConfigured(f"{name} is “{text}”. Set it to a time of day like {default}.") from None

    def checked(self, name: str, default: str, read: Callable[[str], Value]) -> Value:
        """Return the value that `read` finds in a text. Its `ValueError` explains the fault, and the remedy."""
        try:
            return read(self.text(name, default))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from error

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return the address of a database as Django has it. No message has the text, which may have a password."""
        if self.is_empty(name):
            raise ImproperlyConfigured(f"{name} is empty. {DATABASE_REMEDY}, or remove the variable.")
        found = _parse(name, environ.Env.db_url_config, self.text(name, default), DATABASE_REMEDY)
        if found.get("ENGINE") not in DATABASE_ENGINES:
            raise ImproperlyConfigured(f"{name} is not the address of a database. {DATABASE_REMEDY}.")
        return found

    def cache(self, name: str, default: str) -> dict[str, Any]:
        """Return the address of a cache as Django has it."""
        found = _parse(name, environ.Env.cache_url_config, self.text(name, default), CACHE_REMEDY)
        places = found["LOCATION"] if isinstance(found.get("LOCATION"), list) else [found.get("LOCATION", "")]
        for place in places:
            _parse(name, lambda url: {"port": urlsplit(url).port}, place, CACHE_REMEDY)
        return found

    def faults(self) -> list[str]:
        """Return the faults of lines of the file: names that nobody reads, and lines other than `NAME=value`."""
        found = []
        known = self.known | FOREIGN_VARIABLES
        for number, line in enumerate(self.lines, 1):
            assigned = ASSIGNMENT.match(line)
            if assigned is None:
                if line.strip() and not line.lstrip().startswith("#"):
                    found.append(f"Line {number} is not of the form NAME=value, without spaces around “=”.")
            elif (name := assigned[1]) not in known and not name.startswith(FOREIGN_PREFIXES):
                nearest = get_close_matches(name.upper(), sorted(known), 1)
                meant = f" Is {nearest[0]} meant?" if nearest else ""
                found.append(f"Line {number} sets {name}, which is not a setting of this site.{meant}")
        return found


@contextmanager
def in_words(name: str, path: Path) -> Iterator[None]:
    """Turn failures with the path of a variable into `ImproperlyConfigured`."""
    try:
        yield
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {path}, which cannot be used: {error.strerror}. Let the user of the site read and write it, "
            "or name another."
        ) from error


def _parse(name: str, parse: Callable[[str], dict[str, Any]], text: str, remedy: str) -> dict[str, Any]:
    """Return the parts of an address, by a function whose errors and warnings are not shown: they have the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return parse(text)
    except (ImproperlyConfigured, ValueError, UserWarning):
        raise ImproperlyConfigured(f"{name} is not a valid address. {remedy}.") from None


def web_server() -> Environment:
    """Return the environment for gunicorn's settings, without a change of it: a reload reads `.env` again."""
    return load(dict(os.environ))
