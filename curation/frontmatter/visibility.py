"""Whether a file's own generator shows it: what is hidden there is a draft here, with a note that says by what.

The keys are those of Hugo, Jekyll, Hexo, Eleventy, Zola, Pelican, Docusaurus, Ghost and WordPress; docs/front-matter.md
lists them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .dates import parse_date
from .records import Level, Status
from .source import Source
from .values import FLAGS, Value, shown

#: Keys that hide a file where they are true, and those that hide it where they are false.
HIDES_IF_TRUE = (
    *("draft", "isDraft", "is_draft", "private", "isPrivate", "is_private", "hidden", "isHidden", "is_hidden"),
    *("hide", "unpublished", "deleted", "wip", "_draft"),
    *("unlisted", "headless", "eleventyExcludeFromCollections"),
)
HIDES_IF_FALSE = (
    *("published", "isPublished", "is_published", "publish", "public", "listed", "render", "permalink"),
    *("visible", "routable", "live"),
)
#: Those that say something else as well, so that only a plain true or false counts.
_SAYS_MORE = ("hide", "render", "permalink", "visible", "routable", "live")
#: A mapping in which `list` and `render` say where Hugo shows a page.
BUILD = ("build", "_build")
BUILD_PARTS = tuple(f"{key}.{name}" for key in BUILD for name in ("list", "render"))
PASSWORD = ("password", "post_password")
STATE = ("status", "post_status")
#: Everything that can hide a file.
KEYS = (*STATE, *HIDES_IF_TRUE, *HIDES_IF_FALSE, "visibility", *PASSWORD, *BUILD)
_KEYS = frozenset(KEYS)
#: What an `_index.md` above a file may say for it (`cascade`): what hides, and from when to when a file is shown.
INHERITED = frozenset((*KEYS, "publishDate", "pubDate", "expiryDate", "unpublishdate")) - {"permalink"}

#: What generators pass over: names that start with a dot or `#`, a file's with `_` as well, and folders of a few names.
_PASSED_OVER = re.compile(r"(?<![^/])(?:[.#][^/]*|_(?:drafts|includes|layouts|partials)(?=/)|_[^/]*\Z)", re.IGNORECASE)
_SHOWN = {"", "public", "published", "visible"}
_BUILT = {"", "always", "true"}
#: Words for a workflow state, and what they mean here.
STATES: dict[str, Status] = {
    **dict.fromkeys(("", "published", "publish", "public", "featured"), "published"),
    **dict.fromkeys(("draft", "auto-draft", "private", "pending", "future", "scheduled", "trash"), "draft"),
    **dict.fromkeys(("hidden", "skip", "unlisted", "unpublished"), "draft"),
    "archived": "archived",
}
#: What a writer says under a key so that it hides the file no more.
SHOWN_BY: Mapping[str, str | bool | None] = {
    **dict.fromkeys(HIDES_IF_TRUE, False),
    **dict.fromkeys(HIDES_IF_FALSE, True),
    **dict.fromkeys(PASSWORD, ""),
    "permalink": None,
    "visibility": "public",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes a file a draft. `key` is the dotted key, "" for the file's place."""

    key: str
    message: str
    code: str = "hidden"
    level: Level = "note"


def state(source: Source) -> Status:
    """Return the workflow state that a file says, whatever its date; each reason for a draft is noted."""
    found = list(reasons(source))
    for reason in found:
        if reason.level == "warning":
            source.warn(reason.code, reason.message, reason.key)
        else:
            source.note(reason.code, reason.message, reason.key)
    if found:
        return "draft"
    words = (word(source.get(key)) for key in source.present(STATE))
    return STATES[next(filter(None, words), "")]


def reasons(source: Source) -> Iterator[Reason]:
    """Yield what hides a file."""
    if place := _hidden_folder(source):
        yield Reason("", f"hidden by its place ({place}), so this is a draft; publish it in the admin, or move it")
    if source.is_body_alone:
        yield Reason("", "no front matter, so this is a draft; publish it in the admin, or start it with a line ---")
    if _KEYS.isdisjoint(source.values):
        return
    for key in source.present(KEYS):
        if reason := _reason(source, key, source.get(key)):
            yield reason


def _hidden_folder(source: Source) -> str:
    """Return the part of a path that generators pass over, or ""."""
    return found[0] if (found := _PASSED_OVER.search(source.path)) else ""


def _reason(source: Source, key: str, value: Value) -> Reason | None:
    if value is None:
        return None
    if key in STATE:
        return _by_state(source, key, value)
    if key in BUILD:
        return _by_build(source, key, value)
    if key in HIDES_IF_TRUE or key in HIDES_IF_FALSE:
        return _by_flag(source, key, value)
    hides = word(value) not in _SHOWN if key == "visibility" else FLAGS.get(word(value), True)
    said = f"{key}: {shown(value)}" if key == "visibility" else key  # a password is not for reports
    return _hidden(source, key, said) if hides else None


def _by_state(source: Source, key: str, value: Value) -> Reason | None:
    known = STATES.get(word(value))
    if known is None:
        message = f"{shown(value)} is no state, so this is a draft; write draft, published or archived"
        return Reason(key, message, "status-unknown", "warning")
    return _hidden(source, key, f"{key}: {shown(value)}") if known == "draft" else None


def _by_flag(source: Source, key: str, value: Value) -> Reason | None:
    says = FLAGS.get(word(value))
    if says is None:
        if key in _SAYS_MORE or (key == "published" and is_date(value)):
            return None
        message = f"{shown(value)} is neither true nor false, so this is a draft; write one of them"
        return Reason(key, message, "flag-unknown", "warning")
    hides = says if key in HIDES_IF_TRUE else not says and word(value) != ""
    return _hidden(source, key, f"{key}: {word(value)}") if hides else None


def _by_build(source: Source, key: str, value: Value) -> Reason | None:
    if not isinstance(value, dict):
        return _hidden(source, key, f"{key}: {word(value)}") if FLAGS.get(word(value)) is False else None
    for name in ("list", "render"):
        if word(value.get(name)) not in _BUILT:
            return _hidden(source, f"{key}.{name}", f"{key}.{name}: {word(value.get(name))}")
    return None


def _hidden(source: Source, key: str, said: str) -> Reason:
    above = source.inherited.get(key.partition(".")[0])
    where = f" in the cascade of {above}" if above else ""
    return Reason(key, f"hidden at the source ({said}{where}), so this is a draft; publish it in the admin")


def is_date(value: Value) -> bool:
    """Return whether a value that may be a flag is a date."""
    try:
        return isinstance(parse_date(value), datetime)
    except ValueError:
        return False


def word(value: Value) -> str:
    """Return a value as one word to compare: trimmed, in lower case; "" for nothing."""
    if isinstance(value, str):
        return value.strip().lower()
    return "" if value is None else shown(value)
