"""Files to batches of parsed files, some batches ahead of their writing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Literal, NamedTuple

from curation.frontmatter.problems import Problem
from curation.frontmatter.reading.rules_version import RULES_VERSION
from curation.importing.media_files.files import DocumentMedia
from curation.importing.media_files.store import MediaStore
from curation.importing.sources.discover import SourceFile
from curation.items.bin import taken_back
from curation.models import CuratedItem, SourceDocument

from .cascades import Cascades
from .deletions import deleted_problem
from .options import Options
from .parse import LoadedFile, ParsedFile, RefusedFile, SkippedFile, load
from .workers import Parsers

#: Number of batches that are parsed ahead of the one that is written.
READ_AHEAD = 2
#: Maximum number of files in a batch, skipped ones included, as a multiple of the batch size.
MAX_BATCH_FACTOR = 20

#: A file before and after parsing.
UnparsedFile = LoadedFile | RefusedFile | SkippedFile
ReadFile = ParsedFile | RefusedFile | SkippedFile


class StoredFile(NamedTuple):
    """The document of a file as of the last import, with its item; the defaults are those of an unknown file."""

    sha256: str = ""
    rules_version: str = ""
    media: DocumentMedia = {}  # never changed
    slug: str = ""
    item: int | None = None
    binned_at: datetime | None = None
    binned_by: str = ""


_COLUMNS = ("sha256", "rules_version", "media", "item__slug", "item", "item__binned_at", "item__binned_by")


class Reader:
    """Reads files in the order given, and has parser processes parse those that have changed since the last import.

    Its parser processes end with the `with` block that it is used in.
    """

    def __init__(self, sources: Sequence[SourceFile], options: Options, media_store: MediaStore) -> None:
        self._sources = sources
        self._options = options
        self._media_store = media_store
        self._parsers = Parsers(options.jobs, options.flavour)
        self._cascades = Cascades()

    def __enter__(self) -> Reader:
        self._parsers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parsers.__exit__(kind, error, trace)

    def batches(self) -> Iterator[list[ReadFile]]:
        """Yield batches of files, each while the next `READ_AHEAD` are being parsed."""
        pending: deque[Callable[[], list[ReadFile]]] = deque()
        for files in self._unparsed_batches():
            pending.append(self._parse(files))
            if len(pending) > READ_AHEAD:
                yield pending.popleft()()
        while pending:
            yield pending.popleft()()

    def read_again(self, sources: Iterable[SourceFile]) -> list[ReadFile]:
        """Read and parse some files, changed or not, and wait for the result."""
        return self._parse([load(source, self._cascades) for source in sources])()

    def _parse(self, files: Sequence[UnparsedFile]) -> Callable[[], list[ReadFile]]:
        """Start to parse files; return a call that waits for the result."""
        results = self._parsers.submit([file for file in files if isinstance(file, LoadedFile)])

        def wait() -> list[ReadFile]:
            parsed = iter(results())
            return [next(parsed) if isinstance(file, LoadedFile) else file for file in files]

        return wait

    def _unparsed_batches(self) -> Iterator[list[UnparsedFile]]:
        """Yield batches of `batch_size` files to write each, with the unchanged files between them.

        Unchanged files cost a transaction nothing, so a batch may have many of them besides.
        """
        size, changed = self._options.batch_size, 0
        batch: list[UnparsedFile] = []
        for file in self._unparsed_files():
            if not (changed or isinstance(file, SkippedFile)):
                self._parsers.prepare()
            batch.append(file)
            changed += not isinstance(file, SkippedFile)
            if changed == size or len(batch) == size * MAX_BATCH_FACTOR:
                yield batch
                batch, changed = [], 0
        if batch:
            yield batch

    def _unparsed_files(self) -> Iterator[UnparsedFile]:
        """Yield the files, with their bytes where these or the read rules have changed since the last import."""
        size = self._options.batch_size
        for start in range(0, len(self._sources), size):
            sources = self._sources[start : start + size]
            documents = SourceDocument.objects.filter(path__in=[source.name for source in sources])
            rows = documents.exclude(path="")  # the condition of the index
            known = {path: StoredFile(*row) for path, *row in rows.values_list("path", *_COLUMNS)}
            undone = taken_back(stored.item for stored in known.values() if stored.item and stored.binned_at)
            for source in sources:
                stored = known.get(source.name, StoredFile())
                # Of an item that is to be taken up again, the file is read as if it were new.
                yield self._load(source, StoredFile() if stored.item in undone else stored)

    def _load(self, source: SourceFile, stored: StoredFile) -> UnparsedFile:
        """Read a file unless it is too old. `stored` is its document as of the last import."""
        is_outdated = stored.rules_version not in ("", RULES_VERSION)  # "" is of an unknown file
        if self._options.since and source.modified_at < self._options.since and not is_outdated:
            return SkippedFile(source, "skipped", stored.slug)
        file = load(source, self._cascades)
        if isinstance(file, RefusedFile) or self._options.force:
            return file
        # Changed rules may read the same bytes differently.
        if file.sha256 != stored.sha256 or stored.rules_version != RULES_VERSION:
            return file
        if stored.binned_at:
            deleted = CuratedItem(binned_at=stored.binned_at, binned_by=stored.binned_by)
            problems = (deleted_problem(deleted),)
            return file if self._options.restore_deleted else _skipped(source, stored, "skipped", problems)
        found = self._media_store.check_unchanged(stored.media, source)
        return file if found is None else _skipped(source, stored, "unchanged", found)


def _skipped(
    source: SourceFile, stored: StoredFile, outcome: Literal["unchanged", "skipped"], problems: tuple[Problem, ...]
) -> SkippedFile:
    return SkippedFile(source, outcome, stored.slug, stored.item, problems)
