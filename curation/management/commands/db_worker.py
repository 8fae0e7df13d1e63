"""`manage.py db_worker`: django-tasks-db's own, which takes up again what a worker that died was at."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands.db_worker import Command as Worker

from curation import orphans
from curation.processes import this_process


class Command(Worker):
    help = "Run what waits in the background: renditions of images, imports. What a dead worker left is run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(worker_id=this_process())

    def handle(self, **options: Any) -> None:
        orphans.requeue()
        super().handle(**options)
