"""Imports that the admin asks for: noted in the ledger first, then carried out by whoever comes to it, and completed
after a crash. Carrying one out again does no harm: what it has done already is found unchanged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser

from curation.importing import ledger
from curation.importing.archives import archive_of
from curation.importing.discover import SourceFile, UsageError, discover
from curation.importing.options import Options
from curation.importing.report import Report
from curation.importing.run import Import, carry_out
from curation.importing.uploads import Upload
from curation.models import ImportRecord, ImportRun

Outcome = ImportRun.Outcome

#: The outcomes of files that a run has done nothing with.
NOT_DONE = (ImportRecord.Outcome.SKIPPED, ImportRecord.Outcome.REJECTED, ImportRecord.Outcome.UNCHANGED)
#: An import of more files than this is left to a worker.
MAX_AT_ONCE = 50


def queue(
    user: AbstractBaseUser, options: Options, *, upload: Upload | None = None, failures_of: ImportRun | None = None
) -> ImportRun:
    """Note an import of uploaded files, or of those that a run rejected, as one to be carried out.

    Raises `UsageError` where the files are gone.
    """
    run = ImportRun(
        user=user,  # type: ignore[misc]  # the user model is a setting
        started_by=str(user),
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
    """Return the files of a run as they are now. Raises `UsageError` where they are gone."""
    if run.failures_of:
        rejected = run.failures_of.records.filter(outcome=ImportRecord.Outcome.REJECTED)
        failed = set(rejected.values_list("path", flat=True))
        sources = [source for source in sources_of(run.failures_of) if {source.name, archive_of(source.name)} & failed]
        if not sources:
            raise UsageError("None of the files that were rejected is there any more.")
        return sources
    return Upload(run.upload).sources() if run.upload else discover(map(Path, run.paths))


def options_to_try_again(run: ImportRun) -> Options:
    """Return a run's options for its rejected files alone: nothing else is gone because it is not among them."""
    return replace(Options.from_json(run.options), prune=False, since=None, force=False)


def perform(run: ImportRun) -> None:
    """Carry out a queued run, or one that stopped, to its end. Raises `ledger.Busy` while another is under way."""
    went_before = run.outcome != Outcome.QUEUED
    ledger.start(run)
    try:
        _perform(run, went_before=went_before)
    finally:
        ledger.leave(run)


def _perform(run: ImportRun, *, went_before: bool) -> None:
    try:
        sources = sources_of(run)
    except UsageError as error:
        ledger.finish(run, Outcome.FAILED, message=str(error))
        return
    # What it could not do is tried again, and told once.
    run.records.filter(outcome__in=NOT_DONE).delete()
    report = Report()
    carry_out(Import(sources, Options.from_json(run.options), run), report, lambda _: _tell(run, report))
    if went_before:
        _count_all(run)
    if run.upload and not run.counts["rejected"]:
        Upload(run.upload).discard()


def _tell(run: ImportRun, report: Report) -> None:
    """Note how far a run is, for the page that shows it."""
    ImportRun.objects.filter(pk=run.pk).update(counts=dict(report.counts))


def _count_all(run: ImportRun) -> None:
    """Count what a run did that went in pieces: it found unchanged what it had done before."""
    unchanged = run.records.filter(outcome=ImportRecord.Outcome.UNCHANGED)
    written = run.records.exclude(outcome=ImportRecord.Outcome.UNCHANGED)
    unchanged.filter(path__in=written.values("path")).delete()  # its warnings are told already
    done = Counter(written.values_list("outcome", flat=True))
    run.counts |= done | {"unchanged": run.counts["seen"] - done.total()}
    run.save(update_fields=["counts"])
