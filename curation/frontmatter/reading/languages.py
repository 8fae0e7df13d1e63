"""Languages, as tags of BCP 47."""

import re

from curation.frontmatter.limits import MAX_LANGUAGE
from curation.frontmatter.values import quote

from .file_values import FileValues

#: Keys of the language, best first.
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


def read_language(file: FileValues) -> str:
    """Return the language of an item: under a key, else at the end of its file's name, or ""."""
    for key in file.present(KEYS):
        text = file.as_text(file.get(key), key)
        if tag := language_tag(text.replace("_", "-")):
            if "_" in text:
                file.warn("language-changed", f"{quote(text)} becomes {tag}; write it with a hyphen", key)
            return tag
        if text:
            message = f"{quote(text)} is not a language tag of BCP 47 and is ignored; write one like en or pt-BR"
            file.warn("language-unknown", message, key)
    named = language_in_file_name(file.path)
    return language_tag(named) if named else ""


def language_in_file_name(path: str) -> str:
    """Return the language that a file's name ends with (`story.fr.md`, `story.pt-BR.md`), or ""."""
    match = _NAME_LANGUAGE.search(path) if path.count(".") > 1 else None
    return match[1] if match and match[1][:2] in LANGUAGES else ""


def language_in_folders(path: str) -> str:
    """Return the language of the first folder of a path that is named after one (`docs/pt-br/`), or "".

    A hint only: a folder may be called `it` or `no` for another reason.
    """
    folders = (folder.replace("_", "-") for folder in path.split("/")[:-1])
    return next((language_tag(folder) for folder in folders if folder[:2] in LANGUAGES and len(folder) in (2, 5)), "")


def strip_language(name: str) -> str:
    """Return a file's name without its language and extension."""
    return strip_extension(_NAME_LANGUAGE.sub("", name) if language_in_file_name(name) else name)


def language_tag(text: str) -> str:
    """Return a language tag in the case that BCP 47 recommends, or "" for a text that is not one.

    >>> language_tag("zh-hant-tw"), language_tag("EN"), language_tag("English")
    ('zh-Hant-TW', 'en', '')
    """
    match = _TAG.fullmatch(text.lower()) if len(text) <= MAX_LANGUAGE else None
    if match is None or (len(match[1]) == 2 and match[1] not in LANGUAGES):
        return ""
    language, extended, script, region, variants = (part or "" for part in match.groups())
    return language + extended + script.title() + region.upper() + variants


def strip_extension(name: str) -> str:
    """Return a file name without its extension."""
    return _EXTENSION.sub("", name)
