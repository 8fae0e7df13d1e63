"""Splitting text into sentences, and replacing summaries that stop inside one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter.problems import Rejected, SectionPage
from curation.importing.parse import ParseRefusal, parse_content
from curation.lib.sentences import MAX_SUMMARY, is_whole, sentences, shown_summary, stops_inside, truncate_at_sentence

ONE = [
    "Dr. Eric Topol leads the institute.",
    "Am 3. Oktober verdiente das Unternehmen 3,5 Mio. Euro bzw. 4 Mrd. Yen.",
    "Hier Mme. Durand est arrivée.",
    "The U.S. Department of Health and Human Services said so.",
    "It will pay $3.5 million to the U.S. Treasury.",
    "Mr. Watson, Mrs. Hall and Ms. Lee came to St. Joseph Health in Washington D.C. on Monday.",
    "Raj Ratwani, Ph.D., director of the center, and Donald Rucker, M.D., clarified it.",
    "J. R. Smith wrote it, e.g. for the B.M.J. in Jan. 2019.",
    "See fig. 3 of vol. 2, no. 7.",
    "Apple Inc. and Oracle Corp. agreed at 9 a.m. Eastern time.",
    "He said “Who knows?” and left.",
    "Health 2.0 and Web 3.0 are here.",
    "It runs on Node.js and costs $1.50.",
    "It grew ... and grew.",
    "A list (of three, etc.) is here.",
    "What is “a model”",
]


@pytest.mark.parametrize("text", ONE)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert list(sentences(text)) == [text]


@pytest.mark.parametrize(
    "two",
    [
        ("It moved to the U.S.", "The move took a year."),
        ("He has a Ph.D.", "She has none."),
        ("It was bought by Apple Inc.", "However, it stayed small."),
        ("“It works.”", "We saw it."),
        ('"Does it work?"', "They did not say."),
        ("It cost $5.", "That is little."),
        ("It was in 2018.", "In 2019 it was not."),
        ("What a day!", "Nobody came."),
        ("It goes on…", "Nobody knows for how long."),
        ("He left (at last).", "She stayed."),
    ],
)
def test_two_sentences_are_split(two: tuple[str, str]) -> None:
    assert list(sentences(" ".join(two))) == list(two)


def test_sentences_without_a_space_between_them_are_split() -> None:
    assert list(sentences("It was old technology.From here on it is new.")) == [
        "It was old technology.",
        "From here on it is new.",
    ]


@given(st.text(alphabet=st.sampled_from('aB .!?…"”)1U'), max_size=60))
def test_no_character_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


BODY = (
    "The U.S. Food and Drug Administration has cleared a watch made by Dr. Wu. It costs $1.5 million. Nobody buys it."
)


@pytest.mark.parametrize(
    ("summary", "body"),
    [
        ("The U.", BODY),
        ("The U.S. Food and Drug Administration has cleared a watch made by Dr.", BODY),
        ("The U.S. Food and Drug Administration has cleared a watch made by Dr. Wu. It costs $1.", BODY),
        ("marketing-advertising-pr-branding", BODY),
        ("health", BODY),
        ("The U.S. Food and Drug Administration has cleared…", BODY),
        ("", BODY),
        ("Dr.", BODY),
    ],
)
def test_an_incomplete_or_empty_summary_is_replaced_by_whole_sentences(summary: str, body: str) -> None:
    assert shown_summary(summary, body) == body


@pytest.mark.parametrize(
    ("summary", "body"),
    [
        ("A watch was cleared, and nobody buys it.", BODY),
        ("Short, by an editor.", BODY),
        ("Short, by an editor", BODY),
        ("It was bought by Apple Inc.", "Another text."),
        ("What is left to say?", ""),
        ("The U.S. Food and Drug Administration has cleared a watch made by Dr. Wu.", BODY),
        ("All of the text.", "All of the text."),
        (
            "It came to 2.5 million people, a third of all in the U.S.",
            "It came to 2.5 million people, a third of all in the U.S.",
        ),
        ("An editor's ellipsis …", BODY),
    ],
)
def test_a_summary_of_whole_sentences_is_kept(summary: str, body: str) -> None:
    assert shown_summary(summary, body) == summary


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("It works. It will pay $3 million to the U.", "It works."),
        ("It will pay $3 million to the U.", "It will pay $3 million to the…"),
        ("Says Dr.", "Says…"),
        ("Dr.", ""),
        ("some-slug-of-words", ""),
    ],
)
def test_without_a_text_the_whole_sentences_of_a_summary_are_shown(summary: str, shown: str) -> None:
    assert shown_summary(summary, "") == shown


def test_a_short_beginning_of_a_text_becomes_a_longer_one() -> None:
    body = "Chatbots? Artificial intelligence? How will technology change healthcare in the years to come?"
    assert shown_summary("Chatbots?", body) == body


def test_a_lost_closing_quote_is_restored() -> None:
    body = "Its motto has always been “Nothing about me without me.” That goes for the whole of the conference."
    assert shown_summary("Its motto has always been “Nothing about me without me.", body) == body


def test_headings_before_the_first_sentence_are_skipped() -> None:
    sentence = "The first sentence of a text that is long enough to stand alone, even in a list."
    assert shown_summary("", f"Key points\nIn short\n{sentence}") == sentence


@pytest.mark.parametrize("limit", [40, 200, 280])
def test_a_sentence_that_is_too_long_ends_at_a_word(limit: int) -> None:
    text = "It cost $1.5 million and " + "many words of a very long sentence by Dr. Wu, " * 20
    shown = truncate_at_sentence(text, limit)
    assert len(shown) <= limit
    assert shown.endswith("…")
    assert text.startswith(shown.removesuffix("…"))
    assert not shown.endswith(("Dr…", "1…"))


@given(st.text(max_size=700), st.text(max_size=700))
def test_a_shown_summary_is_never_longer_than_its_sources(summary: str, body: str) -> None:
    assert len(shown_summary(summary, body)) <= max(MAX_SUMMARY, len(summary) + 2)


@given(st.lists(st.sampled_from(ONE[:-1]), min_size=1, max_size=12), st.data())
def test_a_summary_cut_anywhere_is_shown_with_a_proper_end(parts: list[str], data: st.DataObject) -> None:
    body = " ".join(parts)
    cut = body[: data.draw(st.integers(1, len(body)))]
    shown = shown_summary(cut, body)
    assert shown.endswith(("…", "?", "!", ".", "”", ")"))
    assert shown.endswith("…") or any(shown == " ".join(parts[:number]) for number in range(1, len(parts) + 1))


def test_no_shown_summary_of_the_corpus_stops_inside_a_sentence(corpus: Path) -> None:
    shown, cut = [], 0
    for path in sorted(corpus.rglob("*.md")):
        try:
            result = parse_content(path.read_bytes(), path.name)
        except (Rejected, SectionPage):
            continue
        if isinstance(result, ParseRefusal) or result.record.status != "published":
            continue
        cut += any(problem.code == "summary-cut" for problem in result.document.problems)
        shown.append((result.columns["shown_summary"], " ".join(result.columns["body_text"].split())))
    assert len(shown) >= 577
    assert cut >= 27
    for summary, body in shown:
        assert is_whole(summary), summary
        assert summary.endswith("…") or not stops_inside(summary, body), summary
        assert len(summary.split()) > 3 or not body, summary
        assert " " in summary or not summary, summary


@pytest.mark.parametrize(
    ("description", "warned"),
    [("The U.", True), ("Whole.", False), ("", False), ("The U.S. is", False), ("The U.S. is large.", False)],
)
def test_an_import_warns_of_a_summary_that_stops_inside_a_sentence(description: str, warned: bool) -> None:
    data = f"---\ntitle: x\nslug: x\ndate: 2024-01-01\ndescription: {description}\n---\nThe U.S. is large. Very."
    result = parse_content(data.encode(), "x.md")
    assert not isinstance(result, ParseRefusal)
    assert ("summary-cut" in [problem.code for problem in result.document.problems]) == warned
    assert "description" not in [problem.field for problem in result.document.problems], "it may be `excerpt`"
    assert result.record.summary == description
