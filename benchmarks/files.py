"""Write a content folder of any size: files of the OpenProject dialect, 7 kB each, and images for them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.utils.text import slugify
from PIL import Image

from benchmarks import stories

IMAGES = 40
IMAGE_SIZE = (1200, 630)
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
OPEN_GRAPH_KEYS = ("ogurl", "ogimage", "ogsite_name", "ogtype", "ogupdated_time", "ogimageheight")
HTML_KEYS = ("author", "generator", "viewport", "robots", "fbapp_id", "oglocale", "articlepublisher", "keywords")
TWITTER_KEYS = ("twittercard", "twitterimage", "twitterurl")


#: Keys with the same value in every file; most are only stored.
FIXED_KEYS = {
    "archetype": "curated-content",
    "basePath": "/news/",
    "breadcrumbLinks": ["/", "/news/", ""],
    "contentCategories": "curated-content",
    "institution": None,
    "offering": None,
    "layOut": "single",
    "favIconImage": None,
    "featuredPdf": None,
    "identifier": "News",
    "mastHead": "NEWS",
    "openProjectWorkPackageType": "Curated Content",
    "searchCategory": "News",
    "source": "open-project-curations",
    "status": "",
    "sub": "brief",
    "via": " ",
    "viaLink": None,
}


class Dumper(yaml.CSafeDumper):
    """A YAML dumper without anchors, which the importer refuses."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def write_site(folder: Path, count: int) -> Path:
    """Write `count` files and their images below `folder`, and return the folder of the files."""
    content, static = folder / "content" / "news", folder / "static"
    content.mkdir(parents=True)
    static.mkdir()
    for number in range(IMAGES):
        write_image(static / image_name(number), number)
    random = Random(1)
    for number in range(count):
        (content / f"{number}.md").write_text(document(number, random))
    return content


def change_some(content: Path, one_in: int) -> int:
    """Change the body of one in `one_in` files; return the number of changed files."""
    changed = sorted(content.iterdir())[::one_in]
    for path in changed:
        path.write_text(f"{path.read_text()}<p>Updated.</p>\n")
    return len(changed)


def write_image(path: Path, number: int) -> None:
    Image.linear_gradient("L").resize(IMAGE_SIZE).rotate(number * 9).convert("RGB").save(path, quality=85)


def image_name(number: int) -> str:
    return f"picture-{number % IMAGES}.jpg"


def document(number: int, random: Random) -> str:
    title = f"{stories.title(random)} ({number})"
    keys = {
        **FIXED_KEYS,
        **identity_keys(number, title),
        **link_keys(number, title, random),
        **topic_keys(random),
        **meta_keys(title, stories.summary(random)),
        "author": [f"Author {stories.skewed(random, stories.AUTHORS)}"],
        "tags": ["News", f"tag {stories.skewed(random, stories.TAGS)}"],
        "featuredImage": image_keys(number, title),
        "relatedOfferings": [offering_keys(n, random) for n in stories.several(random, stories.OFFERINGS, 5)],
    }
    front_matter = yaml.dump(keys, Dumper=Dumper, allow_unicode=True)
    return f"---\n{front_matter}---\n{stories.body(random, paragraphs=9)}\n"


def identity_keys(number: int, title: str) -> dict[str, Any]:
    date = FIRST_DAY + timedelta(hours=number)
    return {
        "aliases": f"/news/old-{number}",
        "breadcrumbs": ["Home", "News", title],
        "date": f"{date:%Y-%m-%d}",
        "id": number + 1,
        "lastMod": f"{date:%Y-%m-%dT%H:%M:%S.%fZ}",
        "mdName": f"{number}.md",
        "slug": f"story-{number}",
        "title": title,
    }


def link_keys(number: int, title: str, random: Random) -> dict[str, Any]:
    host = stories.publisher(stories.skewed(random, stories.PUBLISHERS))
    link = f"https://{host}/{number}/{slugify(title)}"
    original = f"{link}?utm_source=feed"
    return {
        "link": {"brand": host, "href": link, "original": original},
        "href": link,
        "original": original,
        "openProjectCustomFields": {"cleanUrl": link, "sourceUrl": original},
    }


def topic_keys(random: Random) -> dict[str, Any]:
    topics = stories.some_topics(random, 4)
    return {
        "categories": [str(topic) for topic in topics],
        "categorySlug": [str(topic).lower() for topic in topics],
        "categoryUrl": [f"topic/{topic.slug}" for topic in topics],
        "categoryLabel": [topic.label for topic in topics],
    }


def meta_keys(title: str, summary: str) -> dict[str, Any]:
    open_graph = {"ogtitle": title, "ogdescription": summary, **dict.fromkeys(OPEN_GRAPH_KEYS)}
    return {
        "description": summary,
        "openGraphMetaData": open_graph,
        "htmlMetaData": {**open_graph, **dict.fromkeys(HTML_KEYS)},
        "twitterMetaData": {"twittertitle": title, "twitterdescription": summary, **dict.fromkeys(TWITTER_KEYS)},
    }


def image_keys(number: int, title: str) -> dict[str, Any]:
    return {
        "alt": title,
        "format": "JPEG",
        "href": image_name(number),
        "size": list(reversed(IMAGE_SIZE)),
        "valid": True,
        "workPackage": number + 1,
        "wpAttachment": {"fileName": "image.jpg", "link": f"/api/v3/attachments/{number}/content"},
    }


def offering_keys(number: int, random: Random) -> dict[str, Any]:
    return {
        "label": f"Offering {number}",
        "permalink": f"/offering/offering-{number}",
        "categories": [str(topic) for topic in stories.some_topics(random, 3)],
        "offeringId": number + 1,
    }
