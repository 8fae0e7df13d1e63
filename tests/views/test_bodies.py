"""Pictures and links of bodies, as readers, feeds and programs get them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import html5lib
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.items import addresses
from curation.items.workflow import Verb, perform
from curation.markdown import render
from curation.markdown.allowed_tags import RESERVED_IDS
from curation.models import Alias, BodyReference, CuratedItem, Image
from curation.site_links.resolve import refresh_references
from curation.templating.bodies import body, body_with_absolute_urls
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db


def links_of(item: CuratedItem) -> list[str | None]:
    return [link.get("href") for link in get(item.get_absolute_url()).all("div[@class='body']//a")]


def text_of(item: CuratedItem) -> list[str]:
    return get(item.get_absolute_url()).texts("div[@class='body']/p")


@pytest.mark.parametrize(
    ("href", "leads_to"),
    [
        ("/news/shown/", "/news/shown/"),
        ("/news/shown", "/news/shown/"),
        ("../shown/", "/news/shown/"),
        ("../shown/?x=1#part", "/news/shown/?x=1#part"),
        ("/news/old", "/news/shown/"),
        ("/old.html#end", "/news/shown/#end"),
        ("?page=2", "/news/here/?page=2"),
        ("#", "#"),
        ("#related", "#related"),
        ("tel:+15550100", "tel:+15550100"),
        ("/", "/"),
        ("/news/?topic=symplur-care", "/news/?topic=symplur-care"),
        ("/topic/symplur-care/", "/topic/symplur-care/"),
        ("../../topic/symplur-care/", "/topic/symplur-care/"),
        ("/topic/symplur-care/feed.rss", "/topic/symplur-care/feed.rss"),
        ("/topic/symplur-care/timeline/", "/topic/symplur-care/timeline/"),
        ("/vocabulary/symplur/", "/vocabulary/symplur/"),
        ("/offering/chart/", "/offering/chart/"),
        ("/publisher/example.org/", "/publisher/example.org/"),
        ("/author/ann/", "/author/ann/"),
        ("/tag/shared/", "/tag/shared/"),
        ("/archive/2023/", "/archive/2023/"),
        ("/archive/2023/01/", "/archive/2023/01/"),
        ("/search/?q=x", "/search/?q=x"),
        ("https://example.org/x", "https://example.org/x"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
    ],
)
def test_a_link_that_leads_somewhere_leads_there(href: str, leads_to: str) -> None:
    shown = make_item(
        "Shown",
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart")],
        authors=[make_author("Ann")],
        publisher=make_publisher("example.org"),
        tags=["shared"],
        published_at=datetime(2023, 1, 2, tzinfo=UTC),
    )
    for path in ("/news/old", "/old.html"):
        Alias.objects.create(path=path, item=shown)
    item = make_item("Here", body=f'Read <a href="{href}">this</a> now.')
    assert links_of(item) == [leads_to]


@pytest.mark.parametrize(
    "href",
    [
        *("/gone/", "gone/", "../gone.md", "ref:gone.md", "/news/gone/", "/news/hidden/", "/news/later/"),
        *("/topic/gone/", "/topic/symplur-hidden/", "/tag/hidden/", "/author/ben/", "/offering/hidden/"),
        *("/vocabulary/gone/", "/publisher/hidden.example.org/", "/archive/1999/", "/archive/2023/13/", "/admin/"),
        *("report.pdf", "/docs/report.pdf", "/media/documents/gone.txt", "picture.png", "/feed.rss", "../../../x"),
        *("%zz", "/\ud7ff/", "a" * 3000),
    ],
)
def test_a_link_that_leads_nowhere_is_shown_as_text(href: str) -> None:
    make_item(
        "Hidden",
        status=CuratedItem.Status.DRAFT,
        topics=[make_topic("Hidden")],
        tags=["hidden"],
        authors=[make_author("Ben")],
        offerings=[make_offering("Hidden")],
        publisher=make_publisher("hidden.example.org"),
    )
    make_item("Later", published_at=timezone.now() + timedelta(hours=1))
    item = make_item("Here", body=f'Read <a href="{href}"><em>this</em></a> now, and <a href="/">home</a>.')
    assert links_of(item) == ["/"]
    assert text_of(item) == ["Read this now, and home."]


@pytest.mark.parametrize("name", ["href", "src"])
@pytest.mark.parametrize("show", [body, lambda item: body_with_absolute_urls(item, "https://site.example/news/here/")])
def test_a_title_that_looks_like_an_attribute_adds_none(show: Callable[[CuratedItem], str], name: str) -> None:
    make_item("Shown")
    link = f'<a title="x {name}=" href="../shown/?/onmouseover=alert(1)//">this</a>'
    item = make_item("Here", body=f'{link} <a title="x {name}=" href="#:~:text=/onmouseover=alert(1)//">that</a>')
    links = html5lib.parseFragment(show(item), namespaceHTMLElements=False).findall(".//a")
    assert [sorted(link.attrib) for link in links] == [["href", "title"]] * 2
    assert {link.get("title") for link in links} == {f"x {name}="}


def test_a_link_comes_and_goes_with_the_item_that_it_leads_to() -> None:
    item, other = make_item("Here", body="[this](/news/there/)"), make_item("There")
    assert links_of(item) == [], "it was not there when the link was written, and nobody said that it came"
    refresh_references([item])
    assert links_of(item) == ["/news/there/"]
    perform(Verb.WITHDRAWN, CuratedItem.objects.filter(pk=other.pk), COMMAND)
    assert links_of(item) == []
    perform(Verb.PUBLISHED, CuratedItem.objects.filter(pk=other.pk), COMMAND)
    other.refresh_from_db()
    addresses.rename(other, "elsewhere", COMMAND)
    assert links_of(item) == ["/news/elsewhere/"], "the link as written is an alias now; readers go straight there"
    other.delete()
    assert links_of(item) == []


def test_a_link_waits_for_the_item_that_takes_its_address() -> None:
    item, other = make_item("Here", body="[this](/news/there/)"), make_item("Other")
    addresses.rename(other, "there", COMMAND)
    assert links_of(item) == ["/news/there/"]


def test_a_link_goes_over_to_the_item_that_takes_an_address_from_an_alias() -> None:
    first, second = make_item("There"), make_item("Second")
    addresses.rename(first, "elsewhere", COMMAND)
    item = make_item("Here", body="[this](/news/there/)")
    assert links_of(item) == ["/news/elsewhere/"]
    addresses.rename(second, "there", COMMAND)
    assert links_of(item) == ["/news/there/"]


def make_image(**fields: object) -> Image:
    values = {"file": f"images/ab/{'ab' * 32}.png", "sha256": "ab" * 32, "width": 640, "height": 480}
    return Image.objects.create(**{**values, "format": "PNG", "size": 9, **fields})


def test_a_picture_is_shown_with_its_size_lazily_in_a_file_that_fits() -> None:
    image = make_image(has_renditions=True)
    item = make_item("Here", body=f'![A "chart"](/images/{image.sha256[:16]}/chart.png "Of 2023")')
    page = get(item.get_absolute_url())
    (shown,) = page.all("div[@class='body']//picture/img")
    assert (shown.get("width"), shown.get("height"), shown.get("loading")) == ("640", "480", "lazy")
    assert (shown.get("alt"), shown.get("title")) == ('A "chart"', "Of 2023")
    assert shown.get("src") == default_storage.url(image.name)
    assert [source.get("type") for source in page.all("div[@class='body']//picture/source")] == [
        "image/avif",
        "image/webp",
    ]


@pytest.mark.parametrize("source", ["gone.png", "/img/gone.png", "/media/images/gone.png", "../x.svg"])
def test_a_picture_that_is_not_here_leaves_its_words(source: str) -> None:
    item = make_item("Here", body=f'Before ![its *words*]({source}) after ![]({source} "its title").')
    page = get(item.get_absolute_url())
    assert page.all("div[@class='body']//img") == []
    assert text_of(item) == ["Before its words after its title."]


def test_feeds_and_programs_get_whole_addresses_and_a_plain_picture() -> None:
    image, other = make_image(has_renditions=True), make_item("There")
    body = f"![Chart](/images/{image.sha256[:16]}/x.png) [there](../there/#a) [gone](gone.md) [part](#tags)"
    item = make_item("Here", body=body)
    expected = (
        f'<p><img src="http://testserver{default_storage.url(image.name)}" alt="Chart" width="640" height="480"> '
        '<a href="http://testserver/news/there/#a">there</a> gone <a href="http://testserver/news/here/#tags">part</a></p>'
    )
    answer = Client().get(f"/api/v1/items/{item.pk}?fields=content_html").json()
    listed = Client().get("/api/v1/items?fields=content_html").json()["results"][0]
    feed = Client().get("/news/feed.json").json()["items"][0]
    assert answer == listed == {"content_html": expected}
    assert feed["content_html"].startswith(expected)
    assert other.is_live


def test_cells_are_aligned_by_a_class_in_pages_and_by_an_attribute_in_feeds() -> None:
    item = make_item(body='<table><tr><td title="x > align=&quot;left&quot;" align="right">1</td></tr></table>')
    cell = get(item.get_absolute_url()).one("div[@class='body']//td")
    assert (cell.get("class"), cell.get("align"), cell.get("title")) == ("align-right", None, 'x > align="left"')
    markup = body_with_absolute_urls(item, "https://x.example/")
    cell = html5lib.parse(markup, namespaceHTMLElements=False).find(".//td")
    assert (cell.get("class"), cell.get("align")) == (None, "right")


def test_a_page_costs_one_query_more_for_any_number_of_links_and_a_feed_as_well() -> None:
    image, others = make_image(), [make_item() for _ in range(8)]
    topic = make_topic("Care")
    others[0].topics.add(topic)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(path).status_code == 200
        return len(captured)

    paths = ("/news/here/", "/news/feed.rss", "/api/v1/items?fields=content_html")
    item = make_item("Here", body="[a](#b) [c](https://example.org/) [d](/news/)")
    before = [cost(path) for path in paths]
    links = "".join(f"[x]({other.get_absolute_url()}) " for other in others)
    for number in (1, 8):
        item.body = f"![p](/images/{image.sha256[:16]}/x.png) [t](/topic/symplur-care/) [u](/gone/)" + links * number
        item.save()
        refresh_references([item])
        assert [cost(path) for path in paths] == [queries + 1 for queries in before]


def test_what_a_body_no_longer_says_is_forgotten() -> None:
    item = make_item("Here", body="[a](/news/x/) ![b](y.png)")
    assert BodyReference.objects.count() == 2
    item.body = "[a](/news/x/)"
    item.save()
    refresh_references([item])
    assert [row.href for row in BodyReference.objects.all()] == ["/news/x/"]


def test_an_anchor_stays_where_a_link_that_has_it_leads_nowhere() -> None:
    item = make_item("Here", body='<a id="here" href="gone.md">this</a> [up](#here)')
    page = get(item.get_absolute_url())
    assert [(link.get("id"), link.get("href")) for link in page.all("div[@class='body']//a")] == [
        ("here", None),
        (None, "#here"),
    ]


def test_rendering_all_bodies_again_looks_up_what_they_lead_to() -> None:
    make_item("There")
    items = [make_item("Here", body="[this](/news/there/)"), make_item("Plain", body="No link.")]
    BodyReference.objects.all().delete()
    assert links_of(items[0]) == []
    call_command("render_bodies", "--dry-run", stdout=StringIO())
    assert not BodyReference.objects.exists()
    call_command("render_bodies", stdout=StringIO())
    assert links_of(items[0]) == ["/news/there/"]
    assert BodyReference.objects.count() == 1


def test_reserved_ids_are_all_ids_of_the_page_around_a_body() -> None:
    item = make_item(
        "Story",
        slug="story",
        body="BODY",
        topics=[make_topic("One")],
        offerings=[make_offering("O")],
        authors=[make_author("A")],
        tags=["t"],
    )
    make_item("Other", slug="other", body="x", topics=[item.topics.get()])
    page = get(item.get_absolute_url())
    own = {name for element in page.root.iter() if (name := element.get("id"))}
    assert "content" in own
    assert own <= RESERVED_IDS, "name it in RESERVED_IDS"
    headings = "\n\n".join(f"## {name}" for name in sorted(own))
    ids = re.findall(r' id="([^"]*)"', render(headings).html)
    assert set(ids) == {f"{name}-1" for name in own}
