"""`manage.py rebuild_search_index`: rebuild the search index, or check it."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from curation.management.exit_status import PROBLEMS_FOUND
from curation.models import CuratedItem
from curation.search.backends import backend
from curation.search.index import check, rebuild

#: Maximum number of items that `--check` lists.
MAX_LISTED = 20


class Command(BaseCommand):
    help = (
        "Index all items again; searches keep working meanwhile. Normally not needed, because items are indexed when "
        "they are written. --check writes nothing, and lists the items whose index entries are out of date. Exit "
        "status: 0; 1 where there are any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action=BooleanOptionalAction,
            default=False,
            help="compare the index with the items, and write nothing",
        )

    def handle(self, *, check: bool, **_options: Any) -> None:
        with tqdm(total=CuratedItem.objects.count(), unit=" items", disable=None) as bar:
            self.check_index(bar) if check else self.rebuild_index(bar)

    def rebuild_index(self, bar: Any) -> None:
        for done in rebuild():
            bar.update(done)
        self.stdout.write(f"{bar.total:,} items indexed")

    def check_index(self, bar: Any) -> None:
        wrong: list[int] = []
        for done, drifted in check():
            bar.update(done)
            wrong += drifted
        try:
            backend().check_index()
        except DatabaseError as error:
            raise CommandError(
                f"The full-text index is damaged ({error}); rebuild it.", returncode=PROBLEMS_FOUND
            ) from error
        if wrong:
            named = ", ".join(map(str, wrong[:MAX_LISTED])) + (", …" if len(wrong) > MAX_LISTED else "")
            raise CommandError(
                f"{len(wrong):,} items are not indexed as they are ({named}).", returncode=PROBLEMS_FOUND
            )
        self.stdout.write(f"{bar.total:,} items are indexed as they are")
