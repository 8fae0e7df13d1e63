"""Fill a database of any size in bulk, on which pages are measured."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from benchmarks import stories
from curation.lib.media_types import JPEG
from curation.lib.web_urls import url_key
from curation.markdown import render
from curation.models import (
    Author,
    CuratedItem,
    Image,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Tag,
    Topic,
    Vocabulary,
)
from curation.search.index import rebuild

BATCH = 2_000
IMAGES = 40
BODIES = 25
#: Number of less common words of an item: one in its title, the others at the end of its body.
OTHER_WORDS = 20
#: One in this many items is a draft, and is archived.
DRAFTS, ARCHIVED = 25, 17
#: One in this many items has no picture, was made by the editor, and has a long title. Of 1,000, these are more than a
#: page of the desk's list, which then has as many rows as that of 100,000.
WITHOUT_IMAGE, OF_EDITOR, LONG_TITLES = 16, 18, 16
#: One in this many of the newest 1,000 items is scheduled.
SCHEDULED = 16
EDITOR = "bench"


@transaction.atomic
def generate(count: int) -> None:
    """Fill an empty database with `count` items, the newest first, their related rows, and the index."""
    filler = Filler(User.objects.create_superuser(EDITOR))
    for start in range(0, count, BATCH):
        filler.add(range(start, min(start + BATCH, count)))
    for _ in rebuild():
        pass


class Filler:
    """Creates items in batches, and the rows that they share."""

    def __init__(self, editor: User) -> None:
        self.random, self.editor = Random(1), editor
        self.newest = datetime.now(UTC)
        self.topics = make_topics()
        self.offerings = Offering.objects.bulk_create(
            Offering(name=f"Offering {n}", slug=f"offering-{n}", external_id=str(n)) for n in range(stories.OFFERINGS)
        )
        self.publishers = Publisher.objects.bulk_create(
            Publisher(name=f"Paper {n}", domain=stories.publisher(n)) for n in range(stories.PUBLISHERS)
        )
        self.authors = Author.objects.bulk_create(
            Author(name=f"Author {n}", slug=f"author-{n}") for n in range(stories.AUTHORS)
        )
        self.tags = Tag.objects.bulk_create(Tag(name=f"tag {n}", slug=f"tag-{n}") for n in range(stories.TAGS))
        self.images = make_images()
        self.bodies = [(body, render(body)) for body in (stories.body(self.random) for _ in range(BODIES))]

    def add(self, numbers: range) -> None:
        items = CuratedItem.objects.bulk_create(self.item(number) for number in numbers)
        ItemTopic.objects.bulk_create(
            ItemTopic(item=item, topic=self.topics[index], position=position, listed_at=item.listed_at)
            for item in items
            for position, index in enumerate(stories.several(self.random, len(self.topics), 4))
        )
        ItemOffering.objects.bulk_create(
            ItemOffering(item=item, offering=self.offerings[index], position=position, listed_at=item.listed_at)
            for item in items
            for position, index in enumerate(stories.several(self.random, len(self.offerings), 2))
        )
        ItemAuthor.objects.bulk_create(
            ItemAuthor(
                item=item, author=self.authors[stories.skewed(self.random, len(self.authors))], listed_at=item.listed_at
            )
            for item in items
        )
        ItemTag.objects.bulk_create(
            ItemTag(content_object=item, tag=self.tags[index])
            for item in items
            for index in stories.several(self.random, len(self.tags), 2)
        )

    def item(self, number: int) -> CuratedItem:
        body, rendered = self.random.choice(self.bodies)
        first, *others = stories.some_words(self.random, OTHER_WORDS)
        last_words = f"{' '.join(others)}."
        url = f"https://example.org/story/{number}"
        end = f", and {stories.title(self.random)}" if number % LONG_TITLES == 9 else ""
        return CuratedItem(
            title=f"{stories.title(self.random)} by {first.title()} ({number}){end}",
            slug=item_slug(number),
            body=f"{body}<p>{last_words}</p>",
            body_html=f"{rendered.html}<p>{last_words}</p>",
            body_text=f"{rendered.text} {last_words}",
            status=status_of(number),
            created_by=self.editor if number % OF_EDITOR == 1 else None,
            published_at=self.published_at(number),
            source_url=url,
            source_url_key=url_key(url),
            publisher=self.publishers[stories.skewed(self.random, len(self.publishers))],
            image=self.random.choice(self.images) if number % WITHOUT_IMAGE else None,
            image_alt="A generated picture" if number % WITHOUT_IMAGE else "",
            kind="News",
            format=self.random.choice(["brief", "feature", "report"]),
            section="NEWS",
        )

    def published_at(self, number: int) -> datetime:
        age = timedelta(minutes=30 * number + 30)
        is_scheduled = number < 1_000 and number % SCHEDULED == 5
        return self.newest + (age if is_scheduled else -age)


def status_of(number: int) -> str:
    if (number + 1) % DRAFTS == 0:
        return CuratedItem.Status.DRAFT
    return CuratedItem.Status.ARCHIVED if number % ARCHIVED == 3 else CuratedItem.Status.PUBLISHED


def make_topics() -> list[Topic]:
    vocabularies = {name: Vocabulary.objects.create(name=name, slug=slugify(name)) for name in stories.VOCABULARIES}
    return Topic.objects.bulk_create(
        Topic(vocabulary=vocabularies[name.vocabulary], label=name.label, slug=name.slug)
        for name in stories.topic_names()
    )


def make_images() -> list[Image]:
    """Create rows of images with sizes but without files, which no page opens."""
    return Image.objects.bulk_create(
        Image(
            file=f"images/bench-{n}.jpg",
            sha256=f"{n:064x}",
            width=1600,
            height=900,
            format=JPEG.pillow_format,
            size=120_000,
            has_renditions=True,
        )
        for n in range(IMAGES)
    )


def item_slug(number: int) -> str:
    return f"story-{number}"
