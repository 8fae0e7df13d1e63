"""The syntax of shortcodes of Hugo, Jekyll and WordPress."""

import re

from .embeds import SINGLE_SHORTCODES, ShortcodeCall

_QUOTED = r'"(?:[^"\\]|\\.){0,2000}+"|`[^`]{0,2000}+`'
# No part of a shortcode may contain the start of another, so that matching is linear however many never end.
_HUGO = rf"""
    \{{\{{ [<%] (?P<escaped>/\*)? \s*+
    (?P<hugo> (?: {_QUOTED} | [^<>%{{}}"`] | [<>%](?!\}}\}}) | [{{}}](?![{{}}]) | "|` )*+ )
    [>%] \}}\}}
"""
_LIQUID = r"\{%-? \s*+ (?P<liquid> (?: [^%{}] | %(?!\}) | \{(?!%) | \} )*+ ) %\}"
_NAMES = (
    *("caption", "wp_caption", "embed", "gallery", "playlist", "video", "audio", "youtube", "vimeo", "tweet", "code"),
    *("sourcecode", "contact-form-7", "contact-form"),
)
_WORDPRESS = rf"""
    \[ (?P<wordpress> /? (?:{"|".join(_NAMES)}) (?=[\s\]=]) (?: "[^"\[\]]*+" | [^\[\]"] )*+ ) \] (?! [(:] | \[(?!/) )
"""
_COMMENT = r"\{\{/\* (?: [^*{] | \{(?!\{/\*) | \*(?!/\}\}) )*+ \*/\}\}"
#: Jekyll's URL of the site, and paths that it is prepended to.
_SITE = r"""
    \{\{-? \s*+ (?P<site>
        site\.(?:base)?url
        | ["'][^"'{}]*["'] \s* \| \s* (?:relative_url|absolute_url|prepend:\s*site\.(?:base)?url) [^{}]*+
    ) \s*+ -?+ \}\}
"""
SHORTCODE = re.compile("|".join((_COMMENT, _SITE, _HUGO, _LIQUID, _WORDPRESS)), re.DOTALL | re.VERBOSE)
#: Matches in every body with shortcodes, and is fast.
MAYBE = re.compile(rf"\{{\{{|\{{%|\[(?:{'|'.join(_NAMES)})[\s\]=]")
_ARGUMENT = re.compile(rf"(?:([\w-]+)\s*=\s*)?({_QUOTED}|'[^']*'|[^\s\"'`]+)", re.DOTALL)


def call_of(written: str) -> ShortcodeCall:
    """Parse the text between the brackets of a shortcode. Jekyll's `include` gets the name of the included file."""
    name, rest = [*written.split(None, 1), ""][:2]
    name = name.lower()
    if "=" in name:  # WordPress's `[youtube=https://…]`
        name = name.partition("=")[0]
        rest = written[len(name) + 1 :]
    rest = rest.removesuffix("/").removesuffix("-").strip()
    arguments, named = [], {}
    for found in _ARGUMENT.finditer(rest):
        value = _unquoted(found[2])
        if found[1]:
            named[found[1].lower()] = value
        else:
            arguments.append(value)
    if name in ("include", "include_cached", "include_relative") and arguments:
        name = arguments.pop(0).rpartition("/")[2].partition(".")[0].lower()
        name = name if name in SINGLE_SHORTCODES else f"include {name}"
    return ShortcodeCall(name, tuple(arguments), named)


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "\"'`" and value[-1] == value[0]:
        inner = value[1:-1]
        return re.sub(r"\\(.)", r"\1", inner) if value[0] == '"' else inner
    return value
