"""Imports that the admin queues: created in the ledger, then executed by a request or a worker.

An import that crashed is executed again. That does no harm: the files that it has imported are found unchanged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser

from curation.importing.sources.archives import archive_of
from curation.importing.sources.discover import SourceFile, UsageError, discover
from curation.importing.sources.uploads import Upload
from curation.items.actors import Actor
from curation.models import ImportRecord, ImportRun

from .history import ledger
from .options import Options
from .pipeline import ImportJob, execute
from .report import Report

Outcome = ImportRun.Outcome

#: The outcomes of files that a run has not written.
NOT_WRITTEN = (ImportRecord.Outcome.SKIPPED, ImportRecord.Outcome.REJECTED, ImportRecord.Outcome.UNCHANGED)
#: Maximum number of files that are imported within a request. A worker executes larger imports.
MAX_AT_ONCE = 50


def queue(
    user: AbstractBaseUser, options: Options, *, upload: Upload | None = None, failures_of: ImportRun | None = None
) -> ImportRun:
    """Create a queued run of uploaded files, or of the files that a run rejected.

    Raises `UsageError` if the files are gone.
    """
    run = ImportRun(
        user=user,  # type: ignore[misc]  # the user model is a setting
        started_by=Actor.of(user).name,
        outcome=Outcome.QUEUED,
        options=options.as_json(),
        paths=upload.names if upload else failures_of.paths if failures_of else [],
        upload=upload.token if upload else "",
        failures_of=failures_of,
    )
    run.files = len(sources_of(run))
    run.save()
    return run


def sources_of(run: ImportRun) -> Sequence[SourceFile]:
    """Return the files of a run as they are now. Raises `UsageError` if they are gone."""
    if run.failures_of:
        rejected = run.failures_of.records.filter(outcome=ImportRecord.Outcome.REJECTED)
        failed = set(rejected.values_list("path", flat=True))
        sources = [source for source in sources_of(run.failures_of) if {source.name, archive_of(source.name)} & failed]
        if not sources:
            raise UsageError("None of the rejected files exists any more.")
        return sources
    return Upload(run.upload).sources() if run.upload else discover(map(Path, run.paths))


def options_to_try_again(run: ImportRun) -> Options:
    """Return the options for trying a run's rejected files again: they are not all files, so nothing is pruned."""
    return replace(Options.from_json(run.options), prune=False, since=None, force=False)


def execute_queued(run: ImportRun) -> None:
    """Execute a queued run, or one that stopped, to its end. Raises `ledger.Busy` while another is running."""
    is_continued = run.outcome != Outcome.QUEUED
    ledger.start(run)
    try:
        _execute(run, is_continued=is_continued)
    finally:
        ledger.release_run(run)


def _execute(run: ImportRun, *, is_continued: bool) -> None:
    try:
        sources = sources_of(run)
    except UsageError as error:
        ledger.finish(run, Outcome.FAILED, message=str(error))
        return
    # These files are tried again and get new rows.
    run.records.filter(outcome__in=NOT_WRITTEN).delete()
    report = Report()
    execute(ImportJob(sources, Options.from_json(run.options), run), report, lambda _: _save_counts(run, report))
    if is_continued:
        _recount(run)
    if run.upload and not run.counts["rejected"]:
        Upload(run.upload).discard()


def _save_counts(run: ImportRun, report: Report) -> None:
    """Save the counts of a run so far, for the page that shows its progress."""
    ImportRun.objects.filter(pk=run.pk).update(counts=dict(report.counts))


def _recount(run: ImportRun) -> None:
    """Correct the counts of a run that was continued: it found unchanged the files that it had imported before."""
    unchanged = run.records.filter(outcome=ImportRecord.Outcome.UNCHANGED)
    written = run.records.exclude(outcome=ImportRecord.Outcome.UNCHANGED)
    unchanged.filter(path__in=written.values("path")).delete()  # the rows of the first attempt have their problems
    done = Counter(written.values_list("outcome", flat=True))
    run.counts |= done | {"unchanged": run.counts["seen"] - done.total()}
    run.save(update_fields=["counts"])
