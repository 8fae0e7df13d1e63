"""Words as searches compare them: in lower case, without accents, by their stems.

Chinese, Japanese, Thai and their like are written without spaces, so nothing tells where a word ends. A run of such
letters counts as its pairs of neighbours: 北京大学 is 北京, 京大 and 大学 in a row, and so a part of it is found by its
own pairs. Both databases are given text that is folded and divided here, so that they agree on every letter.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

#: Letters of scripts without spaces: Thai, Lao, Burmese and Khmer, the letters that stand for these in folded text (see
#: `LETTERS`), kana, bopomofo, and Chinese characters.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua000-\ua48c"
    "\u3005-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003fffd"
)
HAS_SPACELESS = re.compile(f"[{SPACELESS}]")
#: Letters and digits in a row. Whatever else stands in a text divides words.
WORD = re.compile(r"[^\W_]+")
#: The same in folded text, with runs of a script without spaces apart.
RUN = re.compile(rf"(?:(?![\W_])[{SPACELESS}])+")
WORD_OR_RUN = re.compile(rf"(?P<run>{RUN.pattern})|(?:(?![{SPACELESS}])[^\W_])+")
#: Words and runs in text as it is shown, where vowels and tones of Thai are marks.
SHOWN = re.compile(rf"(?P<run>[{SPACELESS}]+)|(?:(?![{SPACELESS}])[^\W_])+")
NON_ASCII = re.compile(r"[^\x00-\x7f]+")
#: What some put between Thai words, where lines may break; nothing is seen of it.
INVISIBLE = re.compile(f"(?<=[{SPACELESS}])[\u200b\u2060]+(?=[{SPACELESS}])")

#: No word is compared beyond so many letters.
LONGEST = 64
#: Of “s” the algorithm would leave nothing.
SHORTEST_INFLECTED = 3

#: Letters that are one: as `names.name_key()` has it. Marks of Thai, Lao, Burmese and Khmer are no letters to the
#: databases, so letters of another script, Yi, stand for all signs of theirs.
LETTERS: dict[int, str] = {
    ord("ı"): "i",
    ord("ß"): "ss",
    ord("ς"): "σ",
    **{0x0E00 + place: chr(0xA000 + place) for place in range(0x100)},
    **{0x1000 + place: chr(0xA100 + place) for place in range(0xA0)},
    **{0x1780 + place: chr(0xA200 + place) for place in range(0x80)},
}
#: Marks that make another letter, as が of か, and are no accents.
VOICED = "\u3099\u309a"

_porter = snowballstemmer.stemmer("porter")


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order; of a run without spaces its pairs of letters."""
    folded = fold(text)
    if not HAS_SPACELESS.search(folded):
        return [word[:LONGEST] for word in WORD.findall(folded)]
    return [word for found in WORD_OR_RUN.finditer(folded) for word in _words(found["run"], found[0])]


def letters_of(text: str) -> set[str]:
    """Return the letters of a text that stand in runs without spaces: each can be looked for alone."""
    folded = fold(text)
    return set().union(*RUN.findall(folded)) if HAS_SPACELESS.search(folded) else set()


def is_pair(word: str) -> bool:
    """Whether a word of `words_of()` is of a script without spaces: two letters of a run, or one."""
    return bool(HAS_SPACELESS.match(word))


def indexed(text: str) -> str:
    """Return a text as the databases index it: folded, runs as their pairs, and at its end their letters.

    Both databases divide it into the words that `words_of()` returns, so that a phrase is words in a row there, too.
    """
    if text.isascii():
        return text
    folded = fold(INVISIBLE.sub("", text))
    if not HAS_SPACELESS.search(folded):
        return folded
    pairs = RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", folded)
    return f"{pairs}\n{' '.join(sorted(letters_of(folded)))}"


def fold(text: str) -> str:
    """Return a text in lower case and without accents: “Café” and “cafe” are one word, and so are “Işık” and “isik”."""
    return text.lower() if text.isascii() else NON_ASCII.sub(_folded, text).lower()


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Return what a folded word and its inflections share; the databases use the same algorithm (Porter, 1980)."""
    return str(_porter.stemWord(word)) if len(word) >= SHORTEST_INFLECTED else word


def places_of(text: str) -> Iterator[tuple[int, int, str, list[int]]]:
    """Yield start and end of each word of a text as it is shown, and of each run without spaces, the folded form, and
    for a run the place in the text of each folded letter.
    """
    if not HAS_SPACELESS.search(text):
        yield from ((found.start(), found.end(), found[0], []) for found in WORD.finditer(text))
        return
    for found in SHOWN.finditer(text):
        if found["run"]:
            signs = list(enumerate(map(fold, found["run"]), found.start()))
            places = [place for place, folded in signs for _ in folded]
            yield found.start(), found.end(), "".join(folded for _, folded in signs), places
        else:
            yield found.start(), found.end(), found[0], []


def _words(run: str | None, word: str) -> Iterator[str]:
    return iter(_pairs(run)) if run else iter([word[:LONGEST]])


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(max(1, len(run) - 1))]


def _folded(found: re.Match[str]) -> str:
    return _fold(found[0])


@lru_cache(maxsize=10_000)
def _fold(text: str) -> str:
    """Fold letters beyond ASCII; no letter's folding depends on its neighbours."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not _is_accent(sign))
    return unicodedata.normalize("NFC", plain).lower().translate(LETTERS)


def _is_accent(sign: str) -> bool:
    return unicodedata.combining(sign) > 0 and sign not in VOICED and not HAS_SPACELESS.match(sign)
