"""Report broken links of bodies and breadcrumbs when all files are imported: any file may be the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from curation.frontmatter.problems import Problem, bounded
from curation.markdown.references import REF, page_name, path_of
from curation.models import BodyReference
from curation.site_links.pages import broken_references

from .report import FileReport

#: The suffixes of files that bodies link to, and that are not stored here.
OTHER_SUFFIXES = {
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
class BrokenLink:
    """A link of an item's body, or a breadcrumb, without a target.

    `path` is the path of the item's file, `name` the `page_name()` of the page that the link needs.
    """

    path: str
    item: int
    slug: str
    is_crumb: bool
    href: str
    name: str

    @property
    def problem(self) -> Problem:
        if PurePosixPath(path_of(self.href)).suffix.lower() in OTHER_SUFFIXES:
            reason = "is a file of a kind that is not kept, and shown as text; link it where it is on the web"
        else:
            reason = "leads to nothing here and is shown as text; import its target, or correct it"
        return Problem(
            "warning",
            "link",
            f"“{self.href.removeprefix(REF)[:200]}” {reason}",
            "breadcrumbLinks" if self.is_crumb else "body",
        )


def broken_links(items: Sequence[int] | None = None) -> Iterator[BrokenLink]:
    """Yield the broken links of all imported items, or of some, in one query.

    Pictures and PDFs are left out: they are reported when their file is read.
    """
    rows = broken_references().filter(item__documents__is_primary=True).exclude(name="")
    if items is not None:
        rows = rows.filter(item__in=items)
    columns = ("item__documents__path", "item", "item__slug", "kind", "href", "name")
    for path, item, slug, kind, href, name in rows.order_by("pk").values_list(*columns).iterator():
        yield BrokenLink(path, item, slug, kind == BodyReference.Kind.CRUMB, href, name)


def reports_of(links: Iterable[BrokenLink]) -> list[FileReport]:
    """Return a further report ("noted") for each file that has such links, in path order."""
    by_path: defaultdict[str, list[BrokenLink]] = defaultdict(list)
    for link in links:
        by_path[link.path].append(link)
    return [
        FileReport(path, "noted", found[0].slug, bounded(link.problem for link in found), found[0].item)
        for path, found in sorted(by_path.items())
    ]


class LinkCheck:
    """Finds the broken links of a run's files.

    `seen` are the paths of these files. A dry run keeps no rows, so it notes the links of each batch with `note()`.
    """

    def __init__(self, seen: Set[str]) -> None:
        self._seen = seen
        self._noted: dict[int, list[BrokenLink]] = {}
        self._files: set[str] = set()
        self._names: set[str] = set()

    def note(self, items: Sequence[int], paths: Iterable[str], addresses: Iterable[str]) -> None:
        """Note the links of a batch's items, and the pages that the batch creates, before a dry run rolls it back."""
        paths = list(paths)
        self._files.update(paths)
        self._names.update(map(page_name, (*paths, *addresses)))
        found = defaultdict[int, list[BrokenLink]](list)
        for link in broken_links(items):
            found[link.item].append(link)
        self._noted.update({item: found[item] for item in items})

    def reports(self) -> list[FileReport]:
        """Return a report for each file of the run that has broken links."""
        stored = (link for link in broken_links() if link.path in self._seen and link.path not in self._files)
        noted = (link for links in self._noted.values() for link in links if link.name not in self._names)
        return reports_of([*stored, *noted])
