"""`make fidelity`: print the shares of pages that agree with Hugo's. Exits with 1 if one is below `MIN_SHARE`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command

from benchmarks.fidelity import hugo, rules
from benchmarks.fidelity.compare import SHOWN, Comparison
from benchmarks.fidelity.facts import ASPECTS
from benchmarks.fidelity.sites import CORPUS, FidelitySite, corpus_sites, own_sites

#: The share of files that must agree in each aspect.
MIN_SHARE = 0.98
#: Maximum number of differences of a set printed without -v, and of characters of each side.
MAX_PRINTED, MAX_CHARACTERS = 20, 100


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.fidelity", description="Compare pages with those of Hugo.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="CONTENT", help="content folders to compare instead")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every difference, and the import's report")
    return parser.parse_args()


def set_up(folder: Path) -> None:
    """Have Django use an empty database and a media folder in `folder`."""
    static = folder / "static"
    static.mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'fidelity.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(static),
    }
    django.setup()
    call_command("migrate", verbosity=0)


def compare(name: str, sites: list[FidelitySite], folder: Path, *, verbose: bool) -> bool:
    """Compare a set of sites, print the result, and return whether every share is at least `MIN_SHARE`."""
    from benchmarks.fidelity.measure import measure  # its models need Django set up

    comparison, report = measure(sites, folder)
    if verbose:
        print(report)
    print_shares(name, comparison)
    print_rules(comparison)
    print_differences(comparison, None if verbose else MAX_PRINTED)
    return all(comparison.share(aspect) >= MIN_SHARE for aspect in (SHOWN, *ASPECTS))


def print_shares(name: str, comparison: Comparison) -> None:
    print(f"\n{name}\n\n{'aspect':<12}{'files':>8}{'as it is':>12}{'by the rules':>14}  at least {MIN_SHARE:.0%}")
    for aspect in (SHOWN, *ASPECTS):
        files, share = comparison.compared[aspect], comparison.share(aspect)
        as_is = comparison.agree_as_is[aspect] / files if files else 1
        print(f"{aspect:<12}{files:>8,}{as_is:>12.1%}{share:>14.1%}  {'pass' if share >= MIN_SHARE else 'FAIL'}")
    print(f"{'overall':<12}{'':>8}{'':>12}{comparison.overall:>14.1%}")


def print_rules(comparison: Comparison) -> None:
    for rule in rules.RULES:
        if places := comparison.explained[rule.name]:
            files = comparison.explained_files[rule.name]
            print(f"  meant: {rule.name}, {places:,} in {files:,} files: {rule.reason}")


def print_differences(comparison: Comparison, limit: int | None) -> None:
    for difference in comparison.differences[:limit]:
        hugos, ours = (side[:MAX_CHARACTERS] if limit else side for side in (difference.hugo, difference.ours))
        print(f"  {difference.file}, {difference.aspect}: Hugo {hugos!r}, here {ours!r}")
    if limit and (more := len(comparison.differences) - limit) > 0:
        print(f"  … and {more:,} more: run with -v")


def main() -> None:
    chosen = options()
    if not hugo.is_installed():
        sys.exit(hugo.MISSING)
    named = [FidelitySite(folder.resolve().parent.name, folder.resolve()) for folder in chosen.folders]
    sets = {"Named folders": named} if named else {"Own folder": own_sites(), "Corpus": corpus_sites()}
    if not all(sets.values()):
        print(f"The corpus is left out: {CORPUS} is not there. MEDIGY_CORPUS names its folder.", file=sys.stderr)
    with TemporaryDirectory(prefix="medigy-fidelity-") as folder:
        set_up(Path(folder))
        try:
            agree = [
                compare(name, sites, Path(folder), verbose=chosen.verbose) for name, sites in sets.items() if sites
            ]
        except hugo.HugoFailed as error:
            sys.exit(str(error))
    sys.exit(not all(agree))


if __name__ == "__main__":
    main()
