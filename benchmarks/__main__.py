"""`make bench`: import throughput, and latencies of pages and searches, printed as tables."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import imports, pages, searches, served
from scripts import lighthouse

#: What an import may cost: of which run, compared with which, the most, where there is a limit.
LIMITS = (
    ("first", "hugo", "seconds", 0.9),
    ("first", "hugo", "cpu", None),
    ("first", "hugo", "megabytes", 0.25),
    ("unchanged", "first", "seconds", 0.1),
    ("1% changed", "unchanged", "seconds", 1.5),
    ("first", "floor", "seconds", None),
    ("first", "floor", "cpu", None),
)
#: How many times more memory, and time a file, the largest import may need than the smallest.
MOST_GROWTH = 1.2


def options() -> Namespace:
    parser = ArgumentParser(
        prog="python -m benchmarks", description="Measure import, pages and searches on generated content."
    )
    parser.add_argument(
        "--files", type=sizes, default=[10_000], metavar="N,N", help="how many files to import, each in turn"
    )
    parser.add_argument(
        "--sizes", type=sizes, default=[1_000, 100_000], metavar="N,N", help="items in the databases to compare"
    )
    parser.add_argument(
        "--searched", type=sizes, default=[100_000], metavar="N,N", help="items in the databases to search"
    )
    return parser.parse_args()


def sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


def say(line: str) -> None:
    """Tell what goes on, apart from the tables."""
    print(f"{line} …", file=sys.stderr, flush=True)


def print_row(first: str, *others: str) -> None:
    print(f"{first:<20}" + "".join(f"{cell:>14}" for cell in others), flush=True)


def print_imports(runs: Iterable[imports.Run]) -> None:
    print_row("run", "files", "seconds", "CPU s", "files/s", "peak MB")
    by_name: dict[str, imports.Run] = {}
    for run in runs:
        by_name[run.name] = run
        numbers = (f"{run.files:,}", f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{run.files_a_second:,.0f}")
        print_row(run.name, *numbers, f"{run.megabytes:.0f}")
    print()
    print_row("compared", "of", "ratio", "limit")
    for name, other, measure, limit in LIMITS:
        if name in by_name and other in by_name:
            ratio = getattr(by_name[name], measure) / getattr(by_name[other], measure)
            print_row(f"{name} / {other}", measure, f"{ratio:.2f}", verdict(ratio, limit))


def print_growth(few: imports.Run, many: imports.Run) -> None:
    """Compare first imports of different sizes: memory is to stay flat, time to grow with the files."""
    memory, time = many.megabytes / few.megabytes, few.files_a_second / many.files_a_second
    print(f"\nFirst import of {many.files:,} files / of {few.files:,}\n")
    print_row("", "megabytes", f"{memory:.2f}", verdict(memory, MOST_GROWTH))
    print_row("", "seconds a file", f"{time:.2f}", verdict(time, MOST_GROWTH))


def print_pages(results: Iterator[pages.Result], sizes: Sequence[int]) -> None:
    first = next(results)
    print(f"\nPages: median milliseconds of {pages.ROUNDS * pages.REQUESTS_A_ROUND} requests, by number of items\n")
    print_row("page", *(f"{size:,}" for size in sizes), "ratio", "limit", "queries")
    for result in (first, *results):
        times = [f"{result.milliseconds[size]:.1f}" for size in sizes]
        queries = "/".join(str(number) for number in sorted(set(result.queries.values())))
        print_row(result.page.name, *times, f"{result.ratio:.2f}", verdict(result.ratio, result.page.limit), queries)


def print_searches(results: Iterable[tuple[str, Sequence[searches.Result]]]) -> None:
    for name, found in results:
        print(f"\nSearches, {name}: milliseconds of CPU, a database server's among them\n")
        print_row("searched for", "p50", "p95", "limit")
        for result in found:
            print_row(result.name, f"{result.usual:.1f}", f"{result.slow:.1f}", verdict(result.slow, result.limit))


def print_served(results: Iterable[served.Result]) -> None:
    print(f"\nServed by gunicorn, one sync worker, SQLite, {served.ITEMS:,} items, beside an empty Django view\n")
    print_row("page", "requests/CPU s", "ratio", "at least")
    for result in results:
        kept = "" if result.least is None else f"{result.least} {'pass' if result.ratio >= result.least else 'FAIL'}"
        print_row(result.kind.name, f"{result.rate:,.0f}", f"{result.ratio:.2f}", kept)


def verdict(ratio: float, limit: float | None) -> str:
    """Say what the limit of a ratio is and whether it is kept."""
    return f"{limit} {'pass' if ratio <= limit else 'FAIL'}" if limit else ""


def main() -> None:
    chosen = options()
    first: list[imports.Run] = []
    for count in chosen.files:
        with TemporaryDirectory(prefix="medigy-bench-") as folder:
            print(f"\nImport of {count:,} files\n")
            runs = list(imports.measure(count, Path(folder), say))
            print_imports(runs)
            first += [run for run in runs if run.name == "first"]
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print(f"\nFirst import of {imports.STAGED:,} files in one process: milliseconds of CPU a file\n", flush=True)
        imports.print_stages(Path(folder))
    if len(first) > 1:
        print_growth(first[0], first[-1])
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_pages(pages.measure(chosen.sizes, Path(folder), say), chosen.sizes)
        print_searches(searches.measure(chosen.searched, Path(folder), say))
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_served(served.measure(Path(folder), say))
    print()
    if lighthouse.is_there():
        lighthouse.print_all()
    else:
        say(lighthouse.MISSING)


if __name__ == "__main__":
    main()
