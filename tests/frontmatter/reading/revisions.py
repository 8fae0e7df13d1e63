"""Digests of the values of each field of sample files: a changed digest requires a higher revision.

`python -m tests.frontmatter.reading.revisions` writes the digests of today.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from curation.frontmatter import read, to_json_value
from curation.frontmatter.reading.rules import READ_RULES
from curation.frontmatter.reading.rules_version import PARSING_REVISION
from tests.frontmatter.files import CONTENT, REQUIRED, dump

RECORDED = Path(__file__).with_name("revisions.json")
#: Front matter besides the files in tests/content/: keys of every generator, and forms that are easily read otherwise.
KEYS: list[dict[str, Any]] = [
    {"slug": None, "title": "Ünïcode & <b>markup</b>", "date": "Mon, 07 Feb 2011 14:30:43 +0000"},
    {"slug": "Not A Slug", "date": "2023-01-31 09:30 +05:30", "lastMod": "2023-02-01", "expiryDate": "2020-01-01"},
    {"publishDate": "July 26, 2019", "updated": "2020-01-01T00:00:00Z", "draft": "yes", "lang": "pt_BR"},
    {"source": None, "id": None, "published": False, "permalink": "/:year/:title/", "authors": "Roe, Jane; Bo, MD"},
    {"summary": "", "excerpt": "An <i>excerpt</i>", "description": "Long", "flavour": "markdown", "mdName": "x.md"},
    {"author": {"name": "Ann"}, "tags": ["a, b", {"name": "c"}], "keywords": "d; e", "locale": "zh-hant-tw"},
    {"categories": "AI, Privacy", "category": ["Symplur: B"], "series": "Part", "build": {"list": "never"}},
    {"categories": ["A: b"], "categoryUrl": ["topic/x"], "offering": "One", "relatedOfferings": [{"label": "One"}]},
    {"relatedOfferings": [{"label": "Two", "permalink": "/offering/2", "offeringId": 7, "categories": ["x"]}]},
    {"link": {"href": "https://user@Example.org/ä", "brand": "www.Example.org", "original": "http://x.example/"}},
    {"href": "https://example.org/a", "linkBrand": "The Example", "via": " Ann ", "viaLink": "http://v.example"},
    {"identifier": None, "searchCategory": "News", "sub": "brief", "mastHead": "NEWS", "institution": {"label": "H"}},
    {"cover": {"image": "/a.jpg", "alt": "A"}, "featuredPdf": "/a.pdf", "favIconImage": {"href": "i.png"}},
    {"images": [{"src": "/b.jpg", "size": [1, 2], "format": "JPEG"}], "metaTitle": "T", "ogImage": "/o.png"},
    {"aliases": ["/a/", "b", "../c"], "redirect_from": "/d%20e", "breadcrumbs": ["A", "B"], "breadcrumbLinks": ["/a/"]},
    {"openGraphMetaData": {"ogtitle": "O", "ogurl": "/x"}, "status": "archived", "password": "x"},
]


def documents() -> Iterator[dict[str, Any]]:
    """Yield the fields of each sample, by name, as JSON values."""
    files = [(path.name, path.read_bytes()) for path in sorted(CONTENT.glob("*.md"))]
    for number, keys in enumerate(KEYS):
        values = {key: value for key, value in {**REQUIRED, **keys}.items() if value is not None}
        files.append((f"content/post/2024-05-06-sample-{number}.fr.md", f"---\n{dump(values)}---\n# A body\n".encode()))
    for name, data in files:
        document = read(data, name)
        yield to_json_value(document.identity) | to_json_value(document.record)


def revisions() -> dict[str, str]:
    """Return the revision of each field (of parsing, and of its rule), a space, and the digest of its values."""
    samples = list(documents())
    return {
        rule.field: f"{PARSING_REVISION}.{rule.revision} {_digest([sample[rule.field] for sample in samples])}"
        for rule in READ_RULES
    }


def _digest(values: list[Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(revisions(), indent=2) + "\n")
