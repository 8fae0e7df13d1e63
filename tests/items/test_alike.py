"""Names that look alike, proposed for a merge."""

from __future__ import annotations

from itertools import product

import pytest

from curation.items import alike
from curation.items.alike import (
    SAME,
    SHORT,
    SPELLING,
    TYPO,
    ComparedName,
    alike_pairs,
    alike_rows,
    singular,
    tell_apart,
)
from curation.items.topics import make_equivalent, retire
from curation.models import DistinctNames, Topic
from tests.factories import COMMAND, make_topic


def reason(*texts: str) -> str:
    """Return why two names look alike; "" if they do not."""
    return alike_pairs([ComparedName(number, text) for number, text in enumerate(texts, 1)]).get((1, 2), "")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Nursing", "nursing", SAME),
        ("Café", "CAFÉ", SAME),
        ("Café", "Cafe", SPELLING),
        ("Wearable", "Wearables", SPELLING),
        ("Tele-health", "Telehealth", SPELLING),
        ("Home care", "Homecare", SPELLING),
        ("AI in healthcare", "Healthcare AI", SPELLING),
        ("Policies", "Policy", SPELLING),
        ("Jane Doe", "Doe, Jane", SPELLING),
        ("healthcareitnews.com", "Healthcare IT News", SPELLING),
        ("Interoperability", "Interoperabilty", TYPO),
        ("Telemedicine", "Telemedcine", TYPO),
        ("Radiology", "Radoilogy", TYPO),
        ("AI", "Artificial Intelligence", SHORT),
        ("EHR", "Electronic Health Record", SHORT),
    ],
)
def test_names_of_one_meaning_look_alike(one: str, other: str, expected: str) -> None:
    assert reason(one, other) == reason(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Web 2", "Web 3"),
        ("COVID-19 test", "COVID-18 test"),
        ("Nurse", "Purse"),
        ("Cardiology", "Radiology"),
        ("Telehealth", "Telemedicine"),
        ("AI", "Angiography"),
        ("C", "C++"),
    ],
)
def test_names_of_several_meanings_do_not(one: str, other: str) -> None:
    assert reason(one, other) in ("", SPELLING if one == "C" else "")


@pytest.mark.parametrize(
    ("word", "expected"), [("stress", "stress"), ("virus", "virus"), ("boxes", "box"), ("gas", "gas")]
)
def test_a_word_that_only_looks_like_a_plural_stays(word: str, expected: str) -> None:
    assert singular(word) == expected


def test_thousands_of_names_take_time_in_proportion_to_their_number() -> None:
    words = (
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliett",
        "kilo",
        "lima",
    )

    def comparisons(number: int) -> int:
        names = [
            ComparedName(at, " ".join(some)) for at, some in zip(range(number), product(words, repeat=4), strict=False)
        ]
        calls = 0
        real = alike._is_typo

        def counting(one: str, other: str) -> bool:
            nonlocal calls
            calls += 1
            return real(one, other)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(alike, "_is_typo", counting)
            alike_pairs(names)
        return calls

    assert comparisons(2000) <= 4 * max(comparisons(1000), 1000)


@pytest.mark.django_db
def test_rows_that_are_told_apart_are_not_proposed_again_but_a_third_one_is() -> None:
    one, other = make_topic("Wearable"), make_topic("Wearables", "KLAS")
    assert [group.ids for group in alike_rows(Topic)] == [(one.pk, other.pk)]
    tell_apart(Topic, [other.pk, one.pk])
    tell_apart(Topic, [one.pk, other.pk])
    assert alike_rows(Topic) == []
    assert DistinctNames.objects.count() == 1
    third = make_topic("WEARABLES", "Gartner")
    assert [group.ids for group in alike_rows(Topic)] == [(one.pk, other.pk, third.pk)]
    tell_apart(Topic, [one.pk, other.pk, third.pk])
    assert alike_rows(Topic) == []


@pytest.mark.django_db
def test_retired_topics_and_equivalent_ones_are_not_proposed() -> None:
    one, other = make_topic("Wearable"), make_topic("Wearables", "KLAS")
    retire(other, one, COMMAND)
    assert alike_rows(Topic) == []
    third, fourth = make_topic("Robot"), make_topic("Robots", "KLAS")
    make_equivalent([third, fourth], COMMAND, shows_all=False)
    assert alike_rows(Topic) == []


@pytest.mark.django_db
def test_several_that_look_alike_are_one_group_with_the_strongest_reason() -> None:
    ids = [
        make_topic(label, vocabulary).pk
        for label, vocabulary in (("AI", "A"), ("ai", "B"), ("Artificial Intelligence", "C"))
    ]
    (group,) = alike_rows(Topic)
    assert (group.ids, group.reason) == (tuple(ids), SAME)
