"""`make fuzz`: check that any bytes are either read, parsed, rendered and sanitised, or rejected.

`python -m drills.fuzz` mutates real files, guided by code coverage, for a given time. With FILES it only tries these,
to reproduce a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from drills.fuzz_target import MAX_BYTES
from drills.sandbox import ROOT

FAILURES_FOLDER = ROOT / "var" / "fuzz"
#: The folders of seeds: a variable that names one, and its default.
SEEDS = (
    ("", ROOT / "tests" / "content"),
    ("MEDIGY_CORPUS", ROOT.parent / "shared" / "corpus"),
    ("MEDIGY_HOSTILE", ROOT.parent / "shared" / "hostile" / "content"),
)
#: Maximum number of seeds per folder.
MAX_SEEDS = 500


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m drills.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="only try these inputs")
    parser.add_argument("--seconds", type=int, default=60, help="duration (%(default)s)")
    parser.add_argument("--keep", type=Path, default=FAILURES_FOLDER, help="folder for inputs that fail (%(default)s)")
    return parser.parse_args()


def copy_seeds(folder: Path) -> int:
    """Copy the existing seeds to a folder; return their number."""
    for variable, default in SEEDS:
        source = Path(os.environ.get(variable, default))
        small = [path for path in sorted(source.rglob("*.md")) if 0 < path.stat().st_size <= MAX_BYTES]
        for number, path in enumerate(small[:: len(small) // MAX_SEEDS + 1]):
            shutil.copy(path, folder / f"{source.name}-{number}.md")
    return len(list(folder.iterdir()))


def main() -> None:
    chosen = options()
    if chosen.files:
        sys.exit(run_target(*(path.absolute() for path in chosen.files)))
    shutil.rmtree(chosen.keep / "seeds", ignore_errors=True)
    (chosen.keep / "seeds").mkdir(parents=True)
    how = "guided by atheris" if find_spec("atheris") else "blindly: atheris is not installed"
    print(f"Mutating {copy_seeds(chosen.keep / 'seeds')} files for {chosen.seconds} s, {how}", flush=True)
    before, log = failed_inputs(chosen.keep), chosen.keep / "log"
    with log.open("w") as file:
        code = run_target("--seconds", str(chosen.seconds), "--keep", chosen.keep.absolute(), output=file)
    lines = log.read_text(errors="replace").splitlines()
    print("\n".join(lines[-1:] if code == 0 else [*lines[-60:], f"FAILED ({code}); the whole output is in {log}"]))
    for path in sorted(failed_inputs(chosen.keep) - before):
        print(f"Repeat: .venv/bin/python -m drills.fuzz {path}")
    sys.exit(code != 0)


def run_target(*arguments: str | Path, output: IO[str] | None = None) -> int:
    command = (sys.executable, "-m", "drills.fuzz_target", *arguments)
    return subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False).returncode


def failed_inputs(folder: Path) -> set[Path]:
    """Return the inputs that failed, by the names that libFuzzer gives them."""
    return {path for kind in ("crash", "timeout", "oom") for path in folder.glob(f"{kind}-*")}


if __name__ == "__main__":
    main()
