"""`Vocabulary: Label`, and the keys that repeat it."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_SLUG, MAX_TOPIC, MAX_VOCABULARY
from curation.frontmatter.record import TopicRef
from tests.frontmatter.files import record, warnings


@pytest.mark.parametrize(
    ("written", "topic"),
    [
        ("Symplur: Digital Technology", TopicRef("Symplur", "Digital Technology")),
        ("Gartner: AI: Deep: Learning", TopicRef("Gartner", "AI: Deep: Learning")),
        ("Telehealth", TopicRef("Medigy", "Telehealth")),
        ("12:30", TopicRef("Medigy", "12:30")),
        ("  Symplur:   Two  words ", TopicRef("Symplur", "Two words")),
        ("R&amp;D: A &amp; B", TopicRef("R&D", "A & B")),
        ("<b>x</b>", TopicRef("Medigy", "<b>x</b>")),
        ("Esc: a\x1bb", TopicRef("Esc", "a b")),
    ],
)
def test_a_topic_is_split_at_the_first_colon_and_space(written: str, topic: TopicRef) -> None:
    assert record(categories=[written]).topics == (topic,)
    assert warnings(categories=[written]) == []


def test_topics_keep_their_order_and_are_one_whatever_their_case_and_spacing() -> None:
    written = ["Symplur: B", "SYMPLUR: b", "Symplur:  B ", "a", "Symplur: A", "A", "Medigy: a"]
    topics = record(categories=written).topics
    assert topics == (TopicRef("Symplur", "B"), TopicRef("Medigy", "a"), TopicRef("Symplur", "A"))


def test_each_entry_that_is_not_a_topic_is_a_warning_and_the_others_stay() -> None:
    written = [{"Symplur": "AI"}, None, ": leading", "trailing:", ":", "Symplur: ", "", ["x"], "Good"]
    assert record(categories=written).topics == (TopicRef("Medigy", "Good"),)
    codes = [code for code, _key in warnings(categories=written)]
    assert codes == ["topic-malformed", "not-text", *["topic-malformed"] * 5, "not-text"]
    assert [key for _code, key in warnings(categories=written)] == [f"categories[{number}]" for number in range(8)]


def test_one_text_is_a_list_of_one_with_a_warning() -> None:
    assert record(categories="Symplur: AI").topics == (TopicRef("Symplur", "AI"),)
    assert warnings(categories="Symplur: AI") == [("not-a-list", "categories")]


@pytest.mark.parametrize(
    "written",
    [f"{'v' * (MAX_VOCABULARY + 1)}: x", f"x: {'l' * (MAX_TOPIC + 1)}", "l" * (MAX_TOPIC + 1), "x" * 1_000],
)
def test_a_topic_has_limits(written: str) -> None:
    assert record(categories=[written, "Good"]).topics == (TopicRef("Medigy", "Good"),)
    assert warnings(categories=[written, "Good"]) == [("too-long", "categories[0]")]


@pytest.mark.parametrize("written", [None, [], ""])
def test_the_custom_field_stands_in_for_missing_categories(written: Any) -> None:
    keys = {"categories": written, "openProjectCustomFields": {"medigyTopics": ["Symplur: AI"]}}
    assert record(**keys, categoryUrl=["topic/symplur-ai"]).topics == (TopicRef("Symplur", "AI", "symplur-ai"),)
    assert warnings(**keys) == []


# Slugs


def test_addresses_give_the_slugs_where_there_is_one_for_each() -> None:
    keys = {"categories": ["Symplur: AI", "b", None], "categoryUrl": ["topic/ai", "/topic/bee/", "topic/c"]}
    assert record(**keys).topics == (TopicRef("Symplur", "AI", "ai"), TopicRef("Medigy", "b", "bee"))


@pytest.mark.parametrize("addresses", [["topic/a"], ["topic/a", "topic/b", "topic/c"]])
def test_addresses_are_ignored_unless_there_is_one_per_category(addresses: list[str]) -> None:
    keys = {"categories": ["a", "b"], "categoryUrl": addresses}
    assert [topic.slug for topic in record(**keys).topics] == ["", ""]
    assert warnings(**keys) == [("topic-slugs", "categoryUrl")]


@pytest.mark.parametrize(
    "address",
    ["topic/../admin", "https://evil.example/topic/a", "news/a", "topic/A", None, "topic/" + "a" * (MAX_SLUG + 1)],
)
def test_an_address_of_another_page_gives_no_slug(address: str | None) -> None:
    keys = {"categories": ["a"], "categoryUrl": [address]}
    assert record(**keys).topics == (TopicRef("Medigy", "a"),)
    assert warnings(**keys) == [("topic-slugs", "categoryUrl[0]")]


# Copies


@pytest.mark.parametrize(
    "keys",
    [
        {"categorySlug": ["symplur: ai", "b"], "categoryLabel": ["AI", "B"]},
        {"categorySlug": ["SYMPLUR: AI", "B"], "categoryLabel": ["ai", "b"]},
        {"categorySlug": None, "categoryLabel": []},
        {"openProjectCustomFields": {"medigyTopics": ["b", "Symplur: AI"]}},
        {"openProjectCustomFields": {"medigyTopics": None}},
    ],
)
def test_copies_that_agree_cause_no_warning(keys: dict[str, Any]) -> None:
    assert warnings(categories=["Symplur: AI", "b"], **keys) == []


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"categorySlug": ["gartner: ai"]}, "categorySlug"),
        ({"categoryLabel": ["AI", "Robots"]}, "categoryLabel"),
        ({"openProjectCustomFields": {"medigyTopics": ["Gartner: AI"]}}, "openProjectCustomFields.medigyTopics"),
    ],
)
def test_copies_that_differ_are_a_warning(keys: dict[str, Any], key: str) -> None:
    assert record(categories=["Symplur: AI"], **keys).topics == (TopicRef("Symplur", "AI"),)
    assert warnings(categories=["Symplur: AI"], **keys) == [("derived-differs", key)]
