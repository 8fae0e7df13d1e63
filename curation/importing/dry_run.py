"""An import that keeps nothing: each batch is written like any other, then rolled back.

A dry run holds its locks no longer than an import does, a batch, so that it keeps no other writer waiting. A later
batch cannot see what an earlier one wrote. Therefore the files of earlier batches that it depends on are written again
before it, in the same transaction, and so are the topics and other rows that earlier files named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from pathlib import Path

from django.db import transaction

from curation.importing.media_files.store import MediaStore
from curation.items.related_rows import RelatedRows
from curation.models import SourceDocument

from .batch_writer import BatchWriter
from .dependencies import FileDependencies, keys_of, keys_of_items, path_key
from .lookup import KnownItem, Lookup
from .options import Options
from .parse import ParsedFile
from .plan import FileOutcome, Plan
from .planned_batch import PlannedBatch
from .prune import gone_documents
from .reader import Reader, ReadFile
from .report import FileReport
from .write import BatchLog


class DryRun(BatchWriter):
    """A `BatchWriter` that rolls back each batch, for an import that has no row in the ledger.

    `reader` reads the files of earlier batches again.
    """

    def __init__(
        self,
        reader: Reader,
        options: Options,
        media_store: MediaStore,
        seen: Set[str],
        on_outcomes: Callable[[Sequence[FileOutcome]], object],
    ) -> None:
        super().__init__(options, media_store, seen, None, on_outcomes)
        self._reader = reader
        self._dependencies = FileDependencies()
        #: The keys that the items of the last lookup had before anything was planned.
        self._keys: dict[KnownItem, set[str]] = {}

    def prune(self, folders: Iterable[Path]) -> list[FileReport]:
        gone = gone_documents(folders, self._seen)
        paths = SourceDocument.objects.filter(pk__in=gone).values_list("path", flat=True)
        earlier = self._read_related(set(map(path_key, paths)))
        log = BatchLog()
        with transaction.atomic():
            self._write_again(earlier, log)
            reports = super().prune(folders)
            transaction.set_rollback(True)
        log.delete_files()
        return reports

    def _write_in_transaction(self, files: Sequence[ReadFile], log: BatchLog) -> list[FileOutcome]:
        earlier = self._earlier_batches(files)
        self._pause(files)
        with self._batches.transaction():
            self._write_again(earlier, log)
            outcomes = self._write_and_record(files, log)
            self._note_links(outcomes)
            transaction.set_rollback(True)
        return outcomes

    def _earlier_batches(self, files: Sequence[ReadFile]) -> list[list[ReadFile]]:
        """Return the files that some files depend on, a list for each batch that they were in."""
        accepted = [file for file in files if isinstance(file, ParsedFile)]
        if not (accepted and self._dependencies.has_files):
            return []
        with transaction.atomic():
            items = keys_of_items(Lookup(accepted))
        return self._read_related({key for file in accepted for key in keys_of(file)}.union(*items.values()))

    def _read_related(self, keys: Set[str]) -> list[list[ReadFile]]:
        return [self._reader.read_again(sources) for sources in self._dependencies.related(keys)]

    def _write_again(self, batches: Iterable[Sequence[ReadFile]], log: BatchLog) -> None:
        """Write earlier batches again, and the rows that all earlier files named, in the caller's transaction."""
        RelatedRows(self._dependencies.named)
        for files in batches:
            self._plan_and_write(files, log)

    def _plan_and_write(
        self, files: Sequence[ReadFile], log: BatchLog, planned: PlannedBatch | None = None
    ) -> Sequence[FileOutcome]:
        outcomes = super()._plan_and_write(files, log, planned)
        plans = [outcome for outcome in outcomes if isinstance(outcome, Plan) and outcome.is_written]
        self._dependencies.note(plans, self._keys)
        return outcomes

    def _look_up(self, files: Sequence[ParsedFile]) -> Lookup:
        lookup = Lookup(files, self._dependencies.count_other_items)
        self._keys = keys_of_items(lookup)
        return lookup

    def _note_links(self, outcomes: Sequence[FileOutcome]) -> None:
        """Note the broken links of a batch, and the pages that it adds, before it is rolled back."""
        plans = [outcome for outcome in outcomes if isinstance(outcome, Plan)]
        addresses = [path for plan in plans for path in (plan.known.item.slug, *plan.known.aliases)]
        paths = [plan.parsed.source.name for plan in plans]
        self._links.note([plan.known.item.pk for plan in plans], paths, addresses)

    def _finish(self, log: BatchLog) -> None:
        self._discard(log, {})
