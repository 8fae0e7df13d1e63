"""Pages built by Hugo, in a temporary folder and without a network."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import ada_url

from benchmarks.fidelity.sites import FidelityPage, FidelitySite
from benchmarks.fidelity.tree import Node, parse

MINIMAL_SITE = Path(__file__).with_name("hugo_site")
BASE = "https://site.example"
MISSING = "Hugo is not installed, and is what pages are compared with. On Debian and Ubuntu: apt install hugo"


#: Shortcodes that Hugo 0.111 has.
OWN_SHORTCODES = {"figure", "gist", "highlight", "ref", "relref", "vimeo", "youtube"}
#: Templates in place of a theme's shortcodes, with and without a closing tag.
PAIR = '<div data-shortcode="pair">{{ .Page.RenderString (dict "display" "block") .Inner }}</div>'
SINGLE = '<span data-shortcode="single">Something</span>'
SHORTCODE = re.compile(r"\{\{[<%]\s*(/?)\s*([\w./-]+)")


class HugoFailed(Exception):
    """Hugo did not build a site. The message is its own."""


def is_installed() -> bool:
    return shutil.which("hugo") is not None


class HugoSite:
    """A built site: its pages by file, and the targets of its links."""

    def __init__(self, site: FidelitySite, folder: Path) -> None:
        self.site = site
        self.public = build(site, folder)
        self.pages: dict[str, FidelityPage] = {}
        self.files: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        for path in sorted(self.public.rglob("*.html")):
            self._read(path)

    def _read(self, path: Path) -> None:
        address = "/" + path.relative_to(self.public).as_posix().removesuffix("index.html")
        root = parse(path.read_text("utf-8"))
        main = root.find("main")
        if main is not None and "data-file" in main.attributes:
            title, body = main.find("h1"), main.find("div", id="body")
            file = main.get("data-file")
            resolve = partial(self.resolve, file, address)
            self.pages[file] = FidelityPage(file, address, title.text if title else "", body or Node("div"), resolve)
            self.files[address] = file
        elif (refresh := root.find("meta", **{"http-equiv": "refresh"})) is not None:
            self.redirects[address] = urlsplit(refresh.get("content").partition("url=")[2]).path

    def resolve(self, file: str, address: str, href: str) -> str:
        """Return the target of a link or picture: a content file, another file, or an address elsewhere."""
        url = split_link(BASE + address, href)
        if url is None:
            return f"nothing ({href})"
        if f"{url.scheme}://{url.netloc}" != BASE:
            return outside(href)
        path = unquote(url.path)
        path = self.redirects.get(path, self.redirects.get(f"{path}/", path))
        fragment = f" at #{unquote(url.fragment)}" if url.fragment else ""
        for address in (path, f"{path}/"):
            if address in self.files:
                return f"{self.files[address]}{fragment}"
        return self._other(path) or self._beside(file, href, fragment) or f"nothing ({path})"

    def _beside(self, file: str, href: str, fragment: str) -> str:
        """Return the target of a path beside the file of a page or below the content folder.

        Hugo looks there only for pictures of bundles, and for other files by `ref`.
        """
        path = unquote(urlsplit(href).path)
        base = self.site.content / ("" if path.startswith("/") else Path(file).parent)
        target = Path(os.path.abspath(base / path.lstrip("/")))  # noqa: PTH100  # resolve() follows links
        if not path or not target.is_relative_to(self.site.content):
            return ""
        for known in (target, target / "index.md", target.with_suffix(".md")):
            name = known.relative_to(self.site.content).as_posix()
            if name in self.pages:
                return f"{name}{fragment}"
        return digest(target.read_bytes()) if target.is_file() else ""

    def _other(self, path: str) -> str:
        file = self.public / path.lstrip("/")
        if path == "/":
            return "the home page"
        if file.is_dir() and (file / "index.html").is_file():
            return f"nothing but a list ({path})"
        return digest(file.read_bytes()) if file.is_file() else ""


def write_shortcodes(site: FidelitySite, folder: Path) -> None:
    """Write a template for each shortcode that only the site's theme has: without one, Hugo fails.

    Its output is marked, so that rules find it. A template with `.Inner` must be closed wherever it is used.
    """
    texts = (path.read_text("utf-8", "replace") for path in site.content.rglob("*.md"))
    found = {match.groups() for text in texts for match in SHORTCODE.finditer(text)}
    for name in {name for _, name in found} - OWN_SHORTCODES:
        template = folder / f"{name}.html"
        if not template.exists():
            template.parent.mkdir(parents=True, exist_ok=True)
            template.write_text(PAIR if ("/", name) in found else SINGLE)


def split_link(page: str, href: str) -> SplitResult | None:
    """Return the parts of the address of a link on a page; `None` if it is not an address."""
    try:
        return urlsplit(urljoin(page, href.strip()))
    except ValueError:
        return None


def outside(href: str) -> str:
    """Return an address of another host as browsers write it, without percent signs."""
    try:
        return unquote(ada_url.URL(href, BASE).href)
    except ValueError:
        return f"nothing ({href})"


def digest(data: bytes) -> str:
    return f"file {hashlib.sha256(data).hexdigest()[:12]}"


def build(site: FidelitySite, folder: Path) -> Path:
    """Build a site in `folder`, and return the folder of its pages."""
    shutil.copytree(MINIMAL_SITE, folder)
    write_shortcodes(site, folder / "layouts" / "shortcodes")
    mounts = [("content", site.content), *([("static", site.static)] if site.static.is_dir() else [])]
    with (folder / "config.toml").open("a") as config:
        for target, source in mounts:
            config.write(f'\n[[module.mounts]]\nsource = {json.dumps(str(source))}\ntarget = "{target}"\n')
    command = ("hugo", "--source", str(folder), "--cacheDir", str(folder / "cache"), "--quiet")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise HugoFailed(f"{site.name}: {(done.stderr or done.stdout).strip()}")
    return folder / "public"
