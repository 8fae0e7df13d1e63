"""Whether the generator of a file's own site shows it. A file that it hides is a draft, with a note of the reason.

The keys are those of Hugo, Jekyll, Hexo, Eleventy, Zola, Pelican, Docusaurus, Ghost and WordPress; docs/front-matter.md
lists them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from curation.frontmatter.problems import Level
from curation.frontmatter.record import Status
from curation.frontmatter.values import BOOLEAN_WORDS, Value, quote

from .dates import parse_date
from .file_values import FileValues

#: Keys that hide a file when true, and keys that hide it when false.
HIDES_IF_TRUE = (
    *("draft", "isDraft", "is_draft", "private", "isPrivate", "is_private", "hidden", "isHidden", "is_hidden"),
    *("hide", "unpublished", "deleted", "wip", "_draft"),
    *("unlisted", "headless", "eleventyExcludeFromCollections"),
)
HIDES_IF_FALSE = (
    *("published", "isPublished", "is_published", "publish", "public", "listed", "render", "permalink"),
    *("visible", "routable", "live"),
)
#: Those of them that have other values as well, so that only a plain true or false counts.
_NOT_ONLY_BOOLEAN = ("hide", "render", "permalink", "visible", "routable", "live")
#: Hugo's mapping with `list` and `render`: where a page is shown.
BUILD_KEYS = ("build", "_build")
BUILD_PARTS = tuple(f"{key}.{name}" for key in BUILD_KEYS for name in ("list", "render"))
PASSWORD_KEYS = ("password", "post_password")
STATE_KEYS = ("status", "post_status")
#: All keys that can hide a file.
KEYS = (*STATE_KEYS, *HIDES_IF_TRUE, *HIDES_IF_FALSE, "visibility", *PASSWORD_KEYS, *BUILD_KEYS)
_KEYS = frozenset(KEYS)
#: Keys that a file inherits from the `cascade` of an `_index.md` above it: those that hide it, and its times.
INHERITED = frozenset((*KEYS, "publishDate", "pubDate", "expiryDate", "unpublishdate")) - {"permalink"}

#: Paths that generators ignore: names that start with a dot or `#`, files that start with `_`, and certain folders.
_IGNORED_PATH = re.compile(r"(?<![^/])(?:[.#][^/]*|_(?:drafts|includes|layouts|partials)(?=/)|_[^/]*\Z)", re.IGNORECASE)
_PUBLIC_VISIBILITIES = {"", "public", "published", "visible"}
_BUILT = {"", "always", "true"}
#: Words for a workflow state, and the status that each becomes.
STATES: dict[str, Status] = {
    **dict.fromkeys(("", "published", "publish", "public", "featured"), "published"),
    **dict.fromkeys(("draft", "auto-draft", "private", "pending", "future", "scheduled", "trash"), "draft"),
    **dict.fromkeys(("hidden", "skip", "unlisted", "unpublished"), "draft"),
    "archived": "archived",
}
#: The value to write under a key so that it no longer hides the file.
SHOWING_VALUES: Mapping[str, str | bool | None] = {
    **dict.fromkeys(HIDES_IF_TRUE, False),
    **dict.fromkeys(HIDES_IF_FALSE, True),
    **dict.fromkeys(PASSWORD_KEYS, ""),
    "permalink": None,
    "visibility": "public",
}


@dataclass(frozen=True, slots=True)
class HidingReason:
    """A reason why a file is a draft. `key` is the dotted key, or "" for the file's place.

    The other attributes are those of the `Problem` that reports it.
    """

    key: str
    message: str
    code: str = "hidden"
    level: Level = "note"


def read_state(file: FileValues) -> Status:
    """Return the workflow state that a file gives, whatever its dates; each reason for a draft is a note or warning."""
    reasons = list(hiding_reasons(file))
    for reason in reasons:
        if reason.level == "warning":
            file.warn(reason.code, reason.message, reason.key)
        else:
            file.note(reason.code, reason.message, reason.key)
    if reasons:
        return "draft"
    words = (normalise_word(file.get(key)) for key in file.present(STATE_KEYS))
    return STATES[next(filter(None, words), "")]


def hiding_reasons(file: FileValues) -> Iterator[HidingReason]:
    """Yield every reason why a file is hidden."""
    if place := _ignored_part(file):
        message = f"hidden by its place ({place}), so this is a draft; publish it in the admin, or move it"
        yield HidingReason("", message)
    if file.is_body_alone:
        message = "no front matter, so this is a draft; publish it in the admin, or start it with a line ---"
        yield HidingReason("", message)
    if _KEYS.isdisjoint(file.values):
        return
    for key in file.present(KEYS):
        if reason := _reason_of_key(file, key, file.get(key)):
            yield reason


def _ignored_part(file: FileValues) -> str:
    """Return the part of the path for which generators ignore a file, or ""."""
    return found[0] if (found := _IGNORED_PATH.search(file.path)) else ""


def _reason_of_key(file: FileValues, key: str, value: Value) -> HidingReason | None:
    if value is None:
        return None
    if key in STATE_KEYS:
        return _reason_of_state(file, key, value)
    if key in BUILD_KEYS:
        return _reason_of_build(file, key, value)
    if key in HIDES_IF_TRUE or key in HIDES_IF_FALSE:
        return _reason_of_boolean(file, key, value)
    word = normalise_word(value)
    if key == "visibility":
        return None if word in _PUBLIC_VISIBILITIES else _hidden_by(file, key, f"{key}: {quote(value)}")
    return _hidden_by(file, key, key) if BOOLEAN_WORDS.get(word, True) else None  # the password stays out of reports


def _reason_of_state(file: FileValues, key: str, value: Value) -> HidingReason | None:
    status = STATES.get(normalise_word(value))
    if status is None:
        message = f"{quote(value)} is not a known state, so this is a draft; write draft, published or archived"
        return HidingReason(key, message, "status-unknown", "warning")
    return _hidden_by(file, key, f"{key}: {quote(value)}") if status == "draft" else None


def _reason_of_boolean(file: FileValues, key: str, value: Value) -> HidingReason | None:
    word = normalise_word(value)
    is_true = BOOLEAN_WORDS.get(word)
    if is_true is None:
        if key in _NOT_ONLY_BOOLEAN or (key == "published" and is_date(value)):
            return None
        message = f"{quote(value)} is neither true nor false, so this is a draft; write one of them"
        return HidingReason(key, message, "flag-unknown", "warning")
    hides = is_true if key in HIDES_IF_TRUE else not is_true and word != ""
    return _hidden_by(file, key, f"{key}: {word}") if hides else None


def _reason_of_build(file: FileValues, key: str, value: Value) -> HidingReason | None:
    word = normalise_word(value)
    if not isinstance(value, dict):
        return _hidden_by(file, key, f"{key}: {word}") if BOOLEAN_WORDS.get(word) is False else None
    for name in ("list", "render"):
        word = normalise_word(value.get(name))
        if word not in _BUILT:
            return _hidden_by(file, f"{key}.{name}", f"{key}.{name}: {word}")
    return None


def _hidden_by(file: FileValues, key: str, setting: str) -> HidingReason:
    above = file.inherited.get(key.partition(".")[0])
    where = f" in the cascade of {above}" if above else ""
    return HidingReason(key, f"hidden at the source ({setting}{where}), so this is a draft; publish it in the admin")


def is_date(value: Value) -> bool:
    """Return whether the value of a key that may be a boolean is a date."""
    try:
        return isinstance(parse_date(value), datetime)
    except ValueError:
        return False


def normalise_word(value: Value) -> str:
    """Return a value as one word to compare: trimmed, in lower case; "" for nothing."""
    if isinstance(value, str):
        return value.strip().lower()
    return "" if value is None else quote(value)
