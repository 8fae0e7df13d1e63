"""An import from its files to its report, for the command and the admin."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

from django.db import DatabaseError, transaction

from curation.db.wal import truncate_wal
from curation.importing.media_files.store import MediaStore
from curation.importing.sources.discover import SourceFile
from curation.models import ImportRun

from .batch_writer import BatchWriter
from .dry_run import DryRun
from .failures import FAILURES, describe
from .history import ledger
from .options import Options
from .plan import FileOutcome
from .reader import Reader
from .report import FileReport, Report


class ImportJob:
    """One import of some files.

    `run` is its row in the ledger, `None` for a dry run. `folders` are those in which the option `prune` looks for
    files that are gone. `on_outcomes(outcomes)` is called for each batch, inside its transaction.
    """

    def __init__(
        self,
        sources: Sequence[SourceFile],
        options: Options,
        run: ImportRun | None = None,
        folders: Sequence[Path] = (),
        on_outcomes: Callable[[Sequence[FileOutcome]], object] = list,
    ) -> None:
        self.sources = sources
        self.options = options
        self.run = run
        self.folders = folders
        self.on_outcomes = on_outcomes

    def reports(self) -> Generator[list[FileReport]]:
        """Import the files in the order given, a batch a transaction, and yield the reports of each batch.

        A file that cannot be imported is reported and changes nothing; the import goes on. With the option `atomic`,
        one such file means that nothing is kept. A dry run does the same work and keeps nothing.
        """
        media_store = MediaStore(self.options.static_roots, is_dry_run=self.options.dry_run, force=self.options.force)
        reader = Reader(self.sources, self.options, media_store)
        writer = self._writer(reader, media_store)
        is_one_transaction = self.options.atomic and not self.options.dry_run
        is_kept = False
        made = dict(self.run.made) if self.run else {}
        try:
            with media_store, reader, transaction.atomic() if is_one_transaction else nullcontext():
                yield from self._steps(reader, writer)
                if is_one_transaction and writer.rejected:
                    transaction.set_rollback(True)
            is_kept = not writer.rejected
        finally:
            if is_one_transaction and not is_kept:
                writer.discard()
        if self.run and is_one_transaction and not is_kept:
            self.run.made = made
            ledger.record(self.run, writer.rejected)

    def _writer(self, reader: Reader, media_store: MediaStore) -> BatchWriter:
        seen = {source.name for source in self.sources}
        if self.options.dry_run:
            return DryRun(reader, self.options, media_store, seen, self.on_outcomes)
        return BatchWriter(self.options, media_store, seen, self.run, self.on_outcomes)

    def _steps(self, reader: Reader, writer: BatchWriter) -> Iterator[list[FileReport]]:
        # `map` keeps no reference to a batch that is written, which frees its memory.
        yield from map(writer.write, reader.batches())
        if self.options.prune:
            yield writer.prune(self.folders)
        if reports := writer.check_links():
            yield reports


@contextmanager
def manual_garbage_collection() -> Iterator[Callable[[], object]]:
    """Collect garbage only when the function is called that this yields.

    A batch makes hundreds of thousands of objects that live until it is written. Searching them for garbage before
    that finds nothing. Objects that existed before are not searched at all.
    """
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()


class Interrupted(Exception):
    """An import that Ctrl-C stopped. What it had written stays."""


def execute(job: ImportJob, report: Report, on_batch: Callable[[int], object]) -> Report:
    """Run an import to its end, add what it does to `report`, and close its row in the ledger.

    `on_batch(number)` is called with the number of files after each batch. Raises `Interrupted` at Ctrl-C. What was
    written before that, or before an error, stays, and the ledger records it; if not even that can be written, the next
    run writes it.
    """
    try:
        with manual_garbage_collection() as collect, closing(job.reports()) as batches:
            for files in batches:
                report.add(files)
                on_batch(sum(file.outcome != "noted" for file in files))
                collect()
    except KeyboardInterrupt as error:
        _close(job, ImportRun.Outcome.INTERRUPTED, report, "Stopped by hand.")
        raise Interrupted from error
    except SystemExit:
        _close(job, ImportRun.Outcome.INTERRUPTED, report, "The process was terminated (SIGTERM).")
        raise
    except BaseException as error:
        with suppress(DatabaseError):
            reason = describe(error) if isinstance(error, FAILURES) else f"{type(error).__name__}: {error}"
            _close(job, ImportRun.Outcome.FAILED, report, reason)
        raise
    is_rolled_back = job.options.atomic and report.counts["rejected"]
    _close(job, ImportRun.Outcome.FAILED if is_rolled_back else ImportRun.Outcome.FINISHED, report)
    truncate_wal()  # it grew to the size of the largest batches
    return report


def _close(job: ImportJob, outcome: str, report: Report, message: str = "") -> None:
    if job.run:
        ledger.finish(job.run, outcome, report, message)
