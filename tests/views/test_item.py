"""An item's page."""

from datetime import UTC, datetime

import pytest

from curation.models import CuratedItem, Image, SourceDocument
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import ParsedPage, get, text

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def make_document(item: CuratedItem, source_url: str, *, is_primary: bool = False) -> None:
    SourceDocument.objects.create(
        item=item,
        is_primary=is_primary,
        source_url=source_url,
        dialect=SourceDocument.Dialect.BOOKMARK,
        path=f"/{source_url}",
        sha256="0",
        front_matter="",
        imported_at=datetime.now(UTC),
    )


def aside(page: ParsedPage, heading: str) -> list[str]:
    return [text(entry) for entry in page.all(f"section[@aria-labelledby='{heading}']//li")]


def test_the_page_tells_the_whole_story() -> None:
    item = make_item(
        "A story",
        slug="story",
        section="NEWS",
        format="brief",
        summary="What it is about.",
        body="It *goes on*.",
        authors=[make_author("Zoe"), make_author("Ann")],
        publisher=make_publisher("example.org", name="The Paper"),
        published_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
        source_url="https://example.org/a?b=1&c=2",
        institution="The Clinic",
        via_name="Jane Doe",
        via_url="https://jane.example.net/",
        pdf="documents/report.pdf",
    )
    page = get(item.get_absolute_url())
    assert page.texts("h1") == ["A story"]
    assert page.texts("p[@class='standfirst']") == ["What it is about."]
    assert page.texts("article/header/p[@class='meta']") == ["By Zoe, Ann The Paper 28 February 2024"]
    assert page.one("article//time").get("datetime") == "2024-02-28T12:00:00+00:00"
    assert page.texts("div[@class='body']/p/em") == ["goes on"]
    assert page.link("Zoe") == "/author/zoe/"
    assert page.link("The Paper") == "/publisher/example.org/"
    assert page.link("Attached document (PDF)") == "/media/documents/report.pdf"
    assert page.link("Jane Doe") == "https://jane.example.net/"
    assert page.link("brief") == "/news/?format=brief"
    assert "Institution: The Clinic" in page.text
    assert "NEWS" in page.text


def test_the_source_is_the_main_action() -> None:
    item = make_item(publisher=make_publisher(name="The Paper"), source_url="https://example.org/a?b=1&c=2")
    action = get(item.get_absolute_url()).one("a[@class='action']")
    assert text(action) == "Read at The Paper"
    assert action.get("href") == "https://example.org/a?b=1&c=2"
    assert action.get("rel") == "noopener nofollow ugc"


def test_a_source_without_a_publisher_goes_by_its_host() -> None:
    item = make_item(source_url="https://www.example.org/a")
    assert get(item.get_absolute_url()).texts("a[@class='action']") == ["Read at example.org"]


def test_an_original_contribution_has_no_source_link() -> None:
    page = get(make_item(source_url="").get_absolute_url())
    assert not page.all("a[@class='action']")
    assert "Read at" not in page.text


def test_further_source_links_are_given_once_each() -> None:
    item = make_item(source_url="https://example.org/1")
    make_document(item, "https://example.org/1", is_primary=True)
    for url in ("https://www.moved.example.net/2", "javascript:alert(1)", ""):
        make_document(item, url)
    page = get(item.get_absolute_url())
    assert page.texts("article/footer/p") == ["Also published at moved.example.net"]
    assert page.link("moved.example.net") == "https://www.moved.example.net/2"


def test_topics_stand_by_vocabulary_and_offerings_in_their_order_of_which_the_primary_says_so() -> None:
    item = make_item(
        topics=[make_topic("Zebra"), make_topic("Ant", "KLAS"), make_topic("Cat")],
        offerings=[make_offering("Watch"), make_offering("Chart")],
        tags=["News", "digital health"],
    )
    page = get(item.get_absolute_url())
    assert page.texts("dl/div") == ["Symplur Zebra Cat", "KLAS Ant"]
    assert aside(page, "offerings") == ["Watch About this offering", "Chart"]
    assert aside(page, "tags") == ["News", "digital health"]
    assert page.link("digital health") == "/tag/digital-health/"
    assert page.link("Chart") == "/offering/chart/"


def test_the_image_comes_with_its_alternative_text() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    page = get(make_item(image=image, image_alt="A ward at “night” & more").get_absolute_url())
    (shown,) = page.all("article//img")
    assert shown.get("alt") == "A ward at “night” & more"
    assert (shown.get("width"), shown.get("height"), shown.get("fetchpriority")) == ("300", "200", "high")


def test_a_summary_that_the_body_says_again_is_not_said_twice() -> None:
    derived = make_item(summary="", body="A long story. " * 50)
    cut = make_item(summary="A long story.\nA long story. A lo…", body="A long story. " * 50)
    own = make_item(summary="Something else.", body="A long story.")
    shown = [get(item.get_absolute_url()).texts("p[@class='standfirst']") for item in (derived, cut, own)]
    assert shown == [[], [], ["Something else."]]


def test_the_trail_leads_through_home_and_news() -> None:
    page = get(make_item("A story").get_absolute_url())
    assert page.texts("nav[@aria-label='Breadcrumbs']//li") == ["Home", "News", "A story"]
    assert [link.get("href") for link in page.all("nav[@aria-label='Breadcrumbs']//a")] == ["/", "/news/"]


def test_an_items_own_trail_leads_nowhere_but_to_pages_of_this_site() -> None:
    make_item("Shown")
    make_item("Hidden", status=CuratedItem.Status.DRAFT)
    make_item("Tagged", topics=[make_topic("Care")])
    make_topic("Unused")
    steps = [
        {"label": "Home", "path": "/"},
        {"label": "Nowhere", "path": ""},
        {"label": "Script", "path": "javascript:alert(1)"},
        {"label": "Host", "path": "//evil.example.org/"},
        {"label": "Host too", "path": "/\\evil.example.org/"},
        {"label": "Host after a tab", "path": "/\t/evil.example.org/"},
        {"label": "Host after a line", "path": "/\n/evil.example.org/"},
        {"label": "Group", "path": "/communities/"},
        {"label": "Draft", "path": "/news/hidden/"},
        {"label": "Unused", "path": "/topic/symplur-unused/"},
        {"label": "Archive", "path": "/archive/"},
        {"label": "Topic", "path": "/topic/symplur-care/"},
        {"label": "Item", "path": "/news/shown"},
    ]
    page = get(make_item("A story", breadcrumbs=steps).get_absolute_url())
    assert page.texts("nav[@aria-label='Breadcrumbs']//li") == [*(step["label"] for step in steps), "A story"]
    assert [link.get("href") for link in page.all("nav[@aria-label='Breadcrumbs']//a")] == [
        *("/", "/archive/", "/topic/symplur-care/", "/news/shown/"),
    ]


@pytest.mark.parametrize("broken", ["x", {"label": "x"}, [1, None, {}, {"path": "/"}]])
def test_a_trail_that_is_none_gives_way_to_the_usual_one(broken: object) -> None:
    item = make_item()
    CuratedItem.objects.update(breadcrumbs=broken)
    page = get(item.get_absolute_url())
    assert page.texts("nav[@aria-label='Breadcrumbs']//li")[:2] == ["Home", "News"]


def test_related_items_share_most_topics_and_come_newest_first() -> None:
    one, two = make_topic("One"), make_topic("Two")
    old = make_item("Both, long ago", topics=[two, one])
    make_item("One, before", topics=[one])
    make_item("One, later", topics=[one])
    make_item("None", topics=[make_topic("Other")])
    make_item("Draft", topics=[one, two], status=CuratedItem.Status.DRAFT)
    item = make_item("This", topics=[one, two])
    related = "section[@aria-labelledby='related']//h3"
    assert get(item.get_absolute_url()).texts(related) == ["Both, long ago", "One, later", "One, before"]
    assert get(old.get_absolute_url()).texts(related) == ["This", "One, later", "One, before"]


def test_related_items_share_offerings_and_words_as_well() -> None:
    topic, offering = make_topic("One"), make_offering("Watch")
    make_item("Sepsis alarms in wards", published_at=datetime(2024, 1, 1, tzinfo=UTC))
    make_item("Topic alone", topics=[topic], published_at=datetime(2024, 1, 2, tzinfo=UTC))
    make_item("Offering alone", offerings=[offering], published_at=datetime(2024, 1, 3, tzinfo=UTC))
    make_item("Topic and sepsis", topics=[topic], published_at=datetime(2023, 1, 1, tzinfo=UTC))
    make_item("Sepsis: nothing else in common")
    item = make_item("Fewer SEPSIS alarms", topics=[topic], offerings=[offering])
    related = "section[@aria-labelledby='related']//h3"
    assert get(item.get_absolute_url()).texts(related) == [
        "Offering alone",
        "Topic and sepsis",
        "Topic alone",
        "Sepsis alarms in wards",
    ]


def test_an_item_without_relations_has_none_of_their_headings() -> None:
    page = get(make_item().get_absolute_url())
    assert page.texts("h2") == []
    assert not page.all("aside")


def test_nothing_in_an_item_becomes_markup() -> None:
    item = make_item(
        HOSTILE,
        slug="hostile",
        summary=HOSTILE,
        body=HOSTILE,
        section=HOSTILE[:100],
        kind=HOSTILE[:100],
        format=HOSTILE[:100],
        institution=HOSTILE,
        via_name=HOSTILE,
        via_url="javascript:alert(1)",
        image_alt=HOSTILE,
        topics=[make_topic(HOSTILE, HOSTILE[:100])],
        offerings=[make_offering(HOSTILE, slug="o", description=HOSTILE, url="javascript:alert(1)")],
        authors=[make_author(HOSTILE, slug="a", bio=HOSTILE, url="javascript:alert(1)")],
        publisher=make_publisher("example.org", name=HOSTILE),
        tags=[HOSTILE],
        breadcrumbs=[{"label": HOSTILE, "path": "/" + HOSTILE}],
        meta={"html": {"robots": HOSTILE, "title": HOSTILE}, "openGraph": {"ogtitle": HOSTILE, "ogimage": HOSTILE}},
    )
    pages = ("/", "/news/", "/topic/", "/offering/", "/offering/o/", "/author/a/", "/publisher/example.org/", "/gone/")
    for path in (item.get_absolute_url(), item.itemtopic_set.get().topic.get_absolute_url(), *pages):
        page = get(path, 404 if path == "/gone/" else 200)
        assert [
            script
            for script in page.all("script")
            if script.get("type") != "application/ld+json" and not script.get("src")
        ] == [], path
        assert {image.get("src") for image in page.all("img")} <= {"x"}, path
        assert not [link for link in page.links if link.startswith("javascript")], path
        assert not [element for element in page.root.iter() if any(name.startswith("on") for name in element.attrib)]
        assert not [element for element in page.root.iter() if element.get("style")], path


def test_an_item_leads_to_the_ones_published_before_and_after_it() -> None:
    same = datetime(2024, 2, 28, 12, tzinfo=UTC)
    times = (datetime(2024, 1, 1, tzinfo=UTC), same, same, datetime(2024, 5, 1, tzinfo=UTC))
    in_order = [make_item(published_at=moment) for moment in times]
    make_item(published_at=same, status=CuratedItem.Status.DRAFT)
    for index, item in enumerate(in_order):
        links = get(item.get_absolute_url()).all("nav[@aria-label='Newer and older news']/a")
        expected = {"next": in_order[index + 1 : index + 2], "prev": in_order[max(index - 1, 0) : index]}
        assert {link.get("rel"): link.get("href") for link in links} == {
            rel: beside[0].get_absolute_url() for rel, beside in expected.items() if beside
        }


def test_the_only_item_leads_to_no_other() -> None:
    assert not get(make_item().get_absolute_url()).all("nav[@aria-label='Newer and older news']")


def test_the_words_of_an_item_say_their_language() -> None:
    page = get(make_item("Une nouvelle", language="fr", summary="Un mot.", body="Le corps.").get_absolute_url())
    assert [element.get("lang") for element in page.all("article//*[@lang]")] == ["fr"] * 3
    assert get(make_item("News", body="The body.").get_absolute_url()).all("article//*[@lang]") == []
