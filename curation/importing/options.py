"""The options of an import, with their defaults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from curation.frontmatter.record import Status
from curation.lib.subprocess_timeout import available_cores
from curation.markdown import Flavour

OnConflict = Literal["keep", "overwrite", "fail"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to import files.

    `static_roots` are the folders of site paths such as `/img/x.jpg`; if empty, they are searched for beside the files.
    `since` skips files whose modification time is older. `status` overrides the status of new items, `flavour` that of
    the body of all files that are read. `restore_deleted` restores the deleted items of the files. `jobs` is the number
    of parser processes, `batch_size` the maximum number of files a transaction.
    """

    static_roots: tuple[Path, ...] = ()
    dry_run: bool = False
    atomic: bool = False
    prune: bool = False
    force: bool = False
    restore_deleted: bool = False
    on_conflict: OnConflict = "keep"
    status: Status | None = None
    flavour: Flavour | None = None
    since: datetime | None = None
    jobs: int = field(default_factory=available_cores)
    batch_size: int = 500

    def as_json(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, for the ledger."""
        defaults = Options()
        changed = {name: value for name, value in asdict(self).items() if value != getattr(defaults, name)}
        return {name: _json_value(value) for name, value in changed.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Options":
        """Return the options that `as_json()` returned this for, without those that no longer exist."""
        known = {name: value for name, value in values.items() if name in cls.__slots__}
        if "static_roots" in known:
            known["static_roots"] = tuple(map(Path, known["static_roots"]))
        if "since" in known:
            known["since"] = datetime.fromisoformat(known["since"])
        return cls(**known)


def _json_value(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    return [str(entry) for entry in value] if isinstance(value, tuple) else str(value)
