"""The recipes of CONTRIBUTING.md, read from its text and applied to a copy of the code.

A step is a sentence that ends in one of these, followed by a block of code:

- “In `path`, after `line`:”, “before `line`:” or “in place of `line`:”, where `line` is a part of exactly one line;
- “Create `path`:”.

The code is indented like that line.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()

STEP = re.compile(
    r"""
    (?: In\s+`(?P<path>[^`]+)`,\s+(?P<place>after|before|in\s+place\s+of)\s+(?P<ticks>`+)\s?(?P<line>.+?)\s?(?P=ticks)
      | Create\s+`(?P<new>[^`]+)`
    )
    :\n\n(?P<margin>[ ]*)```\w*\n(?P<code>.*?\n)(?P=margin)```$
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One change: `code` goes after, before or in place of the line of `path` that holds `line`.

    Without a line, `code` is the text of a new file.
    """

    path: str
    place: str
    line: str
    code: str

    def apply(self, root: Path) -> None:
        """Change the file below `root`. Raises `AssertionError` where the document does not fit the file."""
        path = root / self.path
        if not self.line:
            assert not path.exists(), f"{self.path} exists, but CONTRIBUTING.md creates it"
            path.write_text(self.code)
            return
        lines = path.read_text().splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if self.line in line]
        assert len(found) == 1, f"{len(found)} lines of {self.path} hold “{self.line}”; CONTRIBUTING.md needs one"
        number, anchor = found[0], lines[found[0]]
        start = number + 1 if self.place == "after" else number
        end = number if self.place == "before" else number + 1
        lines[start:end] = [indent(self.code, anchor[: len(anchor) - len(anchor.lstrip())])]
        path.write_text("".join(lines))


def read_steps(heading: str) -> list[Step]:
    """Return the steps of the section of CONTRIBUTING.md with a heading."""
    sections = re.split(r"^## ", CONTRIBUTING, flags=re.MULTILINE)
    (section,) = (text for text in sections if text.startswith(f"{heading}\n"))
    steps = [_step(found) for found in STEP.finditer(section)]
    assert len(steps) == section.count("```") // 2, f"A block of code under “{heading}” has no sentence that places it."
    return steps


def _step(found: re.Match[str]) -> Step:
    code = re.sub(rf"^{found['margin']}", "", found["code"], flags=re.MULTILINE)
    if found["new"]:
        return Step(found["new"], "", "", code)
    return Step(found["path"], " ".join(found["place"].split()), found["line"], code)
