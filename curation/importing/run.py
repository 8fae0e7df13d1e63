"""An import from its files to its report: the one way in, for the command, the admin and whatever else imports."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Set
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

from django.db import DatabaseError, transaction

from curation.frontmatter.records import Rejected, bounded
from curation.importing import ledger, media
from curation.importing.breakdown import BREAKDOWNS, in_words, is_full
from curation.importing.cascades import Cascades
from curation.importing.catalogue import Catalogue
from curation.importing.discover import SourceFile
from curation.importing.library import Library
from curation.importing.link_check import LinkCheck
from curation.importing.options import Options
from curation.importing.parse import Loaded, Parsed, Refused, Unread, load, rejected
from curation.importing.plan import Plan, Planner
from curation.importing.prune import gone_documents, prune
from curation.importing.references import References
from curation.importing.rehearsal import Rehearsal, keys_of, keys_of_entries, path_key
from curation.importing.report import FileReport, Report
from curation.importing.upsert import Batch, write
from curation.importing.workers import Parsers
from curation.models import ImportRun, SourceDocument

#: Batches that the parsers are given before the first of them is written.
READ_AHEAD = 2
#: A batch holds at most so many times its size of files, those that are as they were among them.
MOST_UNREAD = 20


Read = Loaded | Refused | Unread
Outcome = Parsed | Refused | Unread
#: What becomes of a file.
Planned = Plan | Refused | Unread


class Import:
    """One import of some files. `run` is its row in the ledger, `None` for a dry run; `prune` looks in `folders`.

    `on_outcomes` hears what becomes of the files of each batch, within its transaction.
    """

    def __init__(
        self,
        sources: Sequence[SourceFile],
        options: Options,
        run: ImportRun | None = None,
        folders: Sequence[Path] = (),
        on_outcomes: Callable[[Sequence[Planned]], object] = list,
    ) -> None:
        self.sources = sources
        self.options = options
        self.folders = folders
        self.run = run
        self.on_outcomes = on_outcomes
        self.parsers = Parsers(options.jobs, options.flavour)
        self.cascades = Cascades()
        self.rehearsal = Rehearsal() if options.dry_run else None
        self.seen = {source.name for source in sources}
        self.library = Library(options.static_roots)
        self.links = LinkCheck(self.seen)
        self.batches: list[Batch] = []
        self.rejected: list[Refused] = []

    def reports(self) -> Generator[list[FileReport]]:
        """Import the files in the order given, a batch a transaction, and yield what became of each batch.

        A file that cannot be imported is reported and leaves nothing behind; the others go on. With `atomic`, one such
        file means that nothing is kept; a dry run keeps nothing either way: the same work, each batch rolled back.
        """
        whole = self.options.atomic and not self.options.dry_run
        kept = False
        try:
            with self.parsers, transaction.atomic() if whole else nullcontext():
                # A batch is gone once it is written: it is not looked through for garbage, and takes no memory.
                yield from map(self._import_batch, self._read_ahead())
                if self.options.prune:
                    yield self._prune()
                if links := self._check_links():
                    yield links
                keep = not (self.options.atomic and self.rejected)
                if whole and not keep:
                    transaction.set_rollback(True)
            kept = keep
        finally:
            if whole and not kept:
                for batch in self.batches:
                    batch.discard()
        if self.run and whole and not kept:
            ledger.record(self.run, self.rejected)

    def _read_ahead(self) -> Iterator[list[Outcome]]:
        """Yield parsed batches, while the parsers are at the next two already."""
        pending: deque[Callable[[], list[Outcome]]] = deque()
        for files in self._batches():
            pending.append(self._parse(files))
            if len(pending) > READ_AHEAD:
                yield pending.popleft()()
        while pending:
            yield pending.popleft()()

    def _parse(self, files: Sequence[Read]) -> Callable[[], list[Outcome]]:
        """Have files parsed; return a call that waits for that."""
        results = self.parsers.submit([file for file in files if isinstance(file, Loaded)])

        def wait() -> list[Outcome]:
            parsed = iter(results())
            return [next(parsed) if isinstance(file, Loaded) else file for file in files]

        return wait

    def _batches(self) -> Iterator[list[Read]]:
        """Yield files as they were read, `batch_size` of which are to be written.

        Those that are as they were cost a transaction nothing, so that it may have a good many of them besides.
        """
        size, changed = self.options.batch_size, 0
        batch: list[Read] = []
        for file in self._read_all():
            if not (changed or isinstance(file, Unread)):
                self.parsers.prepare()
            batch.append(file)
            changed += not isinstance(file, Unread)
            if changed == size or len(batch) == size * MOST_UNREAD:
                yield batch
                batch, changed = [], 0
        if batch:
            yield batch

    def _read_all(self) -> Iterator[Read]:
        """Yield the files with their bytes, where those are not as they were."""
        size = self.options.batch_size
        for start in range(0, len(self.sources), size):
            sources = self.sources[start : start + size]
            documents = SourceDocument.objects.filter(path__in=[source.name for source in sources])
            rows = documents.exclude(path="")  # as the index is
            known = {path: row for path, *row in rows.values_list("path", "sha256", "media", "item__slug", "item")}
            for source in sources:
                yield self._read(source, *known.get(source.name, ("", {}, "", None)))

    def _read(self, source: SourceFile, sha256: str, found: media.Found, slug: str, item: int | None) -> Read:
        if self.options.since and source.modified_at < self.options.since:
            return Unread(source, "skipped", slug)
        file = load(source, self.cascades)
        if isinstance(file, Refused) or self.options.force or file.sha256 != sha256:
            return file
        missing = self.library.look_again(found, source)
        return file if missing is None else Unread(source, "unchanged", slug, item, missing)

    def _import_batch(self, files: Sequence[Outcome]) -> list[FileReport]:
        """Import some files together; should that be refused, one by one, so that one stops no other.

        Raises the error where the next file would fare no better: the disk is full, the database does not answer.
        """
        batch = Batch()
        made = dict(self.run.made) if self.run else {}
        try:
            earlier = self._earlier(files)
            with transaction.atomic():
                self._again(earlier, batch)
                outcomes = self._import_together(files, batch)
                if self.rehearsal:
                    transaction.set_rollback(True)
        except BREAKDOWNS as error:
            self._discard(batch, made)
            if is_full(error) or (len(files) == 1 and isinstance(files[0], Refused)):
                raise
            if len(files) > 1:
                return [report for file in files for report in self._import_alone(file)]
            return self._import_batch([rejected(files[0].source, "breakdown", in_words(error))])
        except BaseException:
            self._discard(batch, made)
            raise
        if self.rehearsal:
            self._discard(batch, made)
        else:
            self.batches.append(batch)
            self.library.batch_written()
        self.rejected += [file for file in outcomes if isinstance(file, Refused) and file.outcome == "rejected"]
        return [_report(outcome) for outcome in outcomes]

    def _import_alone(self, file: Outcome) -> list[FileReport]:
        return [_report(file)] if isinstance(file, Unread) and not file.problems else self._import_batch([file])

    def _discard(self, batch: Batch, made: dict[str, list[int]]) -> None:
        """Forget a batch that was taken back. `made` is what the run had made before it."""
        batch.discard()
        self.library.batch_lost()
        if self.run:
            self.run.made = made

    def _import_together(self, files: Sequence[Outcome], batch: Batch) -> list[Planned]:
        outcomes = self._write(files, batch)
        if self.run:
            ledger.record(self.run, outcomes, batch.made)
        self.on_outcomes(outcomes)
        if self.rehearsal:
            self._note_links(outcomes)
        return outcomes

    def _note_links(self, outcomes: Sequence[Planned]) -> None:
        plans = [outcome for outcome in outcomes if isinstance(outcome, Plan)]
        items = [plan.entry.item for plan in plans]
        addresses = [path for plan in plans for path in (plan.entry.item.slug, *plan.entry.aliases)]
        self.links.note([item.pk for item in items], (plan.parsed.source.name for plan in plans), addresses)

    def _write(self, files: Sequence[Outcome], batch: Batch) -> list[Planned]:
        """Decide what becomes of each file, and carry that out."""
        accepted = [file for file in files if isinstance(file, Parsed)]
        held = (self.rehearsal.held_elsewhere,) if self.rehearsal else ()
        catalogue = Catalogue(accepted, *held) if accepted else None
        known = keys_of_entries(catalogue) if catalogue and self.rehearsal else {}
        planner = Planner(catalogue, self.library, self.seen, self.options) if catalogue else None
        outcomes = [_plan(file, planner) for file in files]
        plans = [outcome for outcome in outcomes if isinstance(outcome, Plan) and outcome.writes]
        write(plans, self.library, batch)
        if self.rehearsal:
            self.rehearsal.note(plans, known)
        return outcomes

    def _earlier(self, files: Sequence[Outcome]) -> list[list[Outcome]]:
        """Return what a dry run has to do again for some files, as `_again()` takes it."""
        accepted = [file for file in files if isinstance(file, Parsed)]
        if not (self.rehearsal and self.rehearsal.is_begun and accepted):
            return []
        with transaction.atomic():
            items = keys_of_entries(Catalogue(accepted))
        return self._parsed_again({key for file in accepted for key in keys_of(file)}.union(*items.values()))

    def _parsed_again(self, keys: Set[str]) -> list[list[Outcome]]:
        """Return the files that a dry run has taken back, a list for each batch, which have to do with some keys."""
        batches = self.rehearsal.related(keys) if self.rehearsal else []
        return [self._parse([load(source, self.cascades) for source in sources])() for sources in batches]

    def _again(self, earlier: Iterable[Sequence[Outcome]], batch: Batch) -> None:
        """Do again, in the caller's transaction, what a dry run has taken back."""
        if self.rehearsal:
            References(self.rehearsal.named)
        for files in earlier:
            self._write(files, batch)

    def _check_links(self) -> list[FileReport]:
        """Report the links that lead nowhere, now that all files are in."""
        reports = self.links.reports()
        if self.run:
            with transaction.atomic():
                ledger.add_problems(self.run, reports)
        return reports

    def _prune(self) -> list[FileReport]:
        if self.rehearsal is None:
            return prune(self.folders, self.seen, self.run)
        gone = gone_documents(self.folders, self.seen)
        earlier, batch = self._parsed_again({path_key(document.path) for document in gone}), Batch()
        with transaction.atomic():
            self._again(earlier, batch)
            reports = prune(self.folders, self.seen, self.run)
            transaction.set_rollback(True)
        batch.discard()
        return reports


@contextmanager
def rare_collections() -> Iterator[Callable[[], object]]:
    """Collect garbage when the call that this gives is called, and never besides.

    A batch makes hundreds of thousands of objects that live until it is written: to look through them again and again
    finds nothing. What was there before is not looked through at all.
    """
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()


class Interrupted(Exception):
    """An import that was stopped by hand. What it had written stays."""


def carry_out(job: Import, report: Report, on_batch: Callable[[int], object]) -> Report:
    """Run an import to its end, note in `report` what it does, and close its ledger entry.

    `on_batch` hears how many files were done. Raises `Interrupted` at Ctrl-C. What was written before that, or before
    an error, stays, and the ledger says so; where not even that can be written, the next run writes it.
    """
    try:
        with rare_collections() as collect, closing(job.reports()) as batches:
            for files in batches:
                report.add(files)
                on_batch(sum(file.outcome != "noted" for file in files))
                collect()
    except KeyboardInterrupt as error:
        _close(job, ImportRun.Outcome.INTERRUPTED, report, "Stopped by hand.")
        raise Interrupted from error
    except SystemExit:
        _close(job, ImportRun.Outcome.INTERRUPTED, report, "Its process was told to end.")
        raise
    except BaseException as error:
        with suppress(DatabaseError):
            why = in_words(error) if isinstance(error, BREAKDOWNS) else f"{type(error).__name__}: {error}"
            _close(job, ImportRun.Outcome.FAILED, report, why)
        raise
    nothing_kept = job.options.atomic and report.counts["rejected"]
    _close(job, ImportRun.Outcome.FAILED if nothing_kept else ImportRun.Outcome.FINISHED, report)
    return report


def _close(job: Import, outcome: str, report: Report, message: str = "") -> None:
    if job.run:
        ledger.finish(job.run, outcome, report, message)


def _plan(file: Outcome, planner: Planner | None) -> Planned:
    """Return what to do with a file, or what became of it where there is nothing to do."""
    if not isinstance(file, Parsed) or planner is None:
        return file  # type: ignore[return-value]  # a parsed file has a planner
    try:
        return planner.plan(file)
    except Rejected as refusal:
        return Refused(file.source, "rejected", bounded((*refusal.problems, *file.document.problems)))


def _report(outcome: Planned) -> FileReport:
    if isinstance(outcome, Plan):
        return FileReport(
            outcome.parsed.source.name,
            outcome.outcome,
            outcome.entry.item.slug,
            outcome.all_problems,
            unmapped=outcome.parsed.document.unmapped,
        )
    if isinstance(outcome, Refused):
        return FileReport(outcome.source.name, outcome.outcome, problems=outcome.problems)
    return FileReport(outcome.source.name, outcome.outcome, outcome.slug, outcome.problems)
