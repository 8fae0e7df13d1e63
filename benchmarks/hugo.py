"""Build a Hugo site of the same files, if Hugo is installed, to compare imports with.

The site of `benchmarks/hugo_site/` has the same content as after an import: a page for each item, with related items;
the paginated lists of all news, of each topic, tag, author, offering and publisher; their feeds; redirects from
aliases; a sitemap; the pictures; and the texts to search, as JSON. It is built in the fastest way: the lists of
offerings and publishers are computed together, related items are the newest of the item's topics (Hugo's `Related` is
quadratic), feeds are short, and no picture is scaled, which an import leaves to a task as well.
"""

import shutil
from pathlib import Path

from benchmarks import stories

SITE = Path(__file__).with_name("hugo_site")
MOUNT = """
[[module.mounts]]
source = "{source}"
target = "{target}"
"""


def command(folder: Path, content: Path) -> tuple[str, ...] | None:
    """Write a site around a content folder; return the command that builds it, `None` if Hugo is not installed."""
    if not shutil.which("hugo"):
        return None
    shutil.copytree(SITE, folder)
    write_pages(folder / "pages")
    mounts = {folder / "pages": "content", content: "content/news", content.parents[1] / "static": "static"}
    with (folder / "config.toml").open("a") as config:
        config.writelines(MOUNT.format(source=source, target=target) for source, target in mounts.items())
    return ("hugo", "--quiet", "--source", str(folder))


def write_pages(folder: Path) -> None:
    """Write the pages of offerings and publishers, which list their items."""
    names = {f"offering/offering-{number}": f"Offering {number}" for number in range(stories.OFFERINGS)}
    names |= {f"publisher/{name}": name for name in map(stories.publisher, range(stories.PUBLISHERS))}
    for path, title in names.items():
        page = folder / path / "_index.md"
        page.parent.mkdir(parents=True)
        page.write_text(f"---\ntitle: {title}\n---\n")
