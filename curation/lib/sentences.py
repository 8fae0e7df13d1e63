"""Split plain text, mainly English, into sentences, and make the summary that readers see.

A full stop ends a sentence, an abbreviation, an initial or the whole part of a number. The words before and after it
tell which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Maximum number of characters of a summary made from a text, and of the text that is read beyond that.
MAX_SUMMARY, MAX_LOOKAHEAD = 280, 1_000
#: A summary that is the start of the text is replaced by a longer start if it has fewer characters.
MIN_SUMMARY = 60

#: Abbreviations that never end a sentence: “Dr.”.
_BEFORE_NAMES_AND_NUMBERS = """
dr mr mrs ms mx prof rev hon gov gen col capt cmdr lt sgt maj sen rep st mt ft messrs vs cf eg ie viz al fig figs no nos
vol pp ed eds ca approx est dept univ assn bros
mme mlle bzw evtl ggf inkl mio mrd nr sog vgl
"""
#: German months: a day's number before one has a full stop.
_GERMAN_MONTHS = "januar februar märz april mai juni juli august september oktober november dezember"
#: Abbreviations that may end a sentence; they do so only before a word that begins sentences.
_AFTER_NAMES = """
inc ltd co corp llc llp plc jr sr esq etc phd md rn mph mba jd do dds pharmd bsn msn facp ave blvd rd dist
jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
"""
#: Words that begin sentences, and are hardly ever capitalised after an abbreviation within one.
_BEGIN_SENTENCES = """
a after all also although an and another any are as at because before both but by can despite do does during each even
every few first for from given had has have he her here his how however i if in instead is it its last later let like
many meanwhile more most my new next no not now of on once one only or our over people perhaps she since so some still
such that the their then there these they this those though through to today under until we what when where whether
which while who why will with without you your
"""
_OPEN, _OPEN_OR_END, _STARTERS, _MONTHS = (
    frozenset(words.split()) for words in (_BEFORE_NAMES_AND_NUMBERS, _AFTER_NAMES, _BEGIN_SENTENCES, _GERMAN_MONTHS)
)
_QUOTES = "\"'”’»›)]}*"
#: The end of a sentence, if its last word allows: its marks, quotes and brackets that close, white space or the end.
#: A capital may follow without a space where letters come before: sources lose spaces between paragraphs.
_STOP = re.compile(rf"([.!?…]+)([{re.escape(_QUOTES)}]*)(?:(?=\s|$)|(?<=[a-z]{{3}}\.)(?=[A-Z][a-z]))")
_LAST_WORD = re.compile(r"[^\s(\[{\"“‘'/—–-]*\Z")
_NEXT_WORD = re.compile(r"\s*[\"“‘'(\[]*([\w’']*)")
#: Letters with a stop after each: "U.S", "Ph.D", "e.g", "a.m" (the last stop left out).
_DOTTED = re.compile(r"(?:[A-Za-z]{1,4}\.)+[A-Za-z]{1,2}")
#: The end of a sentence and the beginning of the next, where a source lost the space between paragraphs.
_RUN_ON = re.compile(r"[a-z]{3}[.!?][A-Z][a-z]\Z")
_SLUG = re.compile(r"[\w.-]*[-_][\w.-]*|[a-z]+")


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text on one line, in order; the last may have no end.

    >>> list(sentences("Dr. Wu of the U.S. Navy paid $3.5 million. “It works.” We saw."))
    ['Dr. Wu of the U.S. Navy paid $3.5 million.', '“It works.”', 'We saw.']
    """
    start = 0
    for stop in _STOP.finditer(text):
        if _ends(text, stop):
            yield text[start : stop.end()].strip()
            start = stop.end()
    if rest := text[start:].strip():
        yield rest


def _ends(text: str, stop: re.Match[str]) -> bool:
    """Return whether a mark, with the quotes and brackets that close after it, ends a sentence."""
    following = _NEXT_WORD.match(text, stop.end())
    word = following[1] if following else ""
    if stop[1] != ".":  # an ellipsis or a question mark may be inside a sentence: a small letter follows
        return not word[:1].islower()
    last = _last_word(text[: stop.start()])
    if stop[2] and not _is_open(last):
        return not word[:1].islower()
    return _closes(last, word) if word else is_whole(text[: stop.end()])


def _closes(last: str, word: str) -> bool:
    """Return whether a full stop between two words ends a sentence."""
    if _is_open(last):
        return False
    if word[:1].islower() or (last.isdecimal() and len(last) < 3 and word.lower() in _MONTHS):
        return False
    plain = last.replace(".", "").lower()
    if _DOTTED.fullmatch(last) or plain in _OPEN_OR_END:
        return word.lower() in _STARTERS
    return True


def _is_open(last: str) -> bool:
    """Return whether a word with its full stop is the first part of something: "Dr", "e.g", an initial."""
    if last.replace(".", "").lower() in _OPEN:
        return True
    return len(last) == 1 and last.isalpha() and last != "I"


def _last_word(text: str) -> str:
    found = _LAST_WORD.search(text[-40:])
    return found[0] if found else ""


def is_whole(text: str, following: str = "") -> bool:
    """Return whether a text ends where a sentence can; `following` is what comes next where it was taken from.

    >>> is_whole("It will pay $3 million to the U."), is_whole("It moved to the U.S."), is_whole("It is 2.", "5 miles.")
    (False, True, False)
    >>> is_whole("He wrote it for the B.M.J.", " in 2019.")
    False
    """
    is_apart = not following or following[0].isspace() or following[0] in "([—–-"
    if not is_apart and not _RUN_ON.search(text[-4:] + following[:2]):
        return False
    bare = text.rstrip().rstrip(_QUOTES)
    if not bare.endswith("."):
        return not bare.endswith(tuple(",–—-&/([{"))
    last, following_word = _last_word(bare[:-1]), _NEXT_WORD.match(following)
    word = following_word[1] if following_word else ""
    return bare.endswith("...") or (_closes(last, word) if word else not _is_open(last))


def truncate_at_sentence(text: str, limit: int = MAX_SUMMARY) -> str:
    """Return the start of a text, at most `limit` characters: whole sentences, or words with an ellipsis where the
    first sentences are too long or too short.

    >>> truncate_at_sentence("One sentence is here. Another one is longer than that.", 30)
    'One sentence is here.'
    """
    folded = " ".join(text[: limit + MAX_LOOKAHEAD].split())
    kept = ""
    for sentence in sentences(folded):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit or not (_is_closed(sentence) and is_whole(sentence)):
            break
        kept = longer
    if len(kept) >= min(MIN_SUMMARY, limit // 2) or kept == folded:
        return kept
    return folded if len(folded) <= limit and is_whole(folded) else _cut(folded, limit)


def _is_closed(text: str) -> bool:
    """Return whether a text ends with a mark that ends sentences."""
    return text.rstrip(_QUOTES).endswith((".", "!", "?", "…"))


def _cut(text: str, limit: int) -> str:
    """Return the first words of a text and an ellipsis; no abbreviation or number before the ellipsis."""
    words = text[: limit - 1].split(" ")
    if len(text) >= limit:
        words.pop()  # the next may have been cut
    while words and (_is_open(words[-1].rstrip(".")) or words[-1][-1:].isdigit() or not words[-1].strip(" ,.;:–—-&")):
        words.pop()
    return " ".join(words).rstrip(" ,.;:–—-") + "…" if words else ""


def stops_inside(summary: str, text: str) -> bool:
    """Return whether a summary stops inside a sentence, an abbreviation or a number, as a start cut from a text does.

    >>> stops_inside("It cost $1.", "It cost $1.5 million."), stops_inside("It cost $1.", "It cost $1. That is little.")
    (True, False)
    """
    summary_line, body = _folded(summary, text)
    return not is_whole(summary_line, _following(summary_line, body))


def shown_summary(summary: str, text: str) -> str:
    """Return the summary that readers see. `text` is the plain text of the body, of which `summary` may be the start.

    A summary that stops inside a sentence, is a fragment or a slug, or is a short start of the text is replaced by the
    first whole sentences of the text; without a text, by the whole sentences of the summary.
    """
    summary_line, body = _folded(summary, text)
    if summary_line and not _is_replaced(summary_line, body):
        return summary_line
    if body:
        limit = max(MAX_SUMMARY, len(summary_line) + 2)  # with a quote that was lost
        return truncate_at_sentence(_without_headings(text, len(summary_line)), limit)
    if _SLUG.fullmatch(summary_line):
        return ""
    whole = " ".join(sentence for sentence in sentences(summary_line) if is_whole(sentence))
    return whole or _cut(summary_line, MAX_SUMMARY)


def _is_replaced(summary_line: str, body: str) -> bool:
    """Return whether a summary is replaced for readers; both texts are on one line."""
    following = _following(summary_line, body)
    if _SLUG.fullmatch(summary_line) or not is_whole(summary_line, following):
        return True
    if summary_line.endswith(("…", "...")):
        return following != ""
    return following.strip() != "" and (len(summary_line) < MIN_SUMMARY or not _is_closed(summary_line))


def _following(summary_line: str, body: str) -> str:
    """Return the rest of a text after a summary that it begins with, without its last full stop; else ""."""
    if body.startswith(summary_line):
        return body[len(summary_line) :]
    core = summary_line.rstrip(" .…")
    return body[len(core) :] if core and body.startswith(core) else ""


@lru_cache(maxsize=1)  # `stops_inside()` and `shown_summary()` are called in turn for a file
def _folded(summary: str, text: str) -> tuple[str, str]:
    """Return a summary, and the part of a text that it may be the start of, each on one line."""
    summary_line = " ".join(summary.split())
    return summary_line, " ".join(text[: len(summary_line) + MAX_LOOKAHEAD].split())


def _without_headings(text: str, length: int) -> str:
    """Return the start of a text, at least `length` characters, without leading short lines that are no sentences."""
    lines = [line.strip() for line in text[: length + MAX_LOOKAHEAD].split("\n") if line.strip()]
    while len(lines) > 1 and len(lines[0]) < MIN_SUMMARY and not _is_closed(lines[0]):
        lines.pop(0)
    return "\n".join(lines)
