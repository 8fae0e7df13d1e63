"""Words as searches compare them: in lower case, without accents, by their stems."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

#: Letters and digits in a row. Whatever else stands in a text divides words.
WORD = re.compile(r"[^\W_]+")
#: No word is compared beyond so many letters.
LONGEST = 64
#: Of “s” the algorithm would leave nothing.
SHORTEST_INFLECTED = 3

_porter = snowballstemmer.stemmer("porter")


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order."""
    return [word[:LONGEST] for word in WORD.findall(fold(text))]


def fold(text: str) -> str:
    """Return a text in lower case and without accents: “Café” and “cafe” are one word."""
    if text.isascii():
        return text.lower()
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", plain).lower()


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Return what a folded word and its inflections share; the databases use the same algorithm (Porter, 1980)."""
    return str(_porter.stemWord(word)) if len(word) >= SHORTEST_INFLECTED else word
