"""Where the time of a first import goes: milliseconds of CPU a file, stage by stage, in one process.

`python -m benchmarks.stages FOLDER` imports some files into the empty database that `DATABASE_URL` names.
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
from curation.frontmatter.parse import parse  # noqa: E402
from curation.frontmatter.split import split  # noqa: E402
from curation.importing import ledger  # noqa: E402
from curation.importing.catalogue import Catalogue  # noqa: E402
from curation.importing.columns import columns_of  # noqa: E402
from curation.importing.discover import discover  # noqa: E402
from curation.importing.library import Library  # noqa: E402
from curation.importing.options import Options  # noqa: E402
from curation.importing.parse import Loaded, Parsed, load, parsed, understand  # noqa: E402
from curation.importing.plan import Plan, Planner  # noqa: E402
from curation.importing.run import rare_collections  # noqa: E402
from curation.importing.upsert import Batch, write  # noqa: E402
from curation.rendering import render  # noqa: E402

FILES = 2_000
T = TypeVar("T")


class Clock:
    """Milliseconds of CPU a file, by stage."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.stages: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], T]) -> T:
        start = process_time()
        result = work()
        self.stages[stage] = self.stages.get(stage, 0) + (process_time() - start) * 1000 / self.files
        return result


def parsing(clock: Clock, content: Path) -> list[Parsed]:
    """Time what parser processes do, and what it costs to hear of it."""
    sources = discover([content])[: clock.files]
    files: list[Any] = clock.time("reading", lambda: [load(source) for source in sources])
    parts = clock.time("splitting", lambda: [split(file.data) for file in files])
    clock.time("YAML by libyaml", lambda: [parse(part) for part in parts])
    documents = clock.time("", lambda: [frontmatter.read(*file.work) for file in files])
    clock.stages["fields"] = clock.stages.pop("") - clock.stages["splitting"] - clock.stages["YAML by libyaml"]
    rendered = clock.time("rendering, sanitising", lambda: [render(document.record.body) for document in documents])
    pairs = [(document.record, body) for document, body in zip(documents, rendered, strict=True)]
    clock.time("checking columns", lambda: [columns_of(record, body) for record, body in pairs])
    clock.time("record as JSON", lambda: [frontmatter.to_text(record) for record, _ in pairs])
    results = [(file, understand(*file.work)) for file in files]
    received = clock.time("between processes", lambda: pickle.loads(pickle.dumps(results)))
    return list(accepted(received))


def accepted(results: list[tuple[Loaded, Any]]) -> Iterator[Parsed]:
    for file, result in results:
        outcome = parsed(file, result)
        assert isinstance(outcome, Parsed)
        yield outcome


def writing(clock: Clock, files: list[Parsed]) -> None:
    """Time what the import's own process does."""
    options, library = Options(), Library()
    run = ledger.begin([], options)
    for start in range(0, len(files), options.batch_size):
        chosen, batch = files[start : start + options.batch_size], Batch()
        with transaction.atomic():
            catalogue = clock.time("looking up", partial(Catalogue, chosen))
            planner = Planner(catalogue, library, set(), options)
            plans = clock.time("planning", partial(plan_all, planner, chosen))
            clock.time("writing rows", partial(write, plans, library, batch))
            clock.time("ledger", partial(ledger.record, run, plans, batch.made))
        library.batch_written()
    ledger.finish(run, "finished")


def plan_all(planner: Planner, files: list[Parsed]) -> list[Plan]:
    return [planner.plan(file) for file in files]


def main(content: Path) -> None:
    clock = Clock(min(FILES, len(list(content.iterdir()))))
    with rare_collections():
        writing(clock, parsing(clock, content))
    for stage, milliseconds in clock.stages.items():
        print(f"{stage:<24}{milliseconds:>10.3f}")
    print(f"{'sum':<24}{sum(clock.stages.values()):>10.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
