"""Slugs: names in addresses, made from titles in any script."""

import re
from functools import lru_cache
from unicodedata import category, name, normalize

from anyascii import anyascii

#: Scripts that are transliterated to ASCII. Letters of other scripts are kept: browsers show them in addresses.
TRANSLITERATED = ("LATIN", "GREEK", "CYRILLIC")
#: Signs that distinguish short names (C++, C#), and the words for them. Other signs are left out.
SIGNS = ((re.compile(r"(?<=[A-Za-z])\+\+(?!\w)"), " plus plus "), (re.compile(r"(?<=[A-Za-z])#(?!\w)"), " sharp "))
_ASCII_SLUG = re.compile(r"[A-Za-z0-9_-]+")
_NO_SLUG_LETTERS = re.compile(r"[^A-Za-z0-9\s_-]+")
_DASHES = re.compile(r"[\s_–—―−-]+")


@lru_cache(maxsize=5_000)
def slug_of(text: str) -> str:
    """Return a text as lower-case letters, digits and hyphens; "" where it has neither letters nor digits.

    Latin, Greek and Cyrillic letters are written in ASCII, those of other scripts stay, with their marks, in NFC.

    >>> slug_of("Lucira's COVID-19 Test_Kit"), slug_of("Straße nach Søpåsen"), slug_of("C++"), slug_of("你好，世界")
    ('luciras-covid-19-test-kit', 'strasse-nach-sopasen', 'c-plus-plus', '你好世界')
    """
    for sign, words in SIGNS:
        text = sign.sub(words, text)
    if not text.isascii():
        text = _transliterated(normalize("NFKC", text))
    if text.isascii():
        return _DASHES.sub("-", _NO_SLUG_LETTERS.sub("", text)).strip("-").lower()
    kept = "".join(letter for letter in text if is_slug_letter(letter) or _DASHES.match(letter))
    made = normalize("NFC", _DASHES.sub("-", kept).strip("-").lower())
    return made if any(map(str.isalnum, made)) else ""


def is_slug_letter(letter: str) -> bool:
    """Whether a character is a letter, a digit, or a mark that belongs to one."""
    return letter.isalnum() or category(letter)[0] == "M"


def is_slug(text: str) -> bool:
    """Whether a text is a slug: letters, digits, their marks, hyphens and underscores."""
    if text.isascii():
        return _ASCII_SLUG.fullmatch(text) is not None
    return all(letter in "-_" or is_slug_letter(letter) for letter in text)


def is_path_slug(text: str) -> bool:
    """Whether a text is a slug in the form of `slug_of()`: lower case, NFC, without underscores."""
    return is_slug(text) and "_" not in text and text == normalize("NFC", text).lower()


def numbered(slug: str, number: int, limit: int) -> str:
    """Return a slug that ends in a number, in at most `limit` characters."""
    ending = f"-{number}"
    return slug[: limit - len(ending)].rstrip("-") + ending


def _transliterated(text: str) -> str:
    written = []
    for letter in text:
        if letter.isascii() or not is_slug_letter(letter):
            written.append(letter)
        elif name(letter, "").startswith(TRANSLITERATED):
            written.append(anyascii(letter))
        elif not (category(letter) == "Mn" and written and written[-1].isascii()):
            written.append(letter)  # all but combining marks after an ASCII letter
    return "".join(written)
