"""A content folder like those of nightly imports: mostly valid files with pictures and PDFs, and some odd ones."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchmarks.files import document, image_name, write_image

PICTURES, PAPERS = 40, 5
PAPER_BYTES = 500_000
#: One in this many files has a PDF, an icon, a missing picture; exists twice; cannot be imported.
PAPER, ICON, MISSING, REPEATED, BROKEN = 20, 25, 40, 50, 100


def write(folder: Path, count: int, pictures: int = PICTURES) -> Path:
    """Write about `count` files and their media below `folder`; return the folder of the files."""
    content, static = folder / "content" / "news", folder / "static"
    content.mkdir(parents=True)
    static.mkdir()
    for number in range(pictures):
        write_image(static / image_name(number), number)
    for number in range(min(pictures, PAPERS)):
        (static / f"paper-{number}.pdf").write_bytes(b"%PDF-1.7\n" + Random(number).randbytes(PAPER_BYTES))
        write_image(static / f"icon-{number}.png", number + 1)
    random = Random(1)
    for number in range(count):
        _write_file(content / f"{number}.md", number, document(number, random), pictures)
    (content / "_index.md").write_text("---\ntitle: News\n---\n")
    return content


def _write_file(path: Path, number: int, text: str, pictures: int) -> None:
    papers = min(pictures, PAPERS)
    text = text.replace(f"href: {image_name(number)}", f"href: {image_name(number % pictures)}")
    if number % PAPER == 1:
        text = text.replace("featuredPdf: null", f"featuredPdf: {{href: paper-{number // PAPER % papers}.pdf}}")
    if number % ICON == 2:
        text = text.replace("favIconImage: null", f"favIconImage: {{href: icon-{number // ICON % papers}.png}}")
    if number % MISSING == 3:
        text = text.replace("href: picture-", "href: missing-")
    if number % BROKEN == 4:
        text = text.replace("\ntitle: ", "\ntitel: ")
    path.write_text(text)
    if number % REPEATED == 5:
        path.with_stem(f"z-repeat-of-{path.stem}").write_text(text)


def change(content: Path) -> None:
    """Change every other file: its address, or its picture; and its text."""
    for number, path in enumerate(sorted(content.glob("[0-9]*.md"))[::2]):
        text = path.read_text()
        text = text.replace("\nslug: story-", "\nslug: renamed-story-") if number % 3 == 0 else text
        text = text.replace("href: picture-1", "href: picture-2") if number % 3 == 1 else text
        path.write_text(f"{text}<p>Updated.</p>\n")
