"""Languages as BCP 47 writes them."""

import re

from .limits import LANGUAGE
from .source import Source
from .values import shown

#: Where a file says its language, best first.
KEYS = ("lang", "language", "locale")
_NAME_LANGUAGE = re.compile(r"\.([a-z]{2}(?:-[A-Za-z]{2})?)\.\w+$", re.ASCII)
_EXTENSION = re.compile(r"\.\w+$")
_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
#: The languages of ISO 639-1 (https://www.loc.gov/standards/iso639-2/php/English_list.php).
LANGUAGES = frozenset(_CODES.split())
# A language tag (RFC 5646, section 2.1) without extensions and private use.
_TAG = re.compile(r"([a-z]{2,3})(-[a-z]{3})?(-[a-z]{4})?(-[a-z]{2}|-\d{3})?((?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)")


def language(source: Source) -> str:
    """Return the language of an item: what a key says, else what its file's name ends with, or ""."""
    for key in source.present(KEYS):
        text = source.as_text(source.get(key), key)
        if tag := language_tag(text.replace("_", "-")):
            if "_" in text:
                source.warn("language-changed", f"{shown(text)} becomes {tag}; write it with a hyphen", key)
            return tag
        if text:
            message = f"{shown(text)} is no language as BCP 47 has it and ignored; write one like en or pt-BR"
            source.warn("language-unknown", message, key)
    named = language_of_name(source.path)
    return language_tag(named) if named else ""


def language_of_name(path: str) -> str:
    """Return the language that a file's name ends with (`story.fr.md`, `story.pt-BR.md`), or ""."""
    match = _NAME_LANGUAGE.search(path) if path.count(".") > 1 else None
    return match[1] if match and match[1][:2] in LANGUAGES else ""


def language_of_folders(path: str) -> str:
    """Return the language that the first folder of a path with such a name stands for (`docs/pt-br/`), or "".

    No more than a hint: a folder may be called `it` or `no` for another reason.
    """
    folders = (folder.replace("_", "-") for folder in path.split("/")[:-1])
    return next((language_tag(folder) for folder in folders if folder[:2] in LANGUAGES and len(folder) in (2, 5)), "")


def without_language(name: str) -> str:
    """Return a file's name up to its language or extension."""
    return without_extension(_NAME_LANGUAGE.sub("", name) if language_of_name(name) else name)


def language_tag(text: str) -> str:
    """Return a language tag as BCP 47 recommends to write it, or "" for what is none.

    >>> language_tag("zh-hant-tw"), language_tag("EN"), language_tag("English")
    ('zh-Hant-TW', 'en', '')
    """
    match = _TAG.fullmatch(text.lower()) if len(text) <= LANGUAGE else None
    if match is None or (len(match[1]) == 2 and match[1] not in LANGUAGES):
        return ""
    language, extended, script, region, variants = (part or "" for part in match.groups())
    return language + extended + script.title() + region.upper() + variants


def without_extension(name: str) -> str:
    """Return a file name without its extension."""
    return _EXTENSION.sub("", name)
