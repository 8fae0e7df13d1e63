"""Edits of the sample files, each with the lines that it changes in the file that an export writes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from curation.items.addresses import rename
from curation.models import Alias, CuratedItem, ItemOffering, ItemTopic
from tests.factories import COMMAND, make_offering, make_publisher, make_topic

Edit = Callable[[CuratedItem], Any]
BOOKMARK, POST = "example-letters-read-twice", "patients-like-me"
PROJECT, CONTRIBUTOR = "sensors-and-sense-on-the-ward", "keys-and-locks"
TOML, JSON = "a-page-in-toml", "a-page-in-json"
DAY = datetime(2020, 2, 3, tzinfo=UTC)


def save(**values: Any) -> Edit:
    """Return an edit as the admin's form makes it."""

    def edit(item: CuratedItem) -> None:
        for name, value in values.items():
            setattr(item, name, value)
        item.save()

    return edit


def add_topic(item: CuratedItem) -> None:
    ItemTopic.objects.create(item=item, topic=make_topic("Sleep: & dreams", vocabulary="Gartner"), position=9)


def remove_topic(item: CuratedItem) -> None:
    item.itemtopic_set.filter(topic__label="Telehealth").delete()


def set_tags(*tags: str) -> Edit:
    return lambda item: item.tags.set(tags)


def set_publisher(item: CuratedItem) -> None:
    save(publisher=make_publisher("daily.example", name="The Daily"))(item)


def about_another_offering(item: CuratedItem) -> None:
    item.itemoffering_set.filter(is_primary=True).update(is_primary=False, position=5)
    ItemOffering.objects.create(item=item, offering=make_offering("Rail's", external_id="5"), is_primary=True)


def no_offering(item: CuratedItem) -> None:
    item.itemoffering_set.all().delete()


def change_slug(item: CuratedItem) -> None:
    rename(item, "new", COMMAND)


def drop_alias(_item: CuratedItem) -> None:
    Alias.objects.get(path="/news/old/sensors").delete()


EDITS: list[tuple[str, Edit, str]] = [
    (
        PROJECT,
        save(title="Q & A: <less> sense"),
        """
        -  - 'Sensors &amp; sense on the <em>ward</em>'
        +  - 'Q & A: <less> sense'
        -title: 'Sensors &amp; sense on the <em>ward</em>'
        +title: 'Q & A: <less> sense'
        """,
    ),
    (
        BOOKMARK,
        save(title="Letters"),
        """
        -title: 'Letters, read
        -  twice'
        +title: 'Letters'
        """,
    ),
    (
        POST,
        save(title="Data: mine"),
        """
        -title: Patients&#8217; data &amp; mine
        +title: 'Data: mine'
        """,
    ),
    (
        CONTRIBUTOR,
        save(title="Keys"),
        """
        -title: Keys and locks
        +title: Keys
        - - 'Keys and locks'
        + - 'Keys'
        """,
    ),
    (
        TOML,
        save(title='A "page"'),
        r"""
        -title = "A page in TOML"
        +title = "A \"page\""
        """,
    ),
    (
        JSON,
        save(title='A "page"'),
        r"""
        -  "title": "A page in JSON",
        +  "title": "A \"page\"",
        """,
    ),
    (
        TOML,
        save(expires_at=datetime(2999, 1, 31, 9, 30, tzinfo=UTC)),
        """
        +expiryDate = "2999-01-31T09:30:00Z"
        """,
    ),
    (
        PROJECT,
        save(summary="Short."),
        """
        -  What a ward learns from <b>ten</b> sensors,
        -  and what it does not.
        +  Short.
        """,
    ),
    (
        PROJECT,
        save(summary=""),
        """
        -description: >-
        -  What a ward learns from <b>ten</b> sensors,
        -  and what it does not.
        +description: ''
        """,
    ),
    (
        POST,
        save(body="Another body, and still no summary.\n"),
        """
        +Another body, and still no summary.
        """,
    ),
    (
        POST,
        save(summary="Short: new."),
        """
        +description: 'Short: new.'
        """,
    ),
    (
        TOML,
        save(summary="Short."),
        """
        +description = "Short."
        """,
    ),
    (
        JSON,
        save(summary="Short."),
        """
        -  }
        +  },
        +  "description": "Short."
        """,
    ),
    (
        BOOKMARK,
        save(body="Ten letters.\n\n---\n\nMore.\n"),
        """
        +
        +---
        +
        +More.
        """,
    ),
    (
        TOML,
        save(body="In TOML.\n+++\n"),
        """
        ++++
        """,
    ),
    (
        PROJECT,
        add_topic,
        """
        +  - 'Gartner: Sleep: & dreams'
        +  - 'gartner: sleep: & dreams'
        +  - topic/gartner-sleep-dreams
        +  - 'Sleep: & dreams'
        +    - 'Gartner: Sleep: & dreams'
        """,
    ),
    (
        BOOKMARK,
        add_topic,
        """
        +- 'Gartner: Sleep: & dreams'
        """,
    ),
    (
        POST,
        add_topic,
        """
        +  - 'Gartner: Sleep: & dreams'
        """,
    ),
    (
        TOML,
        add_topic,
        """
        -categories = ["Symplur: Telehealth"]
        +categories = ["Symplur: Telehealth", "Gartner: Sleep: & dreams"]
        """,
    ),
    (
        JSON,
        add_topic,
        """
        -  }
        +  },
        +  "categories": ["Gartner: Sleep: & dreams"]
        """,
    ),
    (
        PROJECT,
        remove_topic,
        """
        -  - Telehealth
        -  - telehealth
        -  - topic/telehealth
        -  - Telehealth
        -    - Telehealth
        """,
    ),
    (
        PROJECT,
        set_tags("Wards", "new one"),
        """
        -  - News
        -  - news
        +  - new one
        """,
    ),
    (
        BOOKMARK,
        set_tags("x"),
        """
        +tags:
        +- x
        """,
    ),
    (
        TOML,
        set_tags("on", "No"),
        """
        -tags = ["on", "1.20", "2023-01-04"]
        +tags = ["on", "No"]
        """,
    ),
    (
        PROJECT,
        save(status="draft"),
        """
        -status: ''
        +status: draft
        """,
    ),
    (
        BOOKMARK,
        save(status="draft"),
        """
        +status: draft
        """,
    ),
    (
        POST,
        save(status="draft"),
        """
        +draft: true
        """,
    ),
    (
        POST,
        save(status="archived"),
        """
        +status: archived
        """,
    ),
    (
        TOML,
        save(status="draft"),
        """
        -draft = false
        +draft = true
        """,
    ),
    (
        JSON,
        save(status="published"),
        """
        -  "draft": true,
        +  "draft": false,
        """,
    ),
    (
        BOOKMARK,
        save(published_at=DAY.replace(hour=4, minute=5)),
        """
        -date: 2019-05-01T02:15:47Z
        +date: 2020-02-03T04:05:00Z
        +aliases:
        +- /post/2019/05/01/example-letters-read-twice
        """,
    ),
    (
        TOML,
        save(published_at=DAY),
        """
        -date = 2023-01-31T09:30:00+05:30
        +date = 2020-02-03T05:30:00+05:30
        """,
    ),
    (
        CONTRIBUTOR,
        save(published_at=DAY),
        """
        -date: 2017-12-15 11:46:09
        +date: 2020-02-03 00:00:00
        """,
    ),
    (
        PROJECT,
        save(source_url="https://example.org/new"),
        """
        -  href: https://example.org/sensors
        +  href: https://example.org/new
        -href: https://example.org/sensors
        +href: https://example.org/new
        -  cleanUrl: https://example.org/sensors
        +  cleanUrl: https://example.org/new
        """,
    ),
    (
        BOOKMARK,
        save(source_url="https://example.com/2", source_url_original=""),
        """
        -link: https://www.example.com/letters?id=7&utm_source=x
        +link: https://example.com/2
        """,
    ),
    (
        BOOKMARK,
        save(source_url_original=""),
        """
        -link: https://www.example.com/letters?id=7&utm_source=x
        +link: https://www.example.com/letters?id=7
        """,
    ),
    (
        POST,
        save(source_url="https://example.net/2"),
        """
        -  - http://www.example.net/2014/03/07/patients-like-me/
        +  - https://example.net/2
        """,
    ),
    (
        CONTRIBUTOR,
        save(source_url="https://a.example/1"),
        """
        -  brand:
        -  herf:
        +  brand: ''
        +  herf: https://a.example/1
        -  cleanUrl:
        +  cleanUrl: https://a.example/1
        """,
    ),
    (
        JSON,
        save(source_url="https://a.example/1"),
        """
        -  }
        +  },
        +  "link": {"href": "https://a.example/1", "brand": ""}
        """,
    ),
    (
        BOOKMARK,
        save(source_url="", source_url_original=""),
        """
        -link: https://www.example.com/letters?id=7&utm_source=x
        +link: ''
        """,
    ),
    (
        PROJECT,
        set_publisher,
        """
        -  brand: www.example.org
        +  brand: daily.example
        """,
    ),
    (
        BOOKMARK,
        set_publisher,
        """
        -linkBrand: example.com
        +linkBrand: daily.example
        """,
    ),
    (
        BOOKMARK,
        save(publisher=None),
        """
        -linkBrand: example.com
        +linkBrand: ''
        """,
    ),
    (
        PROJECT,
        about_another_offering,
        """
        -  label: Everbridge Digital Wayfinding
        -  permalink: /offering/everbridge-digital-wayfinding
        -  offeringId: 12948
        +  label: Rail's
        +  permalink: /offering/rails
        +  offeringId: 5
        """,
    ),
    (
        PROJECT,
        no_offering,
        """
        -offering:
        -  label: Everbridge Digital Wayfinding
        -  permalink: /offering/everbridge-digital-wayfinding
        -  offeringId: 12948
        +offering: null
        -relatedOfferings:
        -  - label: Bed Sensor One
        -    permalink: /offering/bed-sensor-one
        -    categories:
        -      - 'KLAS: Locating & Tracking'
        -    offeringId: 77
        -  - label: Everbridge Digital Wayfinding
        -    permalink: /offering/everbridge-digital-wayfinding
        -    categories:
        -      - 'Healthcare IT News: Wayfinding'
        -    offeringId: 12948
        +relatedOfferings: []
        """,
    ),
    (
        PROJECT,
        change_slug,
        """
        +  - /news/sensors-and-sense-on-the-ward
        -slug: sensors-and-sense-on-the-ward
        +slug: new
        """,
    ),
    (
        BOOKMARK,
        change_slug,
        """
        -slug: example-letters-read-twice
        +slug: new
        +aliases:
        +- /post/2019/05/01/example-letters-read-twice
        +- /news/example-letters-read-twice
        """,
    ),
    (
        POST,
        change_slug,
        """
        +slug: new
        +aliases:
        +  - /news/patients-like-me
        """,
    ),
    (
        PROJECT,
        drop_alias,
        """
        -  - /news/old/sensors/
        """,
    ),
    (
        CONTRIBUTOR,
        save(institution="Clinic", kind="Opinion"),
        """
        -searchCategory: News
        +searchCategory: Opinion
        +institution: Clinic
        """,
    ),
    (
        PROJECT,
        save(institution="Clinic"),
        """
        -  label: General Hospital
        +  label: Clinic
        """,
    ),
    (
        PROJECT,
        save(via_name="", via_url=""),
        """
        -via: The Ward Letter
        +via: ''
        -viaLink: https://letter.example.net/12
        +viaLink: ''
        """,
    ),
    (
        CONTRIBUTOR,
        save(meta={"html": {"title": "K"}}),
        """
        -metaTitle: "Keys and locks"
        -metaDesc: "How to lend a key"
        -ogUrl: "/communities/risk/keys-and-locks"
        -ogImage: "/communities/risk/keys.jpg"
        +metaTitle: "K"
        +metaDesc: ''
        +ogUrl: ''
        +ogImage: ''
        -twitterdescription: Lend a key
        -twittertitle: Keys, locks
        +twitterdescription: ''
        +twittertitle: ''
        """,
    ),
    (
        PROJECT,
        save(image_alt="A bed"),
        """
        -  alt: A sensor above a bed
        +  alt: A bed
        """,
    ),
]
