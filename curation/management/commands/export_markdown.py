"""`manage.py export_markdown DEST`: write items as Markdown files with front matter."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation.exporting.folder import Folder, OutsideFolder
from curation.exporting.run import ExportedFile, export
from curation.management.arguments import moment
from curation.management.exit_status import FAILED, PROBLEMS_FOUND, STOPPED, WRONG_USAGE
from curation.management.stopping import stoppable
from curation.models import CuratedItem, Topic
from curation.models.items import ItemQuerySet


class Command(BaseCommand):
    help = (
        "Write the published items as Markdown files into DEST/content and their media into DEST/static, as "
        "import_markdown reads them. An item that nobody edited is written byte for byte as it was imported. Nothing "
        "in DEST is deleted. Exit status: 0; 1 where a symbolic link in DEST leads out of it; 2 for wrong usage; 4 "
        "where a file could not be written; 130 when stopped by hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dest", metavar="DEST", type=Path, help="the folder to write into; created if missing")
        parser.add_argument(
            "--topic", action="append", default=[], metavar="SLUG", help="items of this topic (repeatable)"
        )
        parser.add_argument(
            "--slug", action="append", default=[], metavar="SLUG", help="this item, published or not (repeatable)"
        )
        parser.add_argument("--since", type=moment, metavar="DATE", help="items changed in the database since then")
        parser.add_argument("--all", action="store_true", help="drafts, scheduled and archived items too")

    def handle(self, *, dest: Path, **chosen: Any) -> None:
        items = self.choose(**{name: chosen[name] for name in ("topic", "slug", "since", "all")})
        folder, counts = open_folder(dest), Counter[str]()
        try:
            with stoppable(), tqdm(total=items.count(), unit=" items", disable=None, leave=False) as bar:
                for files in export(items):
                    self.write(folder, files, counts)
                    bar.update()
        except KeyboardInterrupt:
            self.stdout.write(f"{summary(counts)} (stopped by hand: run it again for the rest)")
            raise CommandError("Stopped.", returncode=STOPPED) from None
        self.stdout.write(summary(counts))
        if counts["failed"]:
            raise CommandError(f"{counts['failed']:,} files could not be written.", returncode=FAILED)
        if counts["outside"]:
            text = f"{counts['outside']:,} files were not written. Remove the links, or choose another DEST."
            raise CommandError(text, returncode=PROBLEMS_FOUND)

    def choose(self, topic: list[str], slug: list[str], since: datetime | None, all: bool) -> ItemQuerySet:  # noqa: A002
        """Return the chosen items by topics, slugs and time; each option narrows the choice.

        Items that readers do not see are included if they are named by slug, or with `all`.
        """
        items = CuratedItem.objects.not_binned() if all or slug else CuratedItem.objects.published()
        if topic:
            check("--topic", topic, Topic.objects.filter(slug__in=topic).values_list("slug", flat=True))
            items = items.filter(topics__slug__in=topic)
        if slug:
            check("--slug", slug, items.filter(slug__in=slug).values_list("slug", flat=True))
            items = items.filter(slug__in=slug)
        return items.filter(updated_at__gte=since).distinct() if since else items.distinct()

    def write(self, folder: Folder, files: Iterable[ExportedFile], counts: Counter[str]) -> None:
        """Write the files of an item. A file that cannot be written is reported, and the others are written."""
        for file in files:
            for problem in file.problems:
                tqdm.write(self.style.WARNING(f"warning: {file.path}: {problem}"), self.stdout)
            try:
                folder.write(file.path, file.data)
                counts[file.kind] += 1
            except OSError as error:
                tqdm.write(self.style.ERROR(f"error: {file.path}: cannot be written ({error.strerror})"), self.stdout)
                counts["failed"] += 1
            except OutsideFolder as error:
                tqdm.write(self.style.ERROR(f"error: {file.path}: not written, as {error}"), self.stdout)
                counts["outside"] += 1
            counts["warnings"] += len(file.problems)


def open_folder(path: Path) -> Folder:
    try:
        return Folder(path)
    except (FileExistsError, NotADirectoryError) as error:
        raise CommandError(f"{path}: {error.strerror}; check the path.", returncode=WRONG_USAGE) from error
    except OSError as error:
        raise CommandError(f"{path}: cannot be made ({error.strerror}).", returncode=FAILED) from error


def check(option: str, asked: Iterable[str], known: Iterable[str]) -> None:
    """Raise `CommandError` for unknown slugs."""
    if unknown := sorted(set(asked) - set(known)):
        raise CommandError(f"{option}: nothing has the slug {', '.join(unknown)}.", returncode=WRONG_USAGE)


def summary(counts: Counter[str]) -> str:
    """Return the numbers of written files in one line."""
    named = {"kept": "as they came in", "edited": "with edits", "new": "new", "media": "pictures and PDFs"}
    parts = [f"{counts[kind]:,} {words}" for kind, words in named.items()]
    return ", ".join([*parts, f"{counts['warnings']:,} warnings"])
