"""`manage.py db_worker`: the worker of django-tasks-db, which first queues tasks of dead workers, and tidies up.

It survives a database that is locked or unreachable for a while.
"""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections
from django_tasks_db.management.commands.db_worker import Command as Worker

from curation.admin_site import upload_slots
from curation.lib.processes import current_process_name
from curation.operations import stale_tasks
from curation.tasks import queue_emptying

logger = logging.getLogger(__name__)

#: Time between a database error and the next attempt.
RETRY_SECONDS = 5


class Command(Worker):
    help = "Run background tasks: renditions of images, imports. Tasks of dead workers are run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(worker_id=current_process_name())

    def handle(self, **options: Any) -> None:
        while True:
            try:
                # This worker runs no task now: a task under its name was stopped by the error of the last attempt.
                stale_tasks.requeue(idle_worker=options["worker_id"])
                upload_slots.discard_expired()
                queue_emptying()
                super().handle(**options)
                return
            except (OperationalError, InterfaceError) as error:
                logger.warning("The database failed; the worker tries again in %d s: %s", RETRY_SECONDS, error)
                close_old_connections()
                time.sleep(RETRY_SECONDS)
