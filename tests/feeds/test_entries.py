"""The fields of a feed entry in each format."""

from datetime import UTC, datetime
from typing import Any

import pytest

from curation.items.addresses import rename
from curation.models import CuratedItem, Image, Tag
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

from .reading import get, parsed, parsed_json

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)
BODY = 'See [more](/topic/), [below](#end) and [there](https://example.com/a?b=1&c=2).\n\n`<a href="/x">`\n\n# End'
CONTENT = (
    '<p>See <a href="http://testserver/topic/">more</a>, <a href="http://testserver/news/story/#end">below</a> and '
    '<a href="https://example.com/a?b=1&amp;c=2" rel="noopener nofollow ugc">there</a>.</p>\n'
    '<p><code>&lt;a href="/x"&gt;</code></p>\n<h2 id="end">End</h2>\n'
    '<p><a href="https://example.org/story" rel="noopener nofollow ugc">Read at The “Paper” &amp; Sons</a></p>'
)


def make_story(**fields: Any) -> CuratedItem:
    image = Image.objects.create(file="images/x.jpg", sha256="x", width=300, height=200, format="JPEG", size=1234)
    story = {
        "slug": "story",
        "body": BODY,
        "summary": "In <short> & so on.",
        "source_url": "https://example.org/story",
        "publisher": make_publisher("example.org", name="The “Paper” & Sons"),
        "published_at": NOON,
        "image": image,
        "image_alt": "A watch",
        "authors": [make_author("Ann"), make_author("Bea & Co")],
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "tags": ["wearable"],
    }
    return make_item("A <b>story</b> & more", **{**story, **fields})


def entry(extension: str) -> Any:
    (found,) = parsed(f"/news/feed.{extension}").entries
    return found


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_an_xml_entry_has_every_field(extension: str) -> None:
    item = make_story()
    found = entry(extension)
    assert found.title == "A <b>story</b> & more"
    assert found.link == "http://testserver/news/story/"
    assert (
        datetime.fromisoformat(found.published) if extension == "atom" else found.published.endswith("12:00:00 +0000")
    )
    assert datetime.fromisoformat(found.updated) == item.published_at
    assert [author.name for author in found.authors] == ["Ann", "Bea & Co"]
    assert [content.value for content in found.content] == [CONTENT]
    assert "so on." in found.summary


def test_rss_files_an_entry_by_address_and_label() -> None:
    make_story()
    found = entry("rss")
    assert [(tag.scheme, tag.term) for tag in found.tags] == [
        ("http://testserver/vocabulary/symplur/", "Care"),
        ("http://testserver/offering/", "Chart"),
        (None, "wearable"),
    ]
    assert found.guidislink is False
    assert b"<dc:source>https://example.org/story</dc:source>" in get("/news/feed.rss").content


def test_atom_files_an_entry_by_term_and_label_and_names_its_source() -> None:
    make_story()
    found = entry("atom")
    assert [(tag.scheme, tag.term, tag.label) for tag in found.tags] == [
        ("http://testserver/vocabulary/symplur/", "symplur-care", "Care"),
        ("http://testserver/offering/", "chart", "Chart"),
        (None, "wearable", "wearable"),
    ]
    (via,) = (link for link in found.links if link.rel == "via")
    assert (via.href, via.title) == ("https://example.org/story", "The “Paper” & Sons")
    assert found.authors[0].href == "http://testserver/author/ann/"


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_the_image_is_an_enclosure_of_known_type_and_length(extension: str) -> None:
    make_story()
    found = entry(extension)
    (enclosure,) = found.enclosures
    assert enclosure.href == "http://testserver/media/images/x.jpg"
    assert (enclosure.type, enclosure.length) == ("image/jpeg", "1234")
    if extension == "rss":
        (media,) = found.media_content
        assert (media["medium"], media["width"], media["height"]) == ("image", "300", "200")


def test_a_json_entry_has_every_field() -> None:
    make_story()
    (found,) = parsed_json("/news/feed.json")["items"]
    assert found.pop("id").startswith("urn:uuid:")
    assert found == {
        "url": "http://testserver/news/story/",
        "external_url": "https://example.org/story",
        "title": "A <b>story</b> & more",
        "content_html": CONTENT,
        "summary": "In <short> & so on.",
        "image": "http://testserver/media/images/x.jpg",
        "date_published": "2024-02-28T12:00:00+00:00",
        "date_modified": "2024-02-28T12:00:00+00:00",
        "authors": [
            {"name": "Ann", "url": "http://testserver/author/ann/"},
            {"name": "Bea & Co", "url": "http://testserver/author/bea-co/"},
        ],
        "tags": ["Care", "Chart", "wearable"],
        "attachments": [
            {
                "url": "http://testserver/media/images/x.jpg",
                "mime_type": "image/jpeg",
                "title": "A watch",
                "size_in_bytes": 1234,
            }
        ],
    }


def test_an_entry_keeps_its_id_when_its_slug_changes() -> None:
    item = make_story()
    before = [entry("rss").id, entry("atom").id, parsed_json("/news/feed.json")["items"][0]["id"]]
    rename(item, "better", COMMAND)
    assert entry("rss").link == "http://testserver/news/better/"
    assert [entry("rss").id, entry("atom").id, parsed_json("/news/feed.json")["items"][0]["id"]] == before
    assert len(set(before)) == 1


def test_an_item_with_only_a_title_is_an_entry() -> None:
    make_item("Bare", body="", source_url="")
    assert [entry("rss").title, entry("atom").title] == ["Bare", "Bare"]
    assert parsed_json("/news/feed.json")["items"][0]["content_html"] == "<p></p>"


def test_no_character_breaks_a_feed() -> None:
    odd = "A\x01\x0b\x1b\x7f\x85\ufffe\uffff]]>&<\U0001f600\u2028Z"
    make_story(image_alt=odd)
    CuratedItem.objects.update(shown_summary=odd, body_html=f"<p>{odd}</p>")
    Tag.objects.update(name=odd)
    for extension in ("rss", "atom"):
        assert "]]>" in entry(extension).content[0].value
        assert entry(extension).tags[-1].term.startswith("A")
    assert parsed_json("/news/feed.json")["items"][0]["summary"] == odd


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        ("rss", b"<dc:language>fr</dc:language>"),
        ("atom", b'<entry xml:lang="fr">'),
        ("json", b'"language": "fr"'),
    ],
)
def test_an_entry_has_its_language_where_that_is_not_the_sites(extension: str, words: bytes) -> None:
    item = make_item("Une nouvelle", language="fr")
    assert words in get(f"/news/feed.{extension}").content
    item.language = ""
    item.save()
    assert words not in get(f"/news/feed.{extension}").content
