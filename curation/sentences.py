"""Sentences of plain text, above all English, and the summary that readers get of them.

A full stop ends a sentence, an abbreviation, an initial or the whole part of a number. Which of these it is follows
from the word before it and from what comes after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Characters of a summary made from a text; and of the text that are looked at beyond that.
LIMIT, LOOKED_AT = 280, 1_000
#: A summary with which a text begins is replaced by a longer start where it has fewer characters than this.
SHORT = 60

#: Abbreviations that something always follows: "Dr." is never the end of a sentence.
_BEFORE_NAMES_AND_NUMBERS = """
dr mr mrs ms mx prof rev hon gov gen col capt cmdr lt sgt maj sen rep st mt ft messrs vs cf eg ie viz al fig figs no nos
vol pp ed eds ca approx est dept univ assn bros
mme mlle bzw evtl ggf inkl mio mrd nr sog vgl
"""
#: German months: a day's number before one has a full stop.
_GERMAN_MONTHS = "januar februar märz april mai juni juli august september oktober november dezember"
#: Abbreviations that a sentence may end with; it goes on unless a word follows that begins sentences.
_AFTER_NAMES = """
inc ltd co corp llc llp plc jr sr esq etc phd md rn mph mba jd do dds pharmd bsn msn facp ave blvd rd dist
jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
"""
#: Words that sentences begin with, which hardly ever follow an abbreviation inside one with a capital.
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
    if stop[1] != ".":  # an ellipsis or a question may stand inside a sentence, then a small letter follows
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


def beginning(text: str, limit: int = LIMIT) -> str:
    """Return the start of a text, at most `limit` characters: whole sentences, or words with an ellipsis where the
    first ones are too long or say too little.

    >>> beginning("One sentence is here. Another one is longer than that.", 30)
    'One sentence is here.'
    """
    folded = " ".join(text[: limit + LOOKED_AT].split())
    kept = ""
    for sentence in sentences(folded):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit or not (_is_closed(sentence) and is_whole(sentence)):
            break
        kept = longer
    if len(kept) >= min(SHORT, limit // 2) or kept == folded:
        return kept
    return folded if len(folded) <= limit and is_whole(folded) else _cut(folded, limit)


def _is_closed(text: str) -> bool:
    """Return whether a text ends with a mark that ends sentences."""
    return text.rstrip(_QUOTES).endswith((".", "!", "?", "…"))


def _cut(text: str, limit: int) -> str:
    """Return the first words of a text with an ellipsis, none of them an abbreviation or a number without the rest."""
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
    said, body = _folded(summary, text)
    return not is_whole(said, _following(said, body))


def shown_summary(summary: str, text: str) -> str:
    """Return what readers get of a summary; `text` is the plain text that it may be the start of.

    That is the summary itself, unless it stops inside a sentence, is a fragment or a slug, or is a short start of the
    text: then it is the text's beginning by whole sentences, or what is whole of the summary where there is no text.
    """
    said, body = _folded(summary, text)
    if said and not _is_replaced(said, body):
        return said
    if body:
        return beginning(_without_headings(text, len(said)), max(LIMIT, len(said) + 2))  # with a quote that was lost
    if _SLUG.fullmatch(said):
        return ""
    return " ".join(sentence for sentence in sentences(said) if is_whole(sentence)) or _cut(said, LIMIT)


def _is_replaced(said: str, body: str) -> bool:
    """Return whether readers get something else than a summary; both texts are on one line."""
    following = _following(said, body)
    if _SLUG.fullmatch(said) or not is_whole(said, following):
        return True
    if said.endswith(("…", "...")):
        return following != ""
    return following.strip() != "" and (len(said) < SHORT or not _is_closed(said))


def _following(said: str, body: str) -> str:
    """Return how a text goes on after a summary that it begins with, whose last stop may not be its own; "" if not."""
    if body.startswith(said):
        return body[len(said) :]
    core = said.rstrip(" .…")
    return body[len(core) :] if core and body.startswith(core) else ""


@lru_cache(maxsize=1)  # of a file both `stops_inside()` and `shown_summary()` are asked
def _folded(summary: str, text: str) -> tuple[str, str]:
    """Return a summary and as much of a text as it may be the start of, each on one line."""
    said = " ".join(summary.split())
    return said, " ".join(text[: len(said) + LOOKED_AT].split())


def _without_headings(text: str, length: int) -> str:
    """Return the start of a text, for `length` characters, without short lines before others that are no sentences."""
    lines = [line.strip() for line in text[: length + LOOKED_AT].split("\n") if line.strip()]
    while len(lines) > 1 and len(lines[0]) < SHORT and not _is_closed(lines[0]):
        lines.pop(0)
    return "\n".join(lines)
