"""Scripts without spaces are found by their parts, and letters that are one are one, the same on every database."""

from typing import Any, Literal
from unicodedata import normalize

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from curation.models import CuratedItem, SearchEntry
from curation.search import entries
from curation.search.index import check
from curation.search.query import Term, parse
from curation.search.snippets import LENGTH, Marker
from curation.search.spelling import did_you_mean
from curation.search.suggest import suggestions
from curation.search.words import fold, indexed, words_of
from tests.factories import make_author, make_item, make_topic

from .conftest import Search

#: A text of each script that is written without spaces, and one of its words.
TEXTS = {
    "Chinese": ("北京医疗健康新闻", "医疗"),
    "traditional Chinese": ("臺灣醫療資訊科技", "資訊"),
    "Japanese": ("がん治療のためのデータベース", "データ"),
    "voiced kana": ("かぎのカギ", "ぎの"),
    "iteration marks": ("人々の生活", "人々"),
    "Thai": ("ข่าวสุขภาพและการแพทย์", "สุขภาพ"),
    "Thai with am": ("น้ำดื่มสำหรับผู้ป่วย", "สำหรับ"),
    "Lao": ("ຂ່າວສຸຂະພາບ", "ສຸຂະພາບ"),
    "Khmer": ("ព័ត៌មានសុខភាព", "សុខភាព"),
    "Burmese": ("ကျန်းမာရေးသတင်း", "သတင်း"),
    "rare characters": ("𠮷野家の医療", "𠮷野"),
}
ALL = pytest.mark.parametrize(("text", "part"), TEXTS.values(), ids=list(TEXTS))


def parts(text: str) -> set[str]:
    """Return every part of a text that starts and ends with a letter of its own, and not with a mark on one."""
    found = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)}
    return {part for part in found if words_of(part)}


@ALL
@pytest.mark.django_db
def test_every_part_of_a_title_is_found(text: str, part: str, search: Search) -> None:
    make_item(text, slug="one")
    make_item("Elsewhere")
    assert part in parts(text)
    for each in parts(text):
        assert search(each) == [text], each
        assert search(f'"{each}"') == [text], each


@ALL
@pytest.mark.parametrize("field", ["summary", "body", "topic", "author", "tag"])
@pytest.mark.django_db
def test_a_part_is_found_in_every_field(field: str, text: str, part: str, search: Search) -> None:
    fields: dict[str, dict[str, Any]] = {
        "summary": {"summary": text},
        "body": {"body": f"Before. {text} After."},
        "topic": {"topics": [make_topic(text)]},
        "author": {"authors": [make_author(text)]},
        "tag": {"tags": [text]},
    }
    make_item("One", **fields[field])
    make_item("Other")
    assert search(part) == search(f'"{part}"') == ["One"]
    assert search(f"-{part}") == ["Other"]
    assert search(f"{part} other") == []


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("医疗健康", ["北京医疗健康新闻"]),
        ("健康医疗", []),
        ('"医疗健康"', ["北京医疗健康新闻"]),
        ('"健康新闻"', ["北京医疗健康新闻"]),
        ('"医疗新闻"', []),
        ("医疗 新闻", ["北京医疗健康新闻"]),
        ("北京 -上海", ["北京医疗健康新闻"]),
        ("北京 -医疗健康", []),
        ("北京 -医疗保险", ["北京医疗健康新闻"]),
        ("医", ["北京医疗健康新闻"]),
        ("iphone手机", ["2024年iPhone手机评测"]),
        ("2024年", ["2024年iPhone手机评测"]),
        ("ＩＰＨＯＮＥ", ["2024年iPhone手机评测"]),
        ("手机*", ["2024年iPhone手机评测"]),
        ("ﾃﾞｰﾀ", ["データの力"]),
        ("テータ", []),
        ("한국 의료", ["한국의 의료 소식"]),
        ("한국의", ["한국의 의료 소식"]),
        ("의료소식", []),
    ],
)
@pytest.mark.django_db
def test_parts_phrases_and_exclusions(text: str, titles: list[str], search: Search) -> None:
    for number, title in enumerate(("北京医疗健康新闻", "2024年iPhone手机评测", "データの力", "한국의 의료 소식")):
        make_item(title, slug=f"item-{number}", body="")
    expected = titles if text != "한국 의료" else []  # Korean words are found whole, or by their beginning with a star
    assert search(text) == expected


@pytest.mark.django_db
def test_pairs_that_are_together_in_the_title_come_first(search: Search) -> None:
    make_item("医疗健康", slug="whole")
    make_item("健康 疗健 医疗", slug="apart")
    assert search("医疗健康") == ["医疗健康", "健康 疗健 医疗"]


@pytest.mark.parametrize("typed", ["Işık", "ışık", "IŞIK", "ISIK", "isik", "İŞİK", "işik"])
@pytest.mark.django_db
def test_dotted_and_dotless_i_are_one(typed: str, search: Search) -> None:
    make_item("İnşaat ve Işık", topics=[make_topic("Kış Sporları")])
    assert search(typed) == search("insaat") == search("kis sporlari") == ["İnşaat ve Işık"]
    assert did_you_mean(parse(typed)) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδός"),
        ("Οδυσσέας", "οδυσσεασ"),
        ("Ångström", "angstrom"),
        ("ﬁbrosis", "FIBROSIS"),
        ("Đà Nẵng", "đa nang"),
        ("Καφές", "ΚΑΦΕΣ"),
        ("ЁЛКА", "елка"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.django_db
def test_letters_are_one_in_any_case_and_form(
    form: Literal["NFC", "NFD"], one: str, other: str, search: Search
) -> None:
    make_item(normalize(form, one), slug="one")
    for typed in (one, other, one.upper(), one.lower(), normalize("NFD", other)):
        assert len(search(typed)) == 1, typed


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=80).filter(lambda text: not set(text) & set("\n\u200b\u2060")))
def test_the_databases_index_the_words_of_a_text_in_their_order(text: str) -> None:
    assert words_of(indexed(text).partition("\n")[0]) == words_of(text)


@pytest.mark.parametrize("text", ["", "Plain words, and 3 of them", "Zürich’s “best”", "한국 소식", "Привет"])
def test_text_of_scripts_with_spaces_takes_no_more_room(text: str) -> None:
    assert len(indexed(text)) <= len(text)


def test_invisible_spaces_divide_no_words() -> None:
    assert indexed("สุข\u200bภาพ") == indexed("สุขภาพ")


@pytest.mark.django_db
def test_the_longest_body_without_spaces_is_indexed(search: Search) -> None:
    characters = [chr(0x4E00 + (number * 7919) % 20_000) for number in range(120_000)]
    make_item("Long", body="".join(characters))
    beginning = "".join(characters[5_000:5_004])
    assert search(beginning) == ["Long"]
    assert not [wrong for _, wrong in check() if wrong]


@pytest.mark.django_db
def test_only_the_first_letters_of_a_body_are_indexed(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_SPACELESS_LETTERS", 4)
    make_item("One", summary="None.", body="Word 北京医疗健康 later")
    assert search("医疗") == ["One"]
    assert search("健康") == search("later") == []


# What readers are shown


@pytest.mark.parametrize(
    ("typed", "text", "html"),
    [
        ("医疗", "北京医疗健康", "北京<mark>医疗</mark>健康"),
        ("医疗健康", "北京医疗健康新闻", "北京<mark>医疗健康</mark>新闻"),
        ("医疗 新闻", "北京医疗健康新闻", "北京<mark>医疗</mark>健康<mark>新闻</mark>"),
        ("医", "医生和医疗", "<mark>医</mark>生和<mark>医</mark>疗"),
        ("iphone", "新iPhone手机", "新<mark>iPhone</mark>手机"),
        ("สุขภาพ", "ข่าวสุขภาพดี", "ข่าว<mark>สุขภาพ</mark>ดี"),
        ("สำหรับ", "น้ำสำหรับผู้ป่วย", "น้ำ<mark>สำหรับ</mark>ผู้ป่วย"),
        ("データ", "大きなデータ集", "大きな<mark>データ</mark>集"),
        ("isik", "İnşaat ve Işık", "İnşaat ve <mark>Işık</mark>"),
        ("上海", "北京医疗", "北京医疗"),
        ("医疗", "<b>医疗</b>", "&lt;b&gt;<mark>医疗</mark>&lt;/b&gt;"),
    ],
)
def test_parts_are_marked(typed: str, text: str, html: str) -> None:
    assert Marker(parse(typed)).marked(text) == html


def test_an_excerpt_of_a_text_without_spaces_shows_the_part() -> None:
    text = "天" * 500 + "医疗健康" + "地" * 500 + " " + "人" * 200
    snippet = Marker(parse("医疗健康")).snippet(text)
    assert "<mark>医疗健康</mark>" in snippet
    assert snippet.startswith("… 天")
    assert snippet.endswith("地 …")
    assert len(snippet) < LENGTH + 50


@pytest.mark.django_db
def test_the_page_shows_texts_as_they_are_written(client: Client) -> None:
    make_item("北京医疗健康新闻", slug="x", summary="无", body=f"{'天' * 300}上海医院在Zürich。")
    page = client.get("/search/", {"q": "上海医院"}).content.decode()
    assert "<mark>上海医院</mark>在Zürich。" in page
    assert "北京医疗健康新闻" in page
    assert SearchEntry.objects.get().title.startswith(" 北京 京医")


@pytest.mark.parametrize("typed", ["北", "北京", "京医", "医疗健"])
@pytest.mark.django_db
def test_titles_and_topics_are_suggested_from_the_first_character_on(typed: str) -> None:
    make_item("北京医疗健康新闻", slug="x", topics=[make_topic("北京医疗健康")])
    make_item("Elsewhere")
    assert [found.text for found in suggestions(typed)] == ["北京医疗健康", "北京医疗健康新闻"]


@pytest.mark.parametrize("typed", ["上海医院", "北海", "医药", "健身", "สุขสันต์"])
@pytest.mark.django_db
def test_no_hint_is_made_of_pairs_of_letters(typed: str) -> None:
    make_item("北京医疗健康新闻", slug="x", topics=[make_topic("北京医疗")], tags=["สุขภาพ"])
    assert did_you_mean(parse(typed)) == ""


def test_a_search_of_mixed_scripts_is_read_apart() -> None:
    assert parse("covid-19疫情 x").terms == (Term(("covid", "19")), Term(("疫情",)), Term(("x",)))
    assert parse('"疫情报道"').terms == (Term(("疫情", "情报", "报道")),)
    assert parse("-疫情报道").terms == (Term(("疫情", "情报", "报道"), is_excluded=True),)


@pytest.mark.django_db
def test_an_item_that_is_saved_again_keeps_its_entry() -> None:
    item = make_item("北京医疗", slug="x", body="健康")
    before = list(SearchEntry.objects.values())
    CuratedItem.objects.get(pk=item.pk).save()
    assert list(SearchEntry.objects.values()) == before
    assert not [wrong for _, wrong in check() if wrong]
