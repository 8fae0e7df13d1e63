"""`manage.py db_worker`: the worker of django-tasks-db, which also queues tasks of dead workers, and tidies up.

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
from curation.operations.heartbeats import Heartbeat
from curation.tasks import queue_daily_tasks

logger = logging.getLogger(__name__)

#: Seconds between a database error and the next attempt: the first ones, and the limit of doubling.
RETRY_SECONDS, MAX_RETRY_SECONDS = 1, 8


class Command(Worker):
    help = "Run background tasks: renditions of images, imports. Tasks of dead workers are run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(worker_id=current_process_name())

    def handle(self, **options: Any) -> None:
        heartbeat = Heartbeat(options["worker_id"])
        heartbeat.start()
        try:
            self._work(**options)
        finally:
            heartbeat.stop()

    def _work(self, **options: Any) -> None:
        pause = RETRY_SECONDS
        while True:
            start = time.monotonic()
            try:
                # This worker runs no task now: a task under its name was stopped by the error of the last attempt.
                stale_tasks.requeue(idle_worker=options["worker_id"])
                upload_slots.discard_expired()
                queue_daily_tasks()
                super().handle(**options)
                return
            except (OperationalError, InterfaceError) as error:
                if time.monotonic() - start > MAX_RETRY_SECONDS:
                    pause = RETRY_SECONDS  # it has worked for a while
                logger.warning("The database failed; the worker tries again in %d s: %s", pause, error)
                close_old_connections()
                time.sleep(pause)
                pause = min(2 * pause, MAX_RETRY_SECONDS)
