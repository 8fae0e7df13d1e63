"""Take docs/screenshot.png of the site at an address: `make screenshot` does while `make run` serves it."""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from scripts import chromium

FILE = Path(__file__).resolve().parent.parent / "docs" / "screenshot.png"
#: Size of the palette, which keeps the file small.
COLOURS = 200


def main() -> None:
    executable = chromium.find_chromium()
    if executable is None:
        sys.exit(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(sys.argv[1], wait_until="networkidle")
        page.screenshot(path=FILE)
        browser.close()
    Image.open(FILE).convert("RGB").quantize(COLOURS).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
