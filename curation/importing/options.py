"""How to import: every choice of the command line, with its default."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from curation.frontmatter.records import Status
from curation.importing.workers import default_jobs
from curation.rendering import Flavour

OnConflict = Literal["keep", "overwrite", "fail"]


@dataclass(frozen=True, slots=True)
class Options:
    """`static_roots` are where site paths such as `/img/x.jpg` are found (none: look beside the files). `since` skips
    files whose modification time is older. `status` is given to new items whatever their file says,
    `flavour` to all whose files are read.
    """

    static_roots: tuple[Path, ...] = ()
    dry_run: bool = False
    atomic: bool = False
    prune: bool = False
    force: bool = False
    on_conflict: OnConflict = "keep"
    status: Status | None = None
    flavour: Flavour | None = None
    since: datetime | None = None
    jobs: int = field(default_factory=default_jobs)
    batch_size: int = 500

    def as_json(self) -> dict[str, Any]:
        """Return the choices that differ from the default, for the ledger."""
        chosen = {name: value for name, value in asdict(self).items() if value != getattr(Options(), name)}
        return {name: value if isinstance(value, bool | int) else _words(value) for name, value in chosen.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Options":
        """Return the options that `as_json()` made this of; a choice of times past that is none today is left out."""
        known = {name: value for name, value in values.items() if name in cls.__slots__}
        if "static_roots" in known:
            known["static_roots"] = tuple(map(Path, known["static_roots"]))
        if "since" in known:
            known["since"] = datetime.fromisoformat(known["since"])
        return cls(**known)


def _words(value: Any) -> Any:
    return [str(entry) for entry in value] if isinstance(value, tuple) else str(value)
