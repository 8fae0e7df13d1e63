"""Links of bodies, and breadcrumbs, that lead nowhere: told once all files of a run are in, for any may be meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from curation.frontmatter.records import Problem, bounded
from curation.importing.report import FileReport
from curation.models import BodyReference
from curation.references import REF, page_name, path_of
from curation.sitepages import nowhere

#: Files that a body may link to and that are not kept here.
OTHER_FILES = {
    *(
        ".avi",
        ".bib",
        ".bz2",
        ".css",
        ".csv",
        ".doc",
        ".docx",
        ".epub",
        ".gz",
        ".ics",
        ".ipynb",
        ".js",
        ".json",
        ".m4a",
    ),
    *(".mov", ".mp3", ".mp4", ".odp", ".ods", ".odt", ".ogg", ".ppt", ".pptx", ".ps", ".py", ".rtf", ".svg", ".tar"),
    *(".tex", ".tgz", ".tiff", ".tsv", ".txt", ".wav", ".webm", ".xls", ".xlsx", ".xml", ".yaml", ".yml", ".zip"),
}


@dataclass(frozen=True, slots=True)
class LinkToNowhere:
    """A link of the body, or a breadcrumb, of an item and its file. `name` is what a page that comes is found by."""

    path: str
    item: int
    slug: str
    is_crumb: bool
    href: str
    name: str

    @property
    def problem(self) -> Problem:
        if PurePosixPath(path_of(self.href)).suffix.lower() in OTHER_FILES:
            why = "is a file of a kind that is not kept, and shown as text; link it where it is on the web"
        else:
            why = "leads to nothing here and is shown as text; import what it means, or correct it"
        return Problem(
            "warning",
            "link",
            f"“{self.href.removeprefix(REF)[:200]}” {why}",
            "breadcrumbLinks" if self.is_crumb else "body",
        )


def links_to_nowhere(items: Sequence[int] | None = None) -> Iterator[LinkToNowhere]:
    """Yield the links that lead nowhere, of all imported items or of some; in one query.

    Pictures and PDFs are not among them: they are told when their file is read.
    """
    rows = nowhere().filter(item__documents__is_primary=True).exclude(name="")
    if items is not None:
        rows = rows.filter(item__in=items)
    columns = ("item__documents__path", "item", "item__slug", "kind", "href", "name")
    for path, item, slug, kind, href, name in rows.order_by("pk").values_list(*columns).iterator():
        yield LinkToNowhere(path, item, slug, kind == BodyReference.Kind.CRUMB, href, name)


def reports_of(links: Iterable[LinkToNowhere]) -> list[FileReport]:
    """Return a further report of each file that has such links, in path order."""
    by_path: defaultdict[str, list[LinkToNowhere]] = defaultdict(list)
    for link in links:
        by_path[link.path].append(link)
    return [
        FileReport(path, "noted", found[0].slug, bounded(link.problem for link in found), found[0].item)
        for path, found in sorted(by_path.items())
    ]


class LinkCheck:
    """What a run says at its end of links that lead nowhere. A dry run keeps nothing, so it notes them as it goes."""

    def __init__(self, seen: Set[str]) -> None:
        self._seen = seen
        self._noted: dict[int, list[LinkToNowhere]] = {}
        self._files: set[str] = set()
        self._names: set[str] = set()

    def note(self, items: Sequence[int], paths: Iterable[str], addresses: Iterable[str]) -> None:
        """Note, in a batch that a dry run is about to take back, the links of its items, and what is there by it."""
        paths = list(paths)
        self._files.update(paths)
        self._names.update(map(page_name, (*paths, *addresses)))
        found = defaultdict[int, list[LinkToNowhere]](list)
        for link in links_to_nowhere(items):
            found[link.item].append(link)
        self._noted.update({item: found[item] for item in items})

    def reports(self) -> list[FileReport]:
        """Return a report of each file of the run that has such links."""
        kept = (link for link in links_to_nowhere() if link.path in self._seen and link.path not in self._files)
        noted = (link for links in self._noted.values() for link in links if link.name not in self._names)
        return reports_of([*kept, *noted])
