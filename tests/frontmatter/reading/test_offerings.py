"""The offering an item is about, and the related ones."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_OFFERING, MAX_SLUG
from curation.frontmatter.record import OfferingRef, TopicRef
from tests.frontmatter.files import record, warnings

ONE = {"label": "One", "permalink": "/offering/one", "offeringId": 11, "categories": ["Symplur: AI", "b"]}
TWO = {"label": "Two", "permalink": "/offering/two/", "offeringId": "22"}
ONE_REF = OfferingRef("One", "one", "11", (TopicRef("Symplur", "AI"), TopicRef("Medigy", "b")))
TWO_REF = OfferingRef("Two", "two", "22")


def primary(ref: OfferingRef) -> OfferingRef:
    return OfferingRef(ref.name, ref.slug, ref.external_id, ref.topics, is_primary=True)


@pytest.mark.parametrize(
    ("keys", "offerings"),
    [
        ({"relatedOfferings": [TWO, ONE]}, (TWO_REF, ONE_REF)),
        ({"relatedOfferings": [TWO, ONE, TWO]}, (TWO_REF, ONE_REF)),
        ({"offering": ONE, "relatedOfferings": [TWO]}, (primary(ONE_REF), TWO_REF)),
        ({"offering": ONE, "relatedOfferings": [TWO, ONE]}, (primary(ONE_REF), TWO_REF)),
        ({"offering": "one", "relatedOfferings": [TWO, ONE]}, (primary(ONE_REF), TWO_REF)),
        ({"offering": "Three's &amp; co"}, (OfferingRef("Three's & co", "threes-co", is_primary=True),)),
        ({"offering": {"label": "One", "permalink": "/offering/one"}, "relatedOfferings": [ONE]}, (primary(ONE_REF),)),
        ({"relatedOfferings": [{"label": "No Link"}]}, (OfferingRef("No Link", "no-link"),)),
        ({"relatedOfferings": [{"label": "x", "permalink": None, "offeringId": None}]}, (OfferingRef("x", "x"),)),
        ({"offering": None, "relatedOfferings": None}, ()),
        ({"offering": "", "relatedOfferings": []}, ()),
    ],
)
def test_the_primary_one_comes_first_and_each_once(keys: dict[str, Any], offerings: tuple[OfferingRef, ...]) -> None:
    assert record(**keys).offerings == offerings
    assert warnings(**keys) == []


def test_each_entry_that_is_not_an_offering_is_a_warning() -> None:
    written = [None, "text", ["a"], {"permalink": "/offering/x"}, {"label": None}, {"label": ["x"]}, ONE]
    assert record(relatedOfferings=written).offerings == (ONE_REF,)
    assert warnings(relatedOfferings=written) == [
        ("offering-malformed", "relatedOfferings[0]"),
        ("offering-malformed", "relatedOfferings[1]"),
        ("offering-malformed", "relatedOfferings[2]"),
        ("offering-malformed", "relatedOfferings[3].label"),
        ("offering-malformed", "relatedOfferings[4].label"),
        ("not-text", "relatedOfferings[5].label"),
        ("offering-malformed", "relatedOfferings[5].label"),
    ]


def test_a_text_is_not_a_list_of_related_offerings() -> None:
    assert record(relatedOfferings="Some Offering").offerings == ()
    assert warnings(relatedOfferings="Some Offering") == [("offering-malformed", "relatedOfferings")]


def test_an_offering_is_a_text_or_a_mapping() -> None:
    assert record(offering=["One"]).offerings == ()
    assert warnings(offering=["One"]) == [("offering-malformed", "offering")]


@pytest.mark.parametrize(
    "permalink",
    [
        *(
            "https://evil.example/offering/x",
            "javascript:xss(1)",
            "/offering/../../admin",
            "//offering/x",
            "/offering/",
        ),
        *(
            "/offering/x?y",
            "/offering/X",
            "/news/x",
            "/offering/x/y",
            "/offering/" + "x" * (MAX_SLUG + 1),
            ["/offering/x"],
        ),
    ],
)
def test_an_offering_with_another_permalink_is_dropped(permalink: Any) -> None:
    written = [TWO, {"label": "X", "permalink": permalink}]
    assert record(relatedOfferings=written).offerings == (TWO_REF,)
    assert warnings(relatedOfferings=written) == [("offering-permalink", "relatedOfferings[1].permalink")]


def test_a_name_in_another_script_gives_an_address_in_it() -> None:
    assert record(relatedOfferings=[{"label": "新闻"}]).offerings == (OfferingRef("新闻", "新闻"),)
    assert record(relatedOfferings=[{"label": "X", "permalink": "/offering/新闻"}]).offerings == (
        OfferingRef("X", "新闻"),
    )


def test_a_name_without_letters_needs_a_permalink() -> None:
    assert record(relatedOfferings=[{"label": "❤", "permalink": "/offering/x"}]).offerings == (OfferingRef("❤", "x"),)
    assert warnings(relatedOfferings=[{"label": "❤"}]) == [("offering-permalink", "relatedOfferings[0].permalink")]


@pytest.mark.parametrize("number", [2**63, "x", -1, [1], 1.5])
def test_an_id_that_is_not_a_number_is_ignored(number: Any) -> None:
    written = [{**ONE, "offeringId": number}]
    assert record(relatedOfferings=written).offerings[0].external_id == ""
    assert warnings(relatedOfferings=written) == [("offering-id", "relatedOfferings[0].offeringId")]


@pytest.mark.parametrize(
    "second",
    [
        {"label": "Uno", "permalink": "/offering/uno", "offeringId": 11},
        {"label": "Uno", "permalink": "/offering/one"},
        {"label": "One", "permalink": "/offering/one", "offeringId": 12},
    ],
)
def test_one_offering_with_two_names_is_a_warning(second: dict[str, Any]) -> None:
    assert record(relatedOfferings=[ONE, second]).offerings == (ONE_REF,)
    assert warnings(relatedOfferings=[ONE, second]) == [("offering-twice", "relatedOfferings")]


def test_the_topics_of_an_offering_are_named_where_they_stand() -> None:
    written = [{**ONE, "categories": ["Symplur: AI", {"x": "y"}]}]
    assert record(relatedOfferings=written).offerings[0].topics == (TopicRef("Symplur", "AI"),)
    assert warnings(relatedOfferings=written) == [("topic-malformed", "relatedOfferings[0].categories[1]")]


def test_a_name_has_a_limit() -> None:
    written = [{"label": "x" * (MAX_OFFERING + 1)}]
    assert record(relatedOfferings=written).offerings == ()
    assert ("too-long", "relatedOfferings[0].label") in warnings(relatedOfferings=written)
