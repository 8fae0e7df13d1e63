#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists what it can do."""

import os
import sys

#: The exit status of a command that was stopped by Ctrl-C, as shells have it.
STOPPED = 130
#: That of a failure of the database, as in curation/management/exit_status.py.
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
    from django.db import InterfaceError, OperationalError

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except ImproperlyConfigured as error:
        raise SystemExit(f"error: {error}") from None
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.stderr.write(
            f"error: The database failed: {str(error).strip()}\n"
            "Look at its server, at DATABASE_URL and for migrations. --traceback shows the place.\n"
        )
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
