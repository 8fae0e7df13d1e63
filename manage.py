#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists what it can do."""

import os
import sys

#: The exit status of a command that was stopped by Ctrl-C, as shells have it.
STOPPED = 130
#: That of a failure of the disk or the database, as in curation/management/exit_status.py.
FAILED = 4


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed here. Run `make setup`, then `.venv/bin/python manage.py …`."
        ) from error
    from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except ImproperlyConfigured as error:
        raise SystemExit(f"error: {error}") from None
    except ConnectionError:  # as of a reader of the output that has ended, like `head`
        raise
    # PostgreSQL's server calls a missing table a ProgrammingError, and a write to a read-only server an InternalError.
    except (OperationalError, InterfaceError, InternalError, ProgrammingError, OSError) as error:
        if "--traceback" in sys.argv:
            raise
        failed, remedy = "database", "Look at its server, at DATABASE_URL and for migrations."
        if isinstance(error, OSError):
            failed, remedy = "disk", "Look at its space and permissions."
        sys.stderr.write(f"error: The {failed} failed: {str(error).strip()}\n{remedy} --traceback shows the place.\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
