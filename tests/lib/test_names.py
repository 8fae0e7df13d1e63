"""The key that is equal for all spellings of a name."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.lib.names import name_key

#: Letters whose lower(), upper(), casefold() and normal forms differ, among plain ones.
ODD = "İıIiſsSßẞςσΣéÉe\u0301\u0307\u0323\u0345ᾳÅÅKkKﬁŉǰǅϐβ ΐ\u00a0\u2003가\u1100\u1161Ꭰꭰ"
NAMES = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=12)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Telehealth", "telehealth", "TELEHEALTH", "  TeleHealth "),
        ("Digital Health", "digital  health", "Digital\u00a0Health", "Digital\tHealth"),
        ("Café", "Cafe\u0301", "CAFÉ", "CAFE\u0301"),
        ("İstanbul", "I\u0307stanbul", "istanbul", "ISTANBUL", "ıstanbul", "i\u0307stanbul", "ı\u0307stanbul"),
        ("Işık", "ışık", "işik", "IŞIK", "İŞİK"),
        ("ΟΔΟΣ", "οδος", "οδοσ", "Οδος"),
        ("Straße", "STRASSE", "strasse", "STRAẞE"),
        ("Ångström", "Ångström", "A\u030angstro\u0308m", "ÅNGSTRÖM"),
        ("한국", normalize("NFD", "한국")),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Café", "Cafe"), ("C", "C++"), ("北京", "東京"), ("a b", "ab"), ("o", "ø")]
)
def test_names_that_differ_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(NAMES)
def test_the_key_of_a_key_is_that_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(NAMES)
def test_unicode_form_and_case_of_a_name_do_not_change_its_key(name: str) -> None:
    for other in (normalize("NFC", name), normalize("NFD", name), name.casefold(), f" {name}\n"):
        assert name_key(other) == name_key(name)


@given(NAMES)
def test_a_key_is_one_line_in_composed_form(name: str) -> None:
    key = name_key(name)
    assert key == normalize("NFC", key) == " ".join(key.split())


@given(st.text(st.characters(codec="ascii")))
def test_ascii_names_are_folded_like_all_others(name: str) -> None:
    assert name_key(name) == name_key(f"{name} é").removesuffix("é").strip()
