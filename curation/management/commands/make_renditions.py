"""`manage.py make_renditions`: queue the images that have no renditions."""

from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from curation.models import Image
from curation.tasks import queue_missing_renditions


class Command(BaseCommand):
    help = "Queue the images whose renditions are missing. `db_worker` makes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action=BooleanOptionalAction,
            default=False,
            help="Make all renditions again, after a change of their widths or formats.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["all"]:
            Image.objects.update(has_renditions=False)
        count = queue_missing_renditions()
        self.stdout.write(f"{count} image{'s' if count != 1 else ''} queued.")
