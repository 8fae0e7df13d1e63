"""`make bench`: import throughput, latencies of pages, searches and saves, sizes of revisions, printed as tables."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import imports, item_form, pages, revisions, saves, searches, served
from scripts import lighthouse

#: The limits of imports: a run, the run that it is compared with, the measure, and the maximum ratio, if any.
LIMITS = (
    ("first", "hugo", "seconds", 0.9),
    ("first", "hugo", "cpu", None),
    ("first", "hugo", "megabytes", 0.25),
    ("unchanged", "first", "seconds", 0.1),
    ("1% changed", "unchanged", "seconds", 1.5),
    ("first", "floor", "seconds", None),
    ("first", "floor", "cpu", None),
)
#: Maximum ratio of the memory, and of the time per file, of the largest import to those of the smallest.
MAX_GROWTH = 1.2


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
    parser.add_argument(
        "--saved", type=int, default=5_000, metavar="N", help="changed files of the import that editors save beside"
    )
    parser.add_argument("--revised", type=int, default=100_000, metavar="N", help="items whose revisions are measured")
    return parser.parse_args()


def sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


def log(line: str) -> None:
    """Print progress on standard error, apart from the tables."""
    print(f"{line} …", file=sys.stderr, flush=True)


def print_row(first: str, *others: str) -> None:
    print(f"{first:<24}" + "".join(f"{cell:>14}" for cell in others), flush=True)


def print_imports(runs: Iterable[imports.Run]) -> None:
    print_row("run", "files", "seconds", "CPU s", "files/s", "peak MB")
    by_name: dict[str, imports.Run] = {}
    for run in runs:
        by_name[run.name] = run
        numbers = (f"{run.files:,}", f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{run.files_per_second:,.0f}")
        print_row(run.name, *numbers, f"{run.megabytes:.0f}")
    print()
    print_row("compared", "of", "ratio", "limit")
    for name, other, measure, limit in LIMITS:
        if name in by_name and other in by_name:
            ratio = getattr(by_name[name], measure) / getattr(by_name[other], measure)
            print_row(f"{name} / {other}", measure, f"{ratio:.2f}", verdict(ratio, limit))


def print_growth(few: imports.Run, many: imports.Run) -> None:
    """Compare first imports of different sizes: memory must stay flat, and time be proportional to the files."""
    memory, time = many.megabytes / few.megabytes, few.files_per_second / many.files_per_second
    print(f"\nFirst import of {many.files:,} files / of {few.files:,}\n")
    print_row("", "megabytes", f"{memory:.2f}", verdict(memory, MAX_GROWTH))
    print_row("", "seconds a file", f"{time:.2f}", verdict(time, MAX_GROWTH))


def print_pages(results: Iterator[pages.PageTiming], sizes: Sequence[int]) -> None:
    first = next(results)
    print(f"\nPages: median milliseconds of {pages.ROUNDS * pages.REQUESTS_PER_ROUND} requests, by number of items\n")
    print_row("page", *(f"{size:,}" for size in sizes), "ratio", "limit", "queries")
    for result in (first, *results):
        times = [f"{result.milliseconds[size]:.1f}" for size in sizes]
        queries = "/".join(str(number) for number in sorted(set(result.queries.values())))
        print_row(result.page.name, *times, f"{result.ratio:.2f}", verdict(result.ratio, result.page.limit), queries)


def print_form(cost: item_form.FormCost) -> None:
    print(f"\nForm of an item with {item_form.TOPICS} topics, SQLite, {item_form.ITEMS:,} items\n")
    print_row("", "", "limit")
    for name, value, limit in (
        ("milliseconds, p95", cost.percentile_95, item_form.MAX_MILLISECONDS),
        ("script, bytes", cost.size("js"), item_form.MAX_SCRIPT_BYTES),
        ("styles, bytes", cost.size("css"), item_form.MAX_STYLE_BYTES),
        ("requests", 1 + len(cost.files), item_form.MAX_REQUESTS),
    ):
        print_row(name, f"{value:,.0f}", verdict(value, limit))


def print_searches(results: Iterable[tuple[str, Sequence[searches.SearchTiming]]]) -> None:
    for name, found in results:
        print(f"\nSearches, {name}: milliseconds of CPU, a database server's among them\n")
        print_row("searched for", "p50", "p95", "limit")
        for result in found:
            print_row(
                result.name,
                f"{result.median:.1f}",
                f"{result.percentile_95:.1f}",
                verdict(result.percentile_95, result.limit),
            )


def print_revisions(result: revisions.RevisionSizes) -> None:
    print(f"\nRevisions, SQLite, {result.items:,} items, {result.revisions:,} revisions\n")
    print_row("bytes a revision", f"{result.bytes_each:,.0f}")
    print_row("bytes a whole item", f"{result.whole:,.0f}")
    print_row("state, CPU ms", f"{result.state_ms:.1f}")
    print_row("history, CPU ms", f"{result.history_ms:.1f}")


def print_saves(results: Iterable[saves.SaveTimes], files: int) -> None:
    print(f"\nEditors' saves, and beside an import of {files:,} changed files: seconds\n")
    print_row("database", "saves", "p50", "p95", "limit", "longest", "import")
    for result in results:
        limit = verdict(result.percentile_95, saves.MAX_SECONDS if result.import_seconds else None)
        numbers = (f"{median(result.times):.2f}", f"{result.percentile_95:.2f}", limit, f"{max(result.times):.2f}")
        seconds = f"{result.import_seconds:.1f}" if result.import_seconds else ""
        print_row(result.database, f"{len(result.times):,}", *numbers, seconds)


def print_served(results: Iterable[served.ServedRate]) -> None:
    print(f"\nServed by gunicorn, one sync worker, SQLite, {served.ITEMS:,} items, beside an empty Django view\n")
    print_row("page", "requests/CPU s", "ratio", "at least")
    for result in results:
        verdict_text = (
            "" if result.minimum is None else f"{result.minimum} {'pass' if result.ratio >= result.minimum else 'FAIL'}"
        )
        print_row(result.kind.name, f"{result.rate:,.0f}", f"{result.ratio:.2f}", verdict_text)


def verdict(ratio: float, limit: float | None) -> str:
    """Return the limit of a ratio, and whether it is met."""
    return f"{limit} {'pass' if ratio <= limit else 'FAIL'}" if limit else ""


def main() -> None:
    chosen = options()
    first: list[imports.Run] = []
    for count in chosen.files:
        with TemporaryDirectory(prefix="medigy-bench-") as folder:
            print(f"\nImport of {count:,} files\n")
            runs = list(imports.measure(count, Path(folder), log))
            print_imports(runs)
            first += [run for run in runs if run.name == "first"]
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print(
            f"\nFirst import of {imports.STAGE_FILES:,} files in one process: milliseconds of CPU a file\n", flush=True
        )
        imports.print_stages(Path(folder))
    if len(first) > 1:
        print_growth(first[0], first[-1])
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_pages(pages.measure(chosen.sizes, Path(folder), log), chosen.sizes)
        print_form(item_form.measure(Path(folder), log))
        print_searches(searches.measure(chosen.searched, Path(folder), log))
        print_revisions(revisions.measure(chosen.revised, Path(folder), log))
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_saves(saves.measure(chosen.saved, Path(folder), log), chosen.saved)
    with TemporaryDirectory(prefix="medigy-bench-") as folder:
        print_served(served.measure(Path(folder), log))
    print()
    if lighthouse.is_available():
        lighthouse.print_all()
    else:
        log(lighthouse.MISSING)


if __name__ == "__main__":
    main()
