"""A file that nobody edited comes out byte for byte, however oddly it was written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.models import CuratedItem

from .conftest import export_markdown, import_markdown
from .items import all_items

pytestmark = pytest.mark.django_db

SYNTAXES = {
    "yaml": "---\n# A comment\ntitle:   'It''s odd'   # and another\nslug: {slug}\ndate: 2023-01-31\n"
    "tags: [b,  a, B]\n\nunknown: {{x: [1,  2]}}\ndescription:\n---\n\nA *body*.\n",
    "toml": '+++\n# A comment\ntitle   = "It is odd"   # and another\nslug = "{slug}"\ndate = 2023-01-31\n\n'
    "[unknown]\nx = [1,  2]\n+++\n\nA *body*.\n",
    "json": '{{\n  "title":   "It is odd",\n "slug": "{slug}", "date": "2023-01-31",\n'
    ' "unknown": {{"x": [1,  2]}}\n}}\n\nA *body*.\n',
}
SYNTAXES["pelican"] = (
    "Title:   It is odd\nSLUG: {slug}\ndate:2023-01-31\nTags: b,  a,, B\n    c\nUnknown: x\n\n\nA *body*.\n"
)
WAYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "mixed-ends": lambda text: text.replace("\n", "\r\n").replace("\r\n", "\n", 3) + "A line\r\nand one\n",
    "byte-order-mark": lambda text: f"\ufeff{text}",
    "mark-and-windows": lambda text: f"\ufeff{text}".replace("\n", "\r\n"),
    "no-last-line-end": lambda text: text.rstrip("\n"),
    "blanks-at-the-end": lambda text: f"{text}  \n\n\t\n",
    "old-line-ends-in-body": lambda text: f"{text}One\rtwo\u2028three\x85four\n",
    "decomposed-letters": lambda text: f"{text}Cafe\u0301, caf\u00e9, \U0001f9ea\n",
    "no-body": lambda text: text.partition("\n\nA *body*")[0],
}


def test_every_syntax_in_every_way(content: Path, dest: Path) -> None:
    for syntax, text in SYNTAXES.items():
        for way, write in WAYS.items():
            slug = f"{syntax}-{way}"
            (content / f"{slug}.md").write_bytes(write(text.format(slug=slug)).encode())
    count = len(SYNTAXES) * len(WAYS)
    assert import_markdown(content).startswith(f"{count} created, 0 updated, 0 unchanged, 0 skipped, 0 rejected")
    before = all_items()

    assert export_markdown(dest).startswith(f"{count} as they came in, 0 with edits, 0 new, ")
    came = {path.name: path.read_bytes() for path in content.iterdir()}
    assert {path.name: path.read_bytes() for path in dest.rglob("*.md")} == came

    for again in ([dest], [dest, "--force"]):
        assert import_markdown(*again).startswith(f"0 created, 0 updated, {count} unchanged, 0 skipped, 0 rejected")
    assert all_items() == before


@pytest.mark.parametrize("chosen", ["markdown", "commonmark"])
def test_a_flavour_chosen_at_import_is_not_an_edit_and_an_editors_is(content: Path, dest: Path, chosen: str) -> None:
    text = SYNTAXES["yaml"].format(slug="a")
    (content / "a.md").write_text(text)
    import_markdown(content, "--flavour", chosen)
    export_markdown(dest)
    (path,) = dest.rglob("*.md")
    assert path.read_text() == text

    item = CuratedItem.objects.get()
    item.flavour = "commonmark" if chosen == "markdown" else "markdown"
    item.save()
    export_markdown(dest, "--force")
    said = "" if chosen == "markdown" else "flavour: markdown\n"
    assert path.read_text() == text.replace("description:\n", f"description:\n{said}")
