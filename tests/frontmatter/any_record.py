"""Hypothesis strategies for records: any values of an item, in the form of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from curation.frontmatter.comparison import ENTRY_KEYS
from curation.frontmatter.reading.lists import SEPARATORS
from curation.frontmatter.reading.paths import parse_site_path
from curation.frontmatter.reading.topics import topic_key
from curation.frontmatter.record import ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef
from curation.lib.slugs import slug_of
from curation.markdown import one_line

#: Texts with a meaning in YAML, TOML, JSON, HTML or Markdown.
_TROUBLE = [
    *(
        "---",
        "+++",
        ": ",
        " #",
        "#",
        "'",
        '"',
        "''",
        '"""',
        "\\",
        "\\n",
        "{",
        "}",
        "[",
        "]",
        "- ",
        "? ",
        "& ",
        "*",
        "!",
    ),
    *("|", ">", ">-", "%", "@", "`", "~", "null", "true", "No", "12:30:45", "1.20", "0x1F", "2023-01-31", ".nan", "<<"),
    *("&amp;", "&#39;", "<b>", "</b>", "<", "&", "{{", "=", ",", ";", "é", "漢字", "😀", "\u200d", "e\u0301", "..."),
]
_characters = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
_pieces = st.one_of(st.sampled_from(_TROUBLE), st.text(_characters, max_size=12), st.just(" "), st.just("word"))


def lines(limit: int = 200) -> st.SearchStrategy[str]:
    """One line of text that is not empty."""
    texts = st.lists(_pieces, min_size=1, max_size=12).map(lambda pieces: one_line("".join(pieces))[:limit].strip())
    return texts.map(one_line).filter(bool)


def maybe(strategy: st.SearchStrategy[Any], nothing: Any = "") -> st.SearchStrategy[Any]:
    return st.one_of(st.just(nothing), strategy)


def several(strategy: st.SearchStrategy[Any], name: str) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=4, unique_by=ENTRY_KEYS[name]).map(tuple)


slugs = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True).filter(lambda slug: len(slug) < 60)
hosts = st.from_regex(r"[a-z]{1,9}\.example\.(org|com)", fullmatch=True)
links = st.builds(
    "https://{}/{}".format, hosts, st.from_regex(r"[a-zA-Z0-9/_.~-]{0,30}(\?[a-z]=[a-z0-9&#%]{0,9})?", fullmatch=True)
)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))
bodies = st.lists(
    st.one_of(st.just("---"), st.just("+++"), st.just("}"), st.just(""), lines(), st.just("<p>x</p>"), st.just(" a ")),
    max_size=8,
).map("\n".join)
paths = st.from_regex(r"/[a-z]{1,9}(/[a-z0-9_.%é-]{1,9}){0,3}", fullmatch=True).filter(
    lambda path: parse_site_path(path) == path
)
_named = lines(90).filter(lambda text: ": " not in text and not text.startswith(":") and not text.endswith(":"))
topics = st.builds(
    lambda vocabulary, label: TopicRef(vocabulary, label, slug_of(f"{vocabulary} {label}")[:200].strip("-") or "x"),
    st.one_of(st.just("Medigy"), _named),
    _named,
)
offerings = st.builds(OfferingRef, lines(), slugs, maybe(st.integers(0, 2**63 - 1).map(str)))
publishers = hosts.map(lambda host: PublisherRef(host, host))
pictures = st.builds(MediaRef, st.from_regex(r"/img/[a-z0-9-]{1,20}\.jpe?g", fullmatch=True), maybe(lines()))
tags_of_page = st.dictionaries(
    st.sampled_from(["ogtitle", "robots", "fb:app_id", "msvalidate.01"]), lines(), max_size=2
)


_tags = lines(90).map(lambda text: one_line(SEPARATORS.sub(" ", text))).filter(bool)


def _distinct(records: tuple[OfferingRef, ...]) -> bool:
    numbers = [record.external_id for record in records if record.external_id]
    return len({record.slug for record in records}) == len(records) and len(set(numbers)) == len(numbers)


@st.composite
def records(draw: st.DrawFn) -> ItemRecord:
    """A record as an item in the database makes it."""
    status = draw(st.sampled_from(["draft", "published", "archived"]))
    related = draw(st.lists(offerings, max_size=3).map(tuple).filter(_distinct))
    if related and draw(st.booleans()):
        related = (OfferingRef(related[0].name, related[0].slug, related[0].external_id, is_primary=True), *related[1:])
    slug = draw(slugs)
    return ItemRecord(
        title=draw(lines()),
        slug=slug,
        summary=draw(lines()),
        body=draw(bodies),
        status=status,
        published_at=draw(moments if status == "published" else maybe(moments, None)),
        modified_at=draw(maybe(moments, None)),
        expires_at=draw(maybe(st.just(datetime(2999, 1, 31, 9, 30, tzinfo=UTC)), None)),
        source_url=draw(maybe(links)),
        source_url_original=draw(maybe(links)),
        publisher=draw(maybe(publishers, None)),
        via_name=draw(maybe(lines())),
        via_url=draw(maybe(links)),
        authors=draw(several(lines(), "authors")),
        topics=draw(st.lists(topics, max_size=4, unique_by=topic_key).map(tuple)),
        offerings=related,
        tags=draw(several(_tags, "tags")),
        aliases=tuple(path for path in draw(several(paths, "aliases")) if path != f"/news/{slug}"),
        language=draw(st.sampled_from(["", "en", "fr", "pt-BR", "zh-Hant"])),
        kind=draw(maybe(lines(90))),
        format=draw(maybe(lines(90))),
        section=draw(maybe(lines(90))),
        institution=draw(maybe(lines())),
        image=draw(maybe(pictures, None)),
        meta={
            group: tags for group, tags in {"openGraph": draw(tags_of_page), "html": draw(tags_of_page)}.items() if tags
        },
    )
