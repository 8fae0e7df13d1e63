"""Find Chromium on this machine, for the browser tests, Lighthouse and the screenshot."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Without the sandbox, which containers forbid, and without the browser's own requests to its vendor.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MISSING = "Chromium is not installed: install it, or set CHROMIUM to its executable."


def find_chromium() -> str | None:
    """Return the path of the executable that CHROMIUM names, or of one on PATH; `None` where there is none."""
    names = filter(None, (os.environ.get("CHROMIUM"), *NAMES))
    return next(filter(None, map(shutil.which, names)), None)
