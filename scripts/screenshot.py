"""Take the pictures of the README of the site at an address: `make screenshot` does while `make run` serves it."""

import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from medigy import environment
from scripts import chromium

FOLDER = Path(__file__).resolve().parent.parent / "docs"
ITEM = "How one clinic writes alternative text for its patient leaflets"
#: Size of the palette, which keeps the files small.
COLOURS = 200


def open_item_form(page: Page, site: str, password: str) -> None:
    """Log in as the demo editor, and open the form of a sample item that has most fields."""
    page.goto(f"{site}admin/login/?next=/admin/curation/curateditem/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=ITEM, exact=True).click()
    page.wait_for_load_state("networkidle")


def take(page: Page, name: str) -> None:
    file = FOLDER / name
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def main() -> None:
    site = sys.argv[1]
    environment.load(os.environ)
    password = os.environ.get("DEMO_EDITOR_PASSWORD")
    if not password:
        sys.exit("DEMO_EDITOR_PASSWORD is not set: run `make setup`, which writes one into .env.")
    executable = chromium.find_chromium()
    if executable is None:
        sys.exit(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
        page.goto(site, wait_until="networkidle")
        take(page, "screenshot.png")
        page.set_viewport_size({"width": 1440, "height": 1320})  # down to the topics and the alternative text
        open_item_form(page, site, password)
        take(page, "screenshot-item.png")
        browser.close()


if __name__ == "__main__":
    main()
