"""`manage.py render_bodies`: render the bodies of all items again."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from curation.items.rerender import rerender
from curation.models import CuratedItem

#: Seconds after which the command shows its progress.
PROGRESS_DELAY = 2


class Command(BaseCommand):
    help = (
        "Render the bodies of all items again, each in its flavour of Markdown, after an update that changes "
        "rendering. Summaries that were taken from a body are updated, and so is the search index. The report lists "
        "the items whose text has changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="report what would change, and write nothing"
        )

    def handle(self, *, dry_run: bool, **_options: Any) -> None:
        changed = []
        with tqdm(
            total=CuratedItem.objects.count(), unit=" items", disable=None, delay=PROGRESS_DELAY, leave=False
        ) as bar:
            for done, outcomes in rerender(dry_run=dry_run):
                bar.update(done)
                changed += outcomes
        for outcome in changed:
            if outcome.text:
                self.stdout.write(f"{outcome.slug}: other text" + (", other summary" if outcome.summary else ""))
        texts = sum(outcome.text for outcome in changed)
        summaries = sum(outcome.summary for outcome in changed)
        self.stdout.write(
            f"{bar.total:,} items, {len(changed):,} rendered otherwise, {texts:,} with other text, "
            f"{summaries:,} with another summary" + (" (dry run: nothing was kept)" if dry_run else "")
        )
