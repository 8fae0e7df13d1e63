"""Both sides of a set of sites, built and imported in a temporary folder, and compared."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.fidelity.compare import Comparison
from benchmarks.fidelity.hugo import HugoSite
from benchmarks.fidelity.ours import OurSite, import_sites
from benchmarks.fidelity.sites import Site


def measure(sites: Sequence[Site], folder: Path) -> tuple[Comparison, str]:
    """Compare every file of some sites; return also what the import printed. The database has to be set up."""
    comparison = Comparison()
    report = import_sites(sites)
    for site in sites:
        theirs, ours = HugoSite(site, folder / site.name), OurSite(site)
        for file in site.files():
            comparison.add(f"{site.name}/{file}", theirs.pages.get(file), ours.pages.get(file))
    return comparison, report
