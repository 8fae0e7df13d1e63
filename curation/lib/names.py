"""The key by which names are compared, in constraints, look-ups, filters, search and merge, on every database."""

import re
from functools import lru_cache
from unicodedata import normalize

#: An i with a combining dot above, to which Turkish İ (U+0130) folds. It is compared as i, and so is ı (U+0131).
_DOTTED_I = re.compile("i\u0307+")


@lru_cache(maxsize=20_000)
def name_key(text: str) -> str:
    """Return a key that is equal for two spellings of one name.

    It is the canonical caseless match of the Unicode Standard (section 3.13, D145) in NFC, with white space folded and
    the dotted and dotless i as one letter. Idempotent: the key of a key is that key.

    >>> name_key("Straße"), name_key("  STRASSE ")
    ('strasse', 'strasse')
    """
    folded = text.lower() if text.isascii() else _fold(text)
    return " ".join(folded.split())


def _fold(text: str) -> str:
    folded = normalize("NFD", normalize("NFD", text).casefold()).replace("ı", "i")
    return normalize("NFC", _DOTTED_I.sub("i", folded))
