"""The fuzz target of `drills.fuzz`, in a process of its own, which an input may crash."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext, redirect_stderr
from hashlib import sha256
from importlib import import_module
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import django

try:
    import atheris
except ImportError:
    atheris = None

#: Maximum size of an input. Larger ones take long and reach no further code.
MAX_BYTES = 8_000
#: Time limit for one input. Slow rendering is no failure: imports have a shorter limit of their own.
MAX_SECONDS = 60
#: The modules whose coverage guides the mutations.
INSTRUMENTED = [
    "curation.frontmatter",
    "curation.markdown",
    "curation.lib.web_urls",
    "curation.items.item_columns",
    "yaml",
]
#: Maximum numbers of changes by a blind mutation, and of bytes that each replaces.
MAX_CHANGES, MAX_LENGTH = 4, 8

Target = Callable[[bytes], None]


def make_target() -> Target:
    """Import the code, instrumented if atheris is installed, and return the function that is called with each input."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with atheris.instrument_imports(include=INSTRUMENTED) if atheris else nullcontext(), redirect_stderr(StringIO()):
        django.setup()  # atheris prints the name of every module
        parse_content: Any = import_module("curation.importing.parse").parse_content
    check: Any = import_module("tests.frontmatter.test_any_input").check
    assert_harmless: Any = import_module("tests.markdown.test_body").assert_harmless

    def target(data: bytes) -> None:
        check(data)
        columns = getattr(parse_content(data, "a-file.md"), "columns", None)
        if columns:
            assert_harmless(columns["body_html"])
            assert "\0" not in columns["body_text"]

    return target


def fuzz_guided(target: Target, seeds: Path, keep: Path, seconds: int) -> None:
    limits = (f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", f"-timeout={MAX_SECONDS}")
    found, words = keep / "corpus", keep / "words"
    found.mkdir(exist_ok=True)
    words.write_text("".join(f'"{key}: "\n' for key in import_module("tests.frontmatter.test_any_input").KEYS))
    paths = (f"-artifact_prefix={keep}/", f"-dict={words}", str(found), str(seeds))
    atheris.Setup([sys.argv[0], *limits, *paths], target)
    atheris.Fuzz()


def fuzz_blindly(target: Target, seeds: Path, keep: Path, seconds: int) -> None:
    files = [path.read_bytes() for path in sorted(seeds.iterdir())]
    random, end, tried = Random(), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = mutated(random.choice(files), random.choice(files), random)
        tried += 1
        try:
            target(data)
        except Exception:
            (keep / f"crash-{sha256(data).hexdigest()[:16]}").write_bytes(data)
            raise
    print(f"{tried:,} inputs", flush=True)


def mutated(data: bytes, other: bytes, random: Random) -> bytes:
    """Return a file with some bytes replaced by those of another file, by noise, or by nothing."""
    changed = bytearray(data)
    for _ in range(random.randint(1, MAX_CHANGES)):
        start, length = random.randint(0, len(changed)), random.randint(0, MAX_LENGTH)
        position = random.randint(0, len(other))
        new = random.choice(
            (other[position : position + random.randint(0, MAX_LENGTH * 8)], random.randbytes(length), b"")
        )
        changed[start : start + length] = new
    return bytes(changed[:MAX_BYTES])


def main() -> None:
    parser = ArgumentParser(prog="python -m drills.fuzz_target", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seconds", type=int)
    chosen = parser.parse_args()
    target = make_target()
    for path in chosen.files:
        target(path.read_bytes())
    if not chosen.files:
        fuzz = fuzz_guided if atheris else fuzz_blindly
        fuzz(target, chosen.keep / "seeds", chosen.keep, chosen.seconds)


if __name__ == "__main__":
    main()
