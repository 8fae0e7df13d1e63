"""Slugs of titles in any script."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.lib.slugs import is_path_slug, is_slug, numbered, slug_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Lucira's COVID-19 Test_Kit", "luciras-covid-19-test-kit"),
        ("Straße, Ærø, Søpåsen, Łódź, İzmir ışık", "strasse-aero-sopasen-lodz-izmir-isik"),
        ("Новости дня", "novosti-dnya"),
        ("Οδός Αθηνών", "odos-athinon"),
        ("e\u0301te\u0301", "ete"),
        ("你好，世界", "你好世界"),
        ("مستشفى", "مستشفى"),
        ("בית חולים", "בית-חולים"),
        ("โรงพยาบาลศิริราช", "โรงพยาบาลศิริราช"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        (normalize("NFD", "한국 병원"), "한국-병원"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        (".NET", "net"),
        ("2020–2021", "2020-2021"),
        ("❤ 📰", ""),
        ("\u0301", ""),
    ],
)
def test_a_title_gives_an_address(text: str, slug: str) -> None:
    assert slug_of(text) == slug


@given(st.text(max_size=30))
def test_slug_of_gives_a_slug_for_any_text_and_is_idempotent(text: str) -> None:
    slug = slug_of(text)
    assert slug == "" or is_path_slug(slug)
    assert slug_of(slug) == slug


@given(st.text(max_size=30))
def test_the_unicode_form_of_a_text_does_not_change_its_slug(text: str) -> None:
    assert slug_of(normalize("NFD", text)) == slug_of(normalize("NFC", text)) == slug_of(text)


@given(st.text("ab-é好", min_size=1, max_size=40), st.integers(2, 5000), st.integers(10, 40))
def test_a_number_fits_a_slug_of_any_length(slug: str, number: int, limit: int) -> None:
    assert len(numbered(slug, number, limit)) <= limit
    assert numbered(slug, number, limit).endswith(f"-{number}")


@pytest.mark.parametrize("text", ["", "a b", "a/b", "a.b", "❤", "a\n"])
def test_other_texts_are_not_slugs(text: str) -> None:
    assert not is_slug(text)
