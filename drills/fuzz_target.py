"""What `drills.fuzz` does with each input, in a process of its own, which an input may break."""

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

#: Larger files cost much and reach nothing new.
MOST_BYTES = 8_000
#: A body that renders slowly is for the import's own time limit to stop; what takes this long never ends.
MOST_SECONDS = 60
#: What is told apart by where it gets.
INSTRUMENTED = ["curation.frontmatter", "curation.rendering", "curation.links", "curation.importing.columns", "yaml"]
#: How many places a blind mutation changes, and how many bytes there.
PLACES, STRETCH = 4, 8

Target = Callable[[bytes], None]


def make_target() -> Target:
    """Load the code, instrumented where atheris is there, and return what is to be tried with each input."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with atheris.instrument_imports(include=INSTRUMENTED) if atheris else nullcontext(), redirect_stderr(StringIO()):
        django.setup()  # atheris tells of every module
        understand: Any = import_module("curation.importing.parse").understand
    check: Any = import_module("tests.frontmatter.test_any_input").check
    assert_harmless: Any = import_module("tests.test_rendering").assert_harmless

    def target(data: bytes) -> None:
        check(data)
        columns = getattr(understand(data, "a-file.md"), "columns", None)
        if columns:
            assert_harmless(columns["body_html"])
            assert "\0" not in columns["body_text"]

    return target


def fuzz_guided(target: Target, seeds: Path, keep: Path, seconds: int) -> None:
    limits = (f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", f"-timeout={MOST_SECONDS}")
    found, words = keep / "corpus", keep / "words"
    found.mkdir(exist_ok=True)
    words.write_text("".join(f'"{key}: "\n' for key in import_module("tests.frontmatter.test_any_input").KEYS))
    places = (f"-artifact_prefix={keep}/", f"-dict={words}", str(found), str(seeds))
    atheris.Setup([sys.argv[0], *limits, *places], target)
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
    """Return a file with a few stretches of another one, or of noise, in it."""
    changed = bytearray(data)
    for _ in range(random.randint(1, PLACES)):
        start, length = random.randint(0, len(changed)), random.randint(0, STRETCH)
        place = random.randint(0, len(other))
        new = random.choice((other[place : place + random.randint(0, STRETCH * 8)], random.randbytes(length), b""))
        changed[start : start + length] = new
    return bytes(changed[:MOST_BYTES])


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
