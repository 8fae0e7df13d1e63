"""Pages of this site: imported with the command, and requested over HTTP."""

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from benchmarks.fidelity.hugo import digest, outside, split_link
from benchmarks.fidelity.sites import FidelityPage, FidelitySite
from benchmarks.fidelity.tree import Node, parse
from curation.models import Alias, Image, SourceDocument

BASE = "https://localhost"
MEDIA = f"/{settings.MEDIA_URL.strip('/')}/"


def import_sites(sites: Iterable[FidelitySite]) -> str:
    """Import the content folders, each with the static folder beside it, and return the output of the command."""
    output = StringIO()
    for site in sites:
        roots = [f"--static-root={site.static}"] if site.static.is_dir() else []
        try:
            call_command("import_markdown", str(site.content), *roots, stdout=output)
        except CommandError as error:  # some files were rejected: their pages are missing, which shows
            output.write(f"{error}\n")
    return output.getvalue()


class OurSite:
    """The pages of one imported content folder by file, and the targets of their links."""

    def __init__(self, site: FidelitySite) -> None:
        self.client = Client(SERVER_NAME="localhost")
        documents = SourceDocument.objects.filter(path__startswith=f"{site.content}/").select_related("item")
        addresses = {
            Path(document.path).relative_to(site.content).as_posix(): document.item.get_absolute_url()
            for document in documents.order_by("-is_primary")
        }
        self.files: dict[str, str] = {}
        for file, address in addresses.items():
            self.files.setdefault(address, file)
        aliases = Alias.objects.select_related("item")
        self.aliases = {alias.path: alias.item.get_absolute_url() for alias in aliases}
        self.digests = {f"{MEDIA}{image.file.name}": image.sha256 for image in Image.objects.all()}
        self.pages = {file: page for file, address in addresses.items() if (page := self._page(file, address))}

    def _page(self, file: str, address: str) -> FidelityPage | None:
        """Return an item's page, or `None` if readers get none."""
        response = self.client.get(address)
        if response.status_code != HTTPStatus.OK:
            return None
        article = parse(response.content.decode()).find("article", class_="item")
        if article is None:
            raise ValueError(f"{address} shows no item")
        title, body = article.find("h1"), article.find("div", class_="body")
        resolve = partial(self.resolve, address)
        return FidelityPage(file, address, title.text if title else "", body or Node("div"), resolve)

    def resolve(self, address: str, href: str) -> str:
        """Return the target of a link or picture in the form of `HugoSite.resolve()`."""
        url = split_link(BASE + address, href)
        if url is None:
            return f"nothing ({href})"
        if f"{url.scheme}://{url.netloc}" != BASE:
            return outside(href)
        path = unquote(url.path)
        path = self.aliases.get(path.rstrip("/"), path)
        fragment = f" at #{unquote(url.fragment)}" if url.fragment else ""
        return f"{self.files[path]}{fragment}" if path in self.files else self._other(path)

    def _other(self, path: str) -> str:
        if path == "/":
            return "the home page"
        if path in self.digests:
            return f"file {self.digests[path][:12]}"
        media = Path(settings.MEDIA_ROOT, path.removeprefix(MEDIA))
        if path.startswith(MEDIA) and media.is_file():
            return digest(media.read_bytes())
        is_page = self.client.get(path).status_code == HTTPStatus.OK
        return f"a page ({path})" if is_page else f"nothing ({path})"
