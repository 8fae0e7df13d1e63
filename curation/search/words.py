"""Division of texts into words that searches compare: in lower case, without accents, by their stems.

Chinese, Japanese, Thai and similar scripts have no spaces that end a word. A run of such letters is indexed as its
pairs of neighbours: 北京大学 is 北京, 京大 and 大学 in a row, so that a part of it is found by its own pairs. Both
databases index text that is folded and divided here, so that they agree on every letter.
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
#: Letters and digits in a row. All other characters divide words.
WORD = re.compile(r"[^\W_]+")
#: In folded text: a run of letters of scripts without spaces, and a run or another word.
RUN = re.compile(rf"(?:(?![\W_])[{SPACELESS}])+")
WORD_OR_RUN = re.compile(rf"(?P<run>{RUN.pattern})|(?:(?![{SPACELESS}])[^\W_])+")
#: Words and runs in text for readers, where vowels and tones of Thai are combining marks.
SHOWN = re.compile(rf"(?P<run>[{SPACELESS}]+)|(?:(?![{SPACELESS}])[^\W_])+")
NON_ASCII = re.compile(r"[^\x00-\x7f]+")
#: Invisible characters between Thai words, where lines may break.
INVISIBLE = re.compile(f"(?<=[{SPACELESS}])[\u200b\u2060]+(?=[{SPACELESS}])")

#: Maximum length of a word; further letters are ignored.
MAX_WORD_LENGTH = 64
#: Shorter words are not stemmed: the stem of “s” would be empty.
SHORTEST_INFLECTED = 3

#: Letters that are folded into another, as in `names.name_key()`. The databases do not treat combining marks of Thai,
#: Lao, Burmese and Khmer as letters, so letters of another script, Yi, replace all characters of these.
LETTERS: dict[int, str] = {
    ord("ı"): "i",
    ord("ß"): "ss",
    ord("ς"): "σ",
    **{0x0E00 + position: chr(0xA000 + position) for position in range(0x100)},
    **{0x1000 + position: chr(0xA100 + position) for position in range(0xA0)},
    **{0x1780 + position: chr(0xA200 + position) for position in range(0x80)},
}
#: Combining marks that make another letter, as が from か, and are not accents.
VOICED = "\u3099\u309a"

_porter = snowballstemmer.stemmer("porter")


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order; for a run without spaces, its pairs of letters."""
    folded = fold(text)
    if not HAS_SPACELESS.search(folded):
        return [word[:MAX_WORD_LENGTH] for word in WORD.findall(folded)]
    return [word for found in WORD_OR_RUN.finditer(folded) for word in _words(found["run"], found[0])]


def letters_of(text: str) -> set[str]:
    """Return the letters of a text's runs without spaces, each of which can be searched alone."""
    folded = fold(text)
    return set().union(*RUN.findall(folded)) if HAS_SPACELESS.search(folded) else set()


def is_pair(word: str) -> bool:
    """Whether a word of `words_of()` is a pair of letters of a run without spaces, or a single one."""
    return bool(HAS_SPACELESS.match(word))


def indexed(text: str) -> str:
    """Return a text for the databases to index: folded, with runs as their pairs, and their letters at the end.

    Both databases divide it into the words that `words_of()` returns, in the same order, so that phrases match.
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
    """Return the stem of a folded word, by the algorithm that both databases use (Porter, 1980)."""
    return str(_porter.stemWord(word)) if len(word) >= SHORTEST_INFLECTED else word


def positions_of(text: str) -> Iterator[tuple[int, int, str, list[int]]]:
    """Yield the position of each word and each run of a text for readers.

    That is its start and end, the word (the folded run), and for a run the positions of the folded letters in the text.
    """
    if not HAS_SPACELESS.search(text):
        yield from ((found.start(), found.end(), found[0], []) for found in WORD.finditer(text))
        return
    for found in SHOWN.finditer(text):
        if found["run"]:
            letters = list(enumerate(map(fold, found["run"]), found.start()))
            positions = [position for position, folded in letters for _ in folded]
            yield found.start(), found.end(), "".join(folded for _, folded in letters), positions
        else:
            yield found.start(), found.end(), found[0], []


def _words(run: str | None, word: str) -> Iterator[str]:
    return iter(_pairs(run)) if run else iter([word[:MAX_WORD_LENGTH]])


def _pairs(run: str) -> list[str]:
    return [run[position : position + 2] for position in range(max(1, len(run) - 1))]


def _folded(found: re.Match[str]) -> str:
    return _fold(found[0])


@lru_cache(maxsize=10_000)
def _fold(text: str) -> str:
    """Fold letters beyond ASCII, each independently of its neighbours."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not _is_accent(letter))
    return unicodedata.normalize("NFC", plain).lower().translate(LETTERS)


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) > 0 and letter not in VOICED and not HAS_SPACELESS.match(letter)
