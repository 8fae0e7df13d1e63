"""`make fuzz`: any bytes are read, parsed, normalised, rendered and sanitised, or rejected; nothing else happens.

`python -m drills.fuzz` mutates real files, guided by what they reach in the code, for as long as it is told. With FILES
it tries these alone: so an input that broke something is had again.
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

from drills.fuzz_target import MOST_BYTES
from drills.sandbox import ROOT

KEPT = ROOT / "var" / "fuzz"
#: Folders of seeds, or the variables that name one, with where it usually is.
SEEDS = (
    ("", ROOT / "tests" / "content"),
    ("MEDIGY_CORPUS", ROOT.parent / "shared" / "corpus"),
    ("MEDIGY_HOSTILE", ROOT.parent / "shared" / "hostile" / "content"),
)
#: Of a folder; what more there is adds little.
MOST_SEEDS = 500


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m drills.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="inputs to try, and no others")
    parser.add_argument("--seconds", type=int, default=60, help="for how long (%(default)s)")
    parser.add_argument("--keep", type=Path, default=KEPT, help="where what breaks is kept (%(default)s)")
    return parser.parse_args()


def lay_out_seeds(folder: Path) -> int:
    """Copy the seeds that are there to a folder; return how many."""
    for variable, usual in SEEDS:
        place = Path(os.environ.get(variable, usual))
        small = [path for path in sorted(place.rglob("*.md")) if 0 < path.stat().st_size <= MOST_BYTES]
        for number, path in enumerate(small[:: len(small) // MOST_SEEDS + 1]):
            shutil.copy(path, folder / f"{place.name}-{number}.md")
    return len(list(folder.iterdir()))


def main() -> None:
    chosen = options()
    if chosen.files:
        sys.exit(run_target(*(path.absolute() for path in chosen.files)))
    shutil.rmtree(chosen.keep / "seeds", ignore_errors=True)
    (chosen.keep / "seeds").mkdir(parents=True)
    how = "guided by atheris" if find_spec("atheris") else "blindly: atheris is not installed"
    print(f"Mutating {lay_out_seeds(chosen.keep / 'seeds')} files for {chosen.seconds} s, {how}", flush=True)
    before, log = broken(chosen.keep), chosen.keep / "log"
    with log.open("w") as file:
        code = run_target("--seconds", str(chosen.seconds), "--keep", chosen.keep.absolute(), told=file)
    lines = log.read_text(errors="replace").splitlines()
    print("\n".join(lines[-1:] if code == 0 else [*lines[-60:], f"FAILED ({code}); all it said is in {log}"]))
    for path in sorted(broken(chosen.keep) - before):
        print(f"Have it again: .venv/bin/python -m drills.fuzz {path}")
    sys.exit(code != 0)


def run_target(*arguments: str | Path, told: IO[str] | None = None) -> int:
    command = (sys.executable, "-m", "drills.fuzz_target", *arguments)
    return subprocess.run(command, cwd=ROOT, stdout=told, stderr=told, check=False).returncode


def broken(folder: Path) -> set[Path]:
    """Return the inputs that were kept, as libFuzzer names them."""
    return {path for kind in ("crash", "timeout", "oom") for path in folder.glob(f"{kind}-*")}


if __name__ == "__main__":
    main()
