"""What a reader downloads for a page, compressed as servers do it, without its pictures."""

from pathlib import Path
from random import Random

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from curation.listing.pagination import PAGE_SIZE
from curation.models import Image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import ParsedPage, get

pytestmark = pytest.mark.django_db

PAGE, ITEM_PAGE, STYLE, SCRIPT = 60_000, 30_000, 20_000, 25_000
#: What servers use for what they compress while a reader waits.
QUALITY = 5
RANDOM = Random("sizes")
LETTERS = "aaabcdeeeefghiiijklmnnooopqrrsssttttuuvwxyz"


def words(number: int) -> str:
    """Return so many words that nobody wrote, which compress worse than any text."""
    return " ".join("".join(RANDOM.choices(LETTERS, k=RANDOM.randint(2, 10))) for _ in range(number))


def make_image() -> Image:
    sha256 = RANDOM.randbytes(32).hex()
    fields = {"width": 3000, "height": 2000, "format": "JPEG", "size": 1, "has_renditions": True}
    return Image.objects.create(file=f"images/{sha256[:2]}/{sha256}.jpg", sha256=sha256, **fields)


@pytest.fixture
def _site() -> None:
    """A page of items with pictures, long titles and summaries, and 30 topics each."""
    topics = [make_topic(words(3), vocabulary) for vocabulary in ("Symplur", "KLAS", "Gartner") for _ in range(10)]
    for number in range(PAGE_SIZE + 1):
        make_item(
            words(20),
            slug=f"number-{number}",
            summary=words(60),
            body="\n\n".join(words(100) for _ in range(20)),
            image=make_image(),
            topics=topics,
            offerings=[make_offering(words(3), slug=f"offering-{number}")],
            publisher=make_publisher(name=words(3)),
            authors=[make_author(words(2), slug=f"author-{number}")],
            section=words(2),
        )


def compressed(data: bytes, quality: int = QUALITY) -> int:
    return len(brotli.compress(data, quality=quality))


def size_of(path: str) -> int:
    return compressed(get(path).response.content)


def size_of_files(page: ParsedPage, path: str, attribute: str) -> int:
    """Return the size of the static files that elements of a page name, compressed beforehand."""
    names = [element.get(attribute, "").removeprefix(settings.STATIC_URL) for element in page.all(path)]
    found = [finders.find(name) for name in names if name]
    return sum(compressed(Path(str(file)).read_bytes(), quality=11) for file in found)


@pytest.mark.usefixtures("_site")
def test_pages_stay_small() -> None:
    topic = next(link for link in get("/news/number-1/").links if link.startswith("/topic/") and link != "/topic/")
    paths = ("/", "/news/", "/topic/", topic, "/vocabulary/klas/", "/offering/", "/archive/")
    assert {path: size for path in paths if (size := size_of(path)) > PAGE} == {}


@pytest.mark.usefixtures("_site")
def test_an_items_page_stays_small_with_a_long_text_and_30_topics() -> None:
    assert size_of("/news/number-1/") <= ITEM_PAGE


@pytest.mark.usefixtures("_site")
@pytest.mark.parametrize("path", ["/", "/news/", "/news/number-1/", "/vocabulary/klas/"])
def test_style_and_script_of_a_page_stay_small(path: str) -> None:
    page = get(path)
    assert 0 < size_of_files(page, "link[@rel='stylesheet']", "href") <= STYLE
    assert size_of_files(page, "script[@src]", "src") <= SCRIPT
