"""A record as JSON and back."""

import json
import pickle
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter import from_json, to_json, to_text
from curation.frontmatter.record import Crumb, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef

from .files import sample

WHOLE = [
    *("openproject.md", "bookmark.md", "contributor.md", "2014-03-07-patients-like-me.md"),
    *("a-page-in-toml.md", "a-page-in-json.md"),
]


@pytest.mark.parametrize("name", WHOLE)
def test_a_record_survives_json(name: str) -> None:
    record = sample(name).record
    assert from_json(json.loads(json.dumps(to_json(record)))) == record


def test_json_read_back_from_a_database_equals_what_was_written() -> None:
    values = to_json(sample("openproject.md").record)
    assert json.loads(json.dumps(values)) == values


def test_fields_that_an_older_dictionary_lacks_have_their_defaults() -> None:
    record = sample("a-page-in-toml.md").record
    values = to_json(record)
    del values["aliases"], values["image"]
    assert from_json(values) == record


TEXT = st.text(max_size=20)
TOPICS = st.lists(st.builds(TopicRef, TEXT, TEXT, TEXT), max_size=2).map(tuple)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
FACTS = st.dictionaries(TEXT, st.booleans() | st.integers() | TEXT | st.lists(st.integers(), max_size=2), max_size=2)
MEDIA = st.none() | st.builds(MediaRef, TEXT, TEXT, FACTS)
RECORDS = st.builds(
    ItemRecord,
    title=TEXT,
    slug=TEXT,
    summary=TEXT,
    body=TEXT,
    status=st.sampled_from(["draft", "published", "archived"]),
    published_at=st.datetimes(timezones=st.just(UTC)) | st.none(),
    publisher=st.none() | st.builds(PublisherRef, TEXT, TEXT),
    authors=TEXTS,
    topics=TOPICS,
    offerings=st.lists(st.builds(OfferingRef, TEXT, TEXT, TEXT, TOPICS, st.booleans()), max_size=2).map(tuple),
    tags=TEXTS,
    aliases=TEXTS,
    image=MEDIA,
    pdf=MEDIA,
    icon=MEDIA,
    meta=st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT, max_size=2), max_size=2),
    breadcrumbs=st.lists(st.builds(Crumb, TEXT, TEXT), max_size=2).map(tuple),
)


@given(RECORDS)
def test_any_record_survives_json(record: ItemRecord) -> None:
    assert from_json(json.loads(json.dumps(to_json(record)))) == record


@given(RECORDS)
def test_its_text_is_that_of_its_dictionary(record: ItemRecord) -> None:
    assert to_text(record) == json.dumps(to_json(record))
    assert from_json(to_text(record)) == record


@pytest.mark.parametrize("name", WHOLE)
def test_a_document_survives_pickling(name: str) -> None:
    document = sample(name)
    assert pickle.loads(pickle.dumps(document)) == document
