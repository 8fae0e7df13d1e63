"""The whole site, as a visitor who follows every link of every page and feed: none fails."""

import re
from collections import deque
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import html5lib
import pytest
from django.db import connection
from django.test import Client

from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.pipeline import ImportJob, execute
from curation.importing.report import Report
from curation.importing.sources.discover import discover
from curation.models import CuratedItem, Image, Vocabulary, with_published_items
from tests.importing.test_body_files import draw

pytestmark = pytest.mark.django_db

HOST = "http://testserver"
#: Lists and searches that go on for ever in other orders; each is a page of a list that is crawled.
ENDLESS = re.compile(
    r"[?&](?:page|after|also|since|until|words|q|vocabulary|offering|publisher|author|tag|kind|format)="
)
LINKS = {"a": "href", "img": "src", "link": "href", "script": "src", "form": "action"}


def links_of(url: str, text: str) -> set[str]:
    """Return the addresses that a page or feed leads to, pictures for other widths among them."""
    if not text.lstrip().startswith("<!"):
        return set(re.findall(rf"{HOST}[^\s\"'<>\\)&]*", text))
    found: set[str] = set()
    for element in html5lib.parse(text, namespaceHTMLElements=False).iter():
        found.add(element.get(LINKS.get(element.tag, ""), ""))
        found.update(part.split()[0] for part in element.get("srcset", "").split(",") if part.strip())
    return {urldefrag(urljoin(url, link)).url for link in found if link}


def crawl(*starts: str) -> dict[str, str]:
    """Return the internal addresses that fail, each with the page that leads there."""
    client, failed = Client(), dict[str, str]()
    known, waiting = dict.fromkeys((HOST + start for start in starts), "start"), deque(HOST + start for start in starts)
    while waiting:
        url = waiting.popleft()
        response = client.get(url.removeprefix(HOST), follow=True)
        if response.status_code >= 400:
            failed[url] = known[url]
            continue
        kind = response["Content-Type"]
        if not kind.startswith(("text/html", "application/rss", "application/atom", "application/feed")):
            continue
        for link in links_of(url, b"".join(response).decode()):
            parts = urlsplit(link)
            is_ours = link.startswith(HOST) and not parts.path.startswith(("/static/", "/admin/"))
            if is_ours and link not in known and not ENDLESS.search(link):
                known[link] = url
                waiting.append(link)
    assert len(known) > len(starts)
    return failed


def import_folder(*folders: Path) -> Report:
    options = Options(jobs=1)
    return execute(ImportJob(discover(folders), options, ledger.begin(map(str, folders), options)), Report(), int)


BODY = """
![Beside](pic.png) ![Static](/img/x.png) ![Gone](gone.png) ![Remote](https://example.org/x.png)

<figure><img src="pic.png" alt="In a figure"><figcaption>Words</figcaption></figure>

[Next]({next}.md) [Next](../{next}/) [Gone](gone.md) [Gone](/gone/) [Report](report.pdf) [Data](data.zip)
[Picture](pic.png) [Old](/old/{next}/) [Hidden](/news/draft/) [Hidden](/topic/medigy-hidden/) [Topic](/topic/medigy-ai/)
[Unused](/tag/unused/) [Month](/archive/2024/03/) [No month](/archive/1999/01/) [Part](#my-part) [Page](?page=2)
[Feed](/news/feed.rss) [Media](/media/images/aa/gone.png) [Admin](/admin/) [Ref](ref:{next}.md) [Root](/)

## My part
"""


def write_site(root: Path) -> Path:
    content = root / "site" / "content"
    for number in range(3):
        following = (number + 1) % 3
        draw(content / "post" / "pic.png", "red")
        draw(content.parent / "static" / "img" / "x.png", "blue")
        (content / "post" / "report.pdf").write_bytes(b"%PDF-1.4 report")
        (content / "post" / "data.zip").write_bytes(b"PK")
        front = (
            f"title: Story {number}\nslug: story-{number}\ndate: 2024-03-0{number + 1}\naliases: [/old/{number}]\n"
            'categories: ["Medigy: AI"]\nauthor: [Ann]\ntags: [Used]\nlink: https://example.com/'
            f"{number}\nbreadcrumbs: [Home, Group, Draft, Story]\nbreadcrumbLinks: [/, /group/, /news/draft/, '']\n"
        )
        (content / "post" / f"{number}.md").write_text(f"---\n{front}---\n{BODY.format(next=following)}")
    (content / "post" / "draft.md").write_text(
        "---\ntitle: Draft\nslug: draft\ndraft: true\ndate: 2024-01-01\n"
        'categories: ["Medigy: Hidden"]\n---\n![](pic.png)'
    )
    return content


@pytest.mark.long
def test_no_link_of_any_kind_fails(tmp_path: Path) -> None:
    import_folder(write_site(tmp_path))
    assert crawl("/", "/news/feed.rss", "/news/feed.atom", "/news/feed.json", "/api/v1/items?fields=content_html") == {}
    assert Image.objects.count() == 2
    assert CuratedItem.objects.count() == 4


@pytest.mark.long
@pytest.mark.skipif(connection.vendor == "postgresql", reason="the same on both databases")
def test_no_link_of_the_site_of_real_files_fails(corpus: Path) -> None:
    folders = [path / "content" for path in sorted(corpus.iterdir()) if (path / "content").is_dir()]
    import_folder(*folders)
    vocabularies = [vocabulary.get_absolute_url() for vocabulary in with_published_items(Vocabulary)]
    items = [item.get_absolute_url() for item in CuratedItem.objects.published().only("slug")]
    feeds = [f"{path}feed.{form}" for path in ("/news/", *vocabularies) for form in ("rss", "atom", "json")]
    assert crawl("/", *vocabularies, *items, *feeds) == {}
