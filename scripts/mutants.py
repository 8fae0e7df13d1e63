"""Change the code of some modules in small ways, and look whether their tests notice. Called by `make mutants`.

`tests/mutants.toml` lists the modules, each with the tests that watch it, and the mutants that may survive, each with
its reason. mutmut makes and runs the mutants, with the settings in `pyproject.toml`. Exit status: 0 if every survivor
is listed and `MIN_KILLED` of the mutants of each module die, else 1.
"""

import argparse
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

LISTED = Path("tests/mutants.toml")
#: Where mutmut keeps the changed copy of the code.
WORK = Path("mutants")
#: Minimum share of the mutants of a module that its tests must notice.
MIN_KILLED = 0.95


@dataclass(frozen=True)
class Module:
    """A module with mutants, the tests that watch it, and the functions that are changed; none stands for all."""

    path: str
    tests: tuple[str, ...]
    functions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")

    def patterns(self) -> list[str]:
        """Return the names of the mutants to run, with wildcards; none stands for all."""
        split = [function.rpartition(".") for function in self.functions]
        mangled = (mangle_function_name(name=name, class_name=owner or None) for owner, _, name in split)
        return [f"{self.name}.{name}__mutmut_*" for name in mangled]


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test notices: its function, and the lines that it removes (`-`) and adds (`+`)."""

    function: str
    change: str


@dataclass(frozen=True)
class Result:
    """The number of mutants of a module that tests noticed by failing and by not ending in time, and the survivors."""

    module: Module
    failed: int
    timeouts: int
    survivors: list[Survivor]

    @property
    def total(self) -> int:
        return self.failed + self.timeouts + len(self.survivors)


def read_list() -> tuple[list[Module], dict[Survivor, str]]:
    """Return the modules, and the reason of each survivor."""
    data = tomllib.loads(LISTED.read_text())
    modules = [Module(row["path"], tuple(row["tests"]), tuple(row.get("functions", ()))) for row in data["module"]]
    return modules, {
        Survivor(row["function"], row["change"].strip("\n")): row["reason"] for row in data.get("survivor", [])
    }


def _run_mutmut(module: Module) -> None:
    from mutmut.__main__ import _run  # here, since importing it changes how this process starts others

    settings = config()
    settings.only_mutate = [module.path]
    settings.pytest_add_cli_args_test_selection = list(module.tests)
    _run(module.patterns(), 1)


def _changed_lines(diff: str) -> str:
    lines = diff.splitlines()[2:]
    return "\n".join(line for line in lines if line.startswith(("-", "+")))


def _survivor(key: str) -> Survivor:
    function, owner = orig_function_and_class_names_from_key(key)
    name = f"{key.rpartition('.')[0]}.{f'{owner}.' if owner else ''}{function}"
    return Survivor(name, _changed_lines(get_diff_for_mutant(key)))


def run(module: Module) -> Result:
    """Run the mutants of a module. Raises `SystemExit` if that fails."""
    shutil.rmtree(WORK, ignore_errors=True)
    # In a process of its own: mutmut keeps its settings and results in global variables.
    process = get_context("fork").Process(target=_run_mutmut, args=(module,))
    process.start()
    process.join()
    data = SourceFileMutationData(path=module.path)
    data.load()
    statuses = {key: status_by_exit_code[code] for key, code in data.exit_code_by_key.items() if code is not None}
    if process.exitcode or not statuses:
        sys.exit(f"The mutants of {module.path} were not run. Run its tests: they must pass.")
    number = Counter(statuses.values())
    survivors = [_survivor(key) for key, status in statuses.items() if status not in ("killed", "timeout")]
    return Result(module, number["killed"], number["timeout"], survivors)


def _describe(survivor: Survivor) -> str:
    """Return the entry of a survivor for the list, with an empty reason."""
    lines = "[[survivor]]", f'function = "{survivor.function}"', f"change = '''\n{survivor.change}\n'''", 'reason = ""'
    return "\n".join(lines)


def judge(results: Sequence[Result], reasons: dict[Survivor, str]) -> bool:
    """Print the numbers of each module and what is wrong with them; return whether nothing is."""
    survived = [survivor for result in results for survivor in result.survivors]
    total = sum(result.total for result in results)
    print(f"\n{'mutants':>8} {'failed':>7} {'timeout':>8} {'survived':>9}  module")
    for result in results:
        print(f"{result.total:8} {result.failed:7} {result.timeouts:8} {len(result.survivors):9}  {result.module.path}")
    print(f"{total:8} mutants, {1 - len(survived) / total:.1%} of them die")
    unlisted = [survivor for survivor in survived if survivor not in reasons]
    for survivor in unlisted:
        print(f"\n{_describe(survivor)}")
    names = {result.module.name for result in results}
    gone = [
        survivor
        for survivor in reasons
        if survivor not in survived and any(survivor.function.startswith(f"{name}.") for name in names)
    ]
    for survivor in gone:
        print(f"\nListed, but no mutant that survives: {survivor.function}\n{survivor.change}")
    if unlisted or gone:
        print(f"\nWrite a test that fails with each mutant, or list it in {LISTED} with its reason.", file=sys.stderr)
    weak = [result.module.path for result in results if len(result.survivors) > (1 - MIN_KILLED) * result.total]
    if weak:
        print(f"Fewer than {MIN_KILLED:.0%} of the mutants die: write tests for {', '.join(weak)}.", file=sys.stderr)
    return not (weak or unlisted or gone)


def main(arguments: Sequence[str] | None = None) -> None:
    modules, reasons = read_list()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", metavar="MODULE", help="a path of the list; none stands for all")
    paths: list[str] = parser.parse_args(arguments).paths
    if unknown := set(paths) - {module.path for module in modules}:
        sys.exit(f"Not in {LISTED}: {', '.join(sorted(unknown))}. Add it with its tests.")
    chosen = [module for module in modules if not paths or module.path in paths]
    results = [run(module) for module in chosen]
    sys.exit(not judge(results, reasons))


if __name__ == "__main__":
    main()
