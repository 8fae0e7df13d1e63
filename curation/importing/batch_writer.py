"""Batches of parsed files to rows, a batch a transaction, and as short a transaction as can be.

A batch is planned before its transaction, and planned again in it if anything has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from math import ceil
from pathlib import Path
from sys import maxsize

from curation.db.timed_batches import TimedBatches
from curation.frontmatter.problems import Problem, Rejected, bounded
from curation.importing.media_files.store import MediaStore
from curation.items.checks import failed_codes
from curation.items.related_rows import RelatedRows
from curation.models import CuratedItem, ImportRun

from .apply import apply
from .deletions import restore_items_of
from .failures import FAILURES, describe, is_full
from .history import ledger
from .history.revisions import BatchRevisions
from .link_check import LinkCheck
from .lookup import Lookup
from .options import Options
from .parse import ParsedFile, RefusedFile, SkippedFile, reject
from .plan import FileOutcome, Plan, Planner
from .planned_batch import DatabaseState, PlannedBatch, content_version
from .prune import prune
from .reader import ReadFile
from .report import FileReport
from .write import BatchLog, filled_items, write

#: Number of files of the first batch, before the time that a file takes is known.
FIRST_SIZE = 100
#: Minimum number of files of a batch, on a machine that is busy: with fewer, the fixed cost of a batch outweighs.
MIN_SIZE = 50


class BatchWriter:
    """Plans and writes the files of a run, in batches that are sized by the time that their transactions take.

    `run` is the row of the import in the ledger, `seen` are the paths of all its files. `on_outcomes(outcomes)` is
    called for each batch, inside its transaction.
    """

    def __init__(
        self,
        options: Options,
        media_store: MediaStore,
        seen: Set[str],
        run: ImportRun | None,
        on_outcomes: Callable[[Sequence[FileOutcome]], object],
    ) -> None:
        #: The files that could not be imported.
        self.rejected: list[RefusedFile] = []
        self._options = options
        self._media_store = media_store
        self._seen = seen
        self._run = run
        self._actor = ledger.actor_of(run)
        self._on_outcomes = on_outcomes
        self._links = LinkCheck(seen)
        self._logs: list[BatchLog] = []
        self._batches = TimedBatches(options.batch_size, FIRST_SIZE, MIN_SIZE)

    def write(self, files: Sequence[ReadFile]) -> list[FileReport]:
        """Import files, and return a report of each. Raises as `_write_batch()` does."""
        return [report for batch in self._split(files) for report in self._write_batch(batch)]

    def _split(self, files: Sequence[ReadFile]) -> Iterator[Sequence[ReadFile]]:
        """Yield files in batches of similar sizes. Skipped files do not count: they cost a transaction nothing."""
        start, remaining = 0, sum(map(_is_counted, files))
        while start < len(files):
            size = ceil(remaining / (ceil(remaining / self._batches.size) or 1))
            end, taken = start, 0
            while end < len(files) and (taken < size or not _is_counted(files[end])):
                taken += _is_counted(files[end])
                end += 1
            yield files[start:end]
            start, remaining = end, remaining - taken

    def _write_batch(self, files: Sequence[ReadFile]) -> list[FileReport]:
        """Import a batch and return a report a file. If that fails, import its files one by one, so that one bad file
        does not stop the others.

        Raises the error if the next file would fail, too: the disk is full, or the database does not answer.
        """
        log = BatchLog()
        made = dict(self._run.made) if self._run else {}
        try:
            outcomes = self._write_in_transaction(files, log)
            self._batches.adapt(sum(map(_is_counted, files)))
        except FAILURES as error:
            self._discard(log, made)
            if is_full(error) or (len(files) == 1 and isinstance(files[0], RefusedFile)):
                raise
            if len(files) > 1:
                return [report for file in files for report in self._write_one(file)]
            return self._write_batch([reject(files[0].source, "failure", describe(error))])
        except BaseException:
            self._discard(log, made)
            raise
        self._finish(log)
        self.rejected += [file for file in outcomes if isinstance(file, RefusedFile) and file.outcome == "rejected"]
        return [_report_of(outcome) for outcome in outcomes]

    def prune(self, folders: Iterable[Path]) -> list[FileReport]:
        """Archive the items of the files that are gone from some folders."""
        return prune(folders, self._seen, self._run, self._actor, self._further_batches())

    def check_links(self) -> list[FileReport]:
        """Report the broken links of the run's files. To be called when all files are written."""
        reports = self._links.reports()
        if run := self._run:

            def add(some: Sequence[FileReport]) -> int:
                ledger.add_problems(run, some)
                return len(some)

            self._further_batches().write(reports, add)
        return reports

    def _further_batches(self) -> TimedBatches:
        """Return the batches of a step after the files: one alone within one transaction, where a pause is useless."""
        if self._options.atomic or self._options.dry_run:
            return TimedBatches(maxsize, maxsize)
        return TimedBatches(self._options.batch_size, FIRST_SIZE, MIN_SIZE)

    def discard(self) -> None:
        """Delete the files that all batches stored, after the transaction around them was rolled back."""
        for log in self._logs:
            log.delete_files()

    def _write_one(self, file: ReadFile) -> list[FileReport]:
        if isinstance(file, SkippedFile) and not file.problems:
            return [_report_of(file)]
        return self._write_batch([file])

    def _write_in_transaction(self, files: Sequence[ReadFile], log: BatchLog) -> list[FileOutcome]:
        # To restore items is to write.
        planned = None if self._options.restore_deleted else self._plan(files)
        self._pause(files)
        with self._batches.transaction():
            return self._write_and_record(files, log, planned)

    def _pause(self, files: Sequence[ReadFile]) -> None:
        """Let other writers have their turn. Single files take so little time that they get it anyway, and within one
        transaction for all files there is none.
        """
        if len(files) > 1 and not self._options.atomic:
            self._batches.pause()

    def _write_and_record(
        self, files: Sequence[ReadFile], log: BatchLog, planned: PlannedBatch | None = None
    ) -> list[FileOutcome]:
        outcomes = _with_failed_checks(self._plan_and_write(files, log, planned))
        if self._run:
            ledger.record(self._run, outcomes, log.made)
        self._on_outcomes(outcomes)
        return outcomes

    def _plan_and_write(
        self, files: Sequence[ReadFile], log: BatchLog, planned: PlannedBatch | None = None
    ) -> Sequence[FileOutcome]:
        """Write the plans of files, as `planned` before the transaction if they are still right."""
        if planned is None or not planned.state.lock_unchanged():
            self._media_store.on_replan()
            planned = self._plan(files)
        plans = [outcome for outcome in planned.outcomes if isinstance(outcome, Plan) and outcome.is_written]
        related_rows = RelatedRows((filled.record for filled in filled_items(plans)), is_import=True)
        write(plans, related_rows, self._media_store, log)
        if self._run:
            planned.revisions.record(plans, related_rows, self._run, self._actor)
        return _with_warnings(planned.outcomes, related_rows)

    def _plan(self, files: Sequence[ReadFile]) -> PlannedBatch:
        """Plan each file. With the option `restore_deleted`, in the transaction: this restores their items."""
        accepted = [file for file in files if isinstance(file, ParsedFile)]
        revisions, version = BatchRevisions(), content_version()
        if not accepted:
            return PlannedBatch(
                [file for file in files if not isinstance(file, ParsedFile)], revisions, DatabaseState(version)
            )
        lookup = self._look_up(accepted)
        restored: dict[int, Problem] = {}
        if self._options.restore_deleted:
            restored = restore_items_of(accepted, lookup, self._seen, self._actor, self._run)
            lookup = self._look_up(accepted) if restored else lookup
        state = DatabaseState(version, frozenset(lookup.items), lookup.open_conflicts)
        planner = Planner(lookup, self._media_store, self._seen, self._options, restored)
        outcomes = [_plan(file, planner, lookup, revisions) for file in files]
        return PlannedBatch(outcomes, revisions, state)

    def _look_up(self, files: Sequence[ParsedFile]) -> Lookup:
        return Lookup(files)

    def _finish(self, log: BatchLog) -> None:
        """Release the memory of a batch that was written. Keep its log, in case an outer transaction is rolled back."""
        self._logs.append(log)
        self._media_store.on_commit()

    def _discard(self, log: BatchLog, made: dict[str, list[int]]) -> None:
        """Forget a batch that was rolled back. `made` are the rows that the run had made before it."""
        log.delete_files()
        self._media_store.on_rollback()
        if self._run:
            self._run.made = made


def _is_counted(file: ReadFile) -> bool:
    return not isinstance(file, SkippedFile)


def _plan(file: ReadFile, planner: Planner, lookup: Lookup, revisions: BatchRevisions) -> FileOutcome:
    """Plan a file, and apply the plan so that later files see it. A file that is not parsed needs no plan."""
    if not isinstance(file, ParsedFile):
        return file
    try:
        plan = planner.plan(file)
        if isinstance(plan, SkippedFile):
            return plan
    except Rejected as refusal:
        return RefusedFile(file.source, "rejected", bounded((*refusal.problems, *file.document.problems)))
    revisions.note(plan, lookup)
    apply(plan, lookup)
    return plan


def _with_failed_checks(outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
    """Add to plans the codes of the content checks that their items fail, now that these are written."""
    changed = [plan.known.item.pk for plan in outcomes if isinstance(plan, Plan) and plan.outcome != "unchanged"]
    failed = failed_codes(CuratedItem.objects.filter(pk__in=changed)) if changed else {}
    return [
        replace(outcome, failed_checks=codes)
        if isinstance(outcome, Plan) and (codes := failed.get(outcome.known.item.pk))
        else outcome
        for outcome in outcomes
    ]


def _with_warnings(outcomes: Sequence[FileOutcome], related_rows: RelatedRows) -> Sequence[FileOutcome]:
    """Add the warnings of the rows that records name to the plans of these records."""
    if not related_rows.warnings:
        return outcomes
    return [
        replace(outcome, problems=(*outcome.problems, *_offering_warnings(outcome, related_rows)))
        if isinstance(outcome, Plan)
        else outcome
        for outcome in outcomes
    ]


def _offering_warnings(plan: Plan, related_rows: RelatedRows) -> list[Problem]:
    offerings = [offering for filled in filled_items([plan]) for offering in filled.record.offerings]
    messages = [related_rows.warnings[offering] for offering in offerings if offering in related_rows.warnings]
    return [Problem("warning", "offering", message, "relatedOfferings") for message in messages]


def _report_of(outcome: FileOutcome) -> FileReport:
    if isinstance(outcome, Plan):
        return FileReport(
            outcome.parsed.source.name,
            outcome.outcome,
            outcome.known.item.slug,
            outcome.all_problems,
            unmapped=outcome.parsed.document.unmapped,
            failed_checks=outcome.failed_checks,
        )
    if isinstance(outcome, RefusedFile):
        return FileReport(outcome.source.name, outcome.outcome, problems=outcome.problems)
    return FileReport(outcome.source.name, outcome.outcome, outcome.slug, outcome.problems)
