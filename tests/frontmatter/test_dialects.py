"""One complete file of each dialect, with every key of its table, and the record of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from curation.frontmatter.dialects import recognise_dialect
from curation.frontmatter.problems import SectionPage
from curation.frontmatter.record import Crumb, Identity, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef

from .files import read_text, sample


def test_an_openproject_curation() -> None:
    document = sample("openproject.md")
    assert (document.dialect, document.format, document.problems, document.unmapped) == ("openproject", "yaml", (), ())
    slug = "sensors-and-sense-on-the-ward"
    assert document.identity == Identity("open-project-curations", "16549", "5d0b6c1e.md", slug)
    assert document.record == ItemRecord(
        title="Sensors & sense on the ward",
        slug=slug,
        summary="What a ward learns from ten sensors, and what it does not.",
        body="<p>Ten sensors.</p>\n\n---\n\nNot front matter.\n",
        status="published",
        published_at=datetime(2023, 1, 3, tzinfo=UTC),
        modified_at=datetime(2023, 1, 4, 23, 0, 16, 363894, tzinfo=UTC),
        source_url="https://example.org/sensors",
        source_url_original="https://example.org/sensors?utm_source=letter",
        publisher=PublisherRef("example.org", "example.org"),
        via_name="The Ward Letter",
        via_url="https://letter.example.net/12",
        authors=("Ann Ito", "Bo Okafor"),
        topics=(
            TopicRef("Symplur", "Digital Technology", "symplur-digital-technology"),
            TopicRef("Gartner", "AI: Deep Learning", "gartner-ai-deep-learning"),
            TopicRef("Medigy", "Telehealth", "telehealth"),
        ),
        offerings=(
            OfferingRef(
                "Everbridge Digital Wayfinding",
                "everbridge-digital-wayfinding",
                "12948",
                (TopicRef("Healthcare IT News", "Wayfinding"),),
                is_primary=True,
            ),
            OfferingRef("Bed Sensor One", "bed-sensor-one", "77", (TopicRef("KLAS", "Locating & Tracking"),)),
        ),
        tags=("News", "Wards"),
        aliases=("/news/sensors-in-the-ward", "/news/old/sensors"),
        kind="News",
        format="brief",
        section="NEWS",
        institution="General Hospital",
        image=MediaRef(
            "5d0b6c1e-featuredImage.jpeg",
            "A sensor above a bed",
            {
                "format": "JPEG",
                "valid": True,
                "size": [800, 1540],
                "workPackage": 16549,
                "wpAttachment": {
                    "fileName": "Curated_Featured_Image.png",
                    "link": "/api/v3/attachments/30054/content",
                },
            },
        ),
        pdf=MediaRef("sensors.pdf", "", {"valid": False}),
        icon=MediaRef("favicon.ico"),
        meta={
            "openGraph": {"ogtitle": "Sensors on the ward", "ogimage": "https://example.org/sensors.jpg"},
            "twitter": {"twittercard": "summary_large_image"},
            "html": {"robots": "noindex", "keywords": "sensors, wards"},
        },
        breadcrumbs=(Crumb("Home", "/"), Crumb("News", "/news/")),
    )


def test_a_bookmark() -> None:
    document = sample("bookmark.md")
    assert (document.dialect, document.problems, document.unmapped) == ("bookmark", (), ())
    assert document.identity == Identity("dropmark", "18698541", "", "example-letters-read-twice")
    assert document.record == ItemRecord(
        title="Letters, read twice",
        slug="example-letters-read-twice",
        summary="Ten letters, read twice.",
        body="Ten letters.\n",
        status="published",
        published_at=datetime(2019, 5, 1, 2, 15, 47, tzinfo=UTC),
        source_url="https://www.example.com/letters?id=7",
        source_url_original="https://www.example.com/letters?id=7&utm_source=x",
        publisher=PublisherRef("example.com", "example.com"),
        topics=(TopicRef("Medigy", "AI"), TopicRef("Medigy", "health law")),
        aliases=("/post/2019/05/01/example-letters-read-twice",),
        image=MediaRef("/img/content/post/letters.svg"),
    )


def test_a_page_of_the_contributor_centre() -> None:
    document = sample("contributor.md")
    assert (document.dialect, document.problems, document.unmapped) == ("contributor", (), ())
    assert document.identity == Identity("Opsfolio-curations", "", "", "keys-and-locks")
    assert document.record == ItemRecord(
        title="Keys and locks",
        slug="keys-and-locks",
        summary="How to lend a key.",
        body="Lend a key.\n",
        status="published",
        published_at=datetime(2017, 12, 15, 11, 46, 9, tzinfo=UTC),
        authors=("Cy Adeyemi",),
        topics=(TopicRef("Medigy", "PCI DSS"),),
        aliases=("/contributed-content/keys-and-locks",),
        kind="News",
        format="Contributor center",
        section="Risk and Compliance CoP",
        image=MediaRef("keys.jpg"),
        meta={
            "html": {"title": "Keys and locks", "description": "How to lend a key"},
            "openGraph": {"ogurl": "/communities/risk/keys-and-locks", "ogimage": "/communities/risk/keys.jpg"},
            "twitter": {"twittertitle": "Keys, locks", "twitterdescription": "Lend a key"},
        },
        breadcrumbs=(Crumb("Home", "/"), Crumb("Communities", "/communities/risk")),
    )


def test_a_wordpress_post() -> None:
    document = sample("2014-03-07-patients-like-me.md")
    assert (document.dialect, document.problems, document.unmapped) == ("wordpress", (), ("dsq_thread_id",))
    assert document.identity == Identity(
        "wordpress", "/2014/03/07/patients-like-me", "", "/2014/03/07/patients-like-me"
    )
    assert document.record == ItemRecord(
        title="Patients’ data & mine",
        slug="patients-like-me",
        summary="",
        body="",
        status="published",
        published_at=datetime(2014, 3, 7, 21, tzinfo=UTC),
        source_url="http://www.example.net/2014/03/07/patients-like-me/",
        publisher=PublisherRef("example.net", "example.net"),
        authors=("Dee Shah",),
        topics=(TopicRef("Medigy", "Architecture & Engineering"),),
        aliases=("/2014/03/07/patients-like-me",),
    )


def test_a_plain_hugo_page_in_toml() -> None:
    document = sample("a-page-in-toml.md")
    assert (document.dialect, document.format, document.problems, document.unmapped) == (
        "hugo",
        "toml",
        (),
        ("weight",),
    )
    assert document.identity == Identity()
    assert document.record == ItemRecord(
        title="A page in TOML",
        slug="a-page-in-toml",
        summary="",
        body="In TOML.\n",
        status="published",
        published_at=datetime(2023, 1, 31, 4, 0, tzinfo=UTC),
        modified_at=datetime(2023, 2, 1, tzinfo=UTC),
        topics=(TopicRef("Symplur", "Telehealth"),),
        tags=("on", "1.20", "2023-01-04"),
    )


def test_a_plain_hugo_page_in_json() -> None:
    document = sample("a-page-in-json.md")
    assert (document.dialect, document.format, document.unmapped) == ("hugo", "json", ("params",))
    assert [(problem.code, problem.field) for problem in document.problems] == [
        ("hidden", "draft"),
        ("not-text", "author[1]"),
    ]
    assert document.record == ItemRecord(
        title="A page in JSON",
        slug="a-page-in-json",
        summary="",
        body="In JSON.\n",
        status="draft",
        published_at=datetime(2023, 1, 31, tzinfo=UTC),
        authors=("Ann", "7"),
    )


@pytest.mark.parametrize(
    ("values", "dialect"),
    [
        ({"source": "open-project-curations"}, "openproject"),
        ({"source": "open-project-curations", "archetype": "bookmark"}, "openproject"),
        ({"openProjectCustomFields": {"cleanUrl": None}, "id": "1"}, "openproject"),
        ({"openProjectCustomFields": {"cleanUrl": None}, "id": None}, "hugo"),
        ({"id": "1"}, "hugo"),
        ({"archetype": "bookmark"}, "bookmark"),
        ({"dropmark.editURL": "x"}, "bookmark"),
        ({"dropmark": {"editURL": "x"}}, "bookmark"),
        ({"archetype": "contributor-center", "openProjectCustomFields": {}}, "contributor"),
        ({"type": "post", "url": "/x/"}, "wordpress"),
        ({"type": "post"}, "hugo"),
        ({"url": "/x/"}, "hugo"),
        ({}, "hugo"),
    ],
)
def test_a_dialect_is_recognised_by_its_keys(values: dict[str, Any], dialect: str) -> None:
    assert recognise_dialect(values) == dialect


@pytest.mark.parametrize("name", ["_index.md", "_index.en.md", "_index.pt-br.md", "_index.markdown"])
def test_a_section_page_is_not_an_item(name: str) -> None:
    with pytest.raises(SectionPage):
        read_text("title: A section", name=name)


@pytest.mark.parametrize("name", ["index.md", "an_index.md", "_index_of_terms.md"])
def test_other_names_are_items(name: str) -> None:
    assert read_text("title: A page\ndate: 2023-01-31", name=name).record.title == "A page"
