"""Build and import a set of sites in a temporary folder, and compare them."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.fidelity.compare import Comparison
from benchmarks.fidelity.hugo import HugoSite
from benchmarks.fidelity.ours import OurSite, import_sites
from benchmarks.fidelity.sites import FidelitySite


def measure(sites: Sequence[FidelitySite], folder: Path) -> tuple[Comparison, str]:
    """Compare every file of some sites; return the result and the output of the import. Needs a database."""
    comparison = Comparison()
    report = import_sites(sites)
    for site in sites:
        theirs, ours = HugoSite(site, folder / site.name), OurSite(site)
        for file in site.files():
            comparison.add(f"{site.name}/{file}", theirs.pages.get(file), ours.pages.get(file))
    return comparison, report
