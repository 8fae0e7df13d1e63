"""Time the stages of a first import: milliseconds of CPU time per file, in one process.

`python -m benchmarks.stages FOLDER` imports files into the empty database that `DATABASE_URL` names.
"""

import pickle
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

import django

django.setup()

from django.db import transaction  # noqa: E402  # it needs settings

from curation import frontmatter  # noqa: E402
from curation.frontmatter.reading.parse import parse  # noqa: E402
from curation.frontmatter.reading.split import split  # noqa: E402
from curation.importing.apply import apply  # noqa: E402
from curation.importing.history import ledger  # noqa: E402
from curation.importing.lookup import Lookup  # noqa: E402
from curation.importing.media_files.store import MediaStore  # noqa: E402
from curation.importing.options import Options  # noqa: E402
from curation.importing.parse import LoadedFile, ParsedFile, load, parse_content, with_result  # noqa: E402
from curation.importing.pipeline import manual_garbage_collection  # noqa: E402
from curation.importing.plan import Plan, Planner  # noqa: E402
from curation.importing.sources.discover import discover  # noqa: E402
from curation.importing.write import BatchLog, filled_items, write  # noqa: E402
from curation.items.item_columns import columns_of  # noqa: E402
from curation.items.related_rows import RelatedRows  # noqa: E402
from curation.markdown import render  # noqa: E402

FILES = 2_000
T = TypeVar("T")


class Clock:
    """Milliseconds of CPU time per file, by stage."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.stages: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], T]) -> T:
        start = process_time()
        result = work()
        self.stages[stage] = self.stages.get(stage, 0) + (process_time() - start) * 1000 / self.files
        return result


def parsing(clock: Clock, content: Path) -> list[ParsedFile]:
    """Time the work of parser processes, and the transfer of their results."""
    sources = discover([content])[: clock.files]
    files: list[Any] = clock.time("reading", lambda: [load(source) for source in sources])
    parts = clock.time("splitting", lambda: [split(file.data) for file in files])
    clock.time("YAML by libyaml", lambda: [parse(part) for part in parts])
    documents = clock.time("", lambda: [frontmatter.read(*file.parse_arguments) for file in files])
    clock.stages["fields"] = clock.stages.pop("") - clock.stages["splitting"] - clock.stages["YAML by libyaml"]
    rendered = clock.time("rendering, sanitising", lambda: [render(document.record.body) for document in documents])
    pairs = [(document.record, body) for document, body in zip(documents, rendered, strict=True)]
    clock.time("checking columns", lambda: [columns_of(record, body) for record, body in pairs])
    clock.time("record as JSON", lambda: [frontmatter.to_text(record) for record, _ in pairs])
    results = [(file, parse_content(*file.parse_arguments)) for file in files]
    received = clock.time("between processes", lambda: pickle.loads(pickle.dumps(results)))
    return list(accepted(received))


def accepted(results: list[tuple[LoadedFile, Any]]) -> Iterator[ParsedFile]:
    for file, result in results:
        outcome = with_result(file, result)
        assert isinstance(outcome, ParsedFile)
        yield outcome


def writing(clock: Clock, files: list[ParsedFile]) -> None:
    """Time the work of the import's own process."""
    options = Options()
    run = ledger.begin([], options)
    with MediaStore() as media_store:
        for start in range(0, len(files), options.batch_size):
            chosen, log = files[start : start + options.batch_size], BatchLog()
            with transaction.atomic():
                lookup = clock.time("looking up", partial(Lookup, chosen))
                planner = Planner(lookup, media_store, set(), options)
                plans = clock.time("planning", partial(plan_all, planner, lookup, chosen))
                clock.time("writing rows", partial(write_all, plans, media_store, log))
                clock.time("ledger", partial(ledger.record, run, plans, log.made))
            media_store.on_commit()
    ledger.finish(run, "finished")


def plan_all(planner: Planner, lookup: Lookup, files: list[ParsedFile]) -> list[Plan]:
    plans = []
    for file in files:
        plan = planner.plan(file)
        if isinstance(plan, Plan):
            apply(plan, lookup)
            plans.append(plan)
    return plans


def write_all(plans: list[Plan], media_store: MediaStore, log: BatchLog) -> None:
    related_rows = RelatedRows(filled.record for filled in filled_items(plans))
    write(plans, related_rows, media_store, log)


def main(content: Path) -> None:
    clock = Clock(min(FILES, len(list(content.iterdir()))))
    with manual_garbage_collection():
        writing(clock, parsing(clock, content))
    for stage, milliseconds in clock.stages.items():
        print(f"{stage:<24}{milliseconds:>10.3f}")
    print(f"{'sum':<24}{sum(clock.stages.values()):>10.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
