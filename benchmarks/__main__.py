"""`make bench`: import throughput and page latencies, printed as tables."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import imports, pages


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description="Measure import and pages on generated content.")
    parser.add_argument("--files", type=int, default=2_000, help="how many files to import")
    parser.add_argument(
        "--sizes", type=sizes, default=[1_000, 100_000], metavar="N,N", help="items in the databases to compare"
    )
    return parser.parse_args()


def sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


def say(line: str) -> None:
    """Tell what goes on, apart from the tables."""
    print(f"{line} …", file=sys.stderr, flush=True)


def print_row(first: str, *others: str) -> None:
    print(f"{first:<20}" + "".join(f"{cell:>14}" for cell in others), flush=True)


def print_imports(runs: Iterator[imports.Run]) -> None:
    first = next(runs)
    print("\nImport\n")
    print_row("run", "files", "seconds", "files/s", "of the first", "peak MB")
    for run in (first, *runs):
        share = f"{run.seconds / first.seconds:.2f}"
        print_row(
            run.name,
            f"{run.files:,}",
            f"{run.seconds:.1f}",
            f"{run.files_a_second:,.0f}",
            share,
            f"{run.megabytes:.0f}",
        )


def print_pages(results: Iterator[pages.Result], sizes: Sequence[int]) -> None:
    first = next(results)
    print(f"\nPages: median milliseconds of {pages.ROUNDS * pages.REQUESTS_A_ROUND} requests, by number of items\n")
    print_row("page", *(f"{size:,}" for size in sizes), "ratio", "limit", "queries")
    for result in (first, *results):
        times = [f"{result.milliseconds[size]:.1f}" for size in sizes]
        queries = "/".join(str(number) for number in sorted(set(result.queries.values())))
        print_row(result.page.name, *times, f"{result.ratio:.2f}", verdict(result), queries)


def verdict(result: pages.Result) -> str:
    """Say what the limit of the ratio is and whether it is kept."""
    limit = result.page.limit
    return f"{limit} {'ok' if result.ratio <= limit else 'OVER'}" if limit else ""


def main() -> None:
    chosen = options()
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_imports(imports.measure(chosen.files, Path(folder), say))
        print_pages(pages.measure(chosen.sizes, Path(folder), say), chosen.sizes)


if __name__ == "__main__":
    main()
