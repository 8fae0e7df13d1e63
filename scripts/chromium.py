"""The Chromium of this machine, as browser tests and the screenshot start it."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: The browser's own traffic and sandbox have no place on a build server.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MISSING = "No Chromium here: install it, or set CHROMIUM to its executable."


def find_chromium() -> str | None:
    """Return the path of a Chromium, first of all the one that the variable CHROMIUM names."""
    names = filter(None, (os.environ.get("CHROMIUM"), *NAMES))
    return next(filter(None, map(shutil.which, names)), None)
