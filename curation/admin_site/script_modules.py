"""Combine ES modules into one: a page of thirty small modules would wait for thirty requests.

The modules of this site import names from modules beside them (`./name.js`), and export declarations alone (`export
function`, `class`, `const`). Each becomes a function that returns its exports, after those that it imports.

Modules of other folders (`../vendor/…`) stay apart, and so do those that are imported later (`import("./name.js")`).
Such a one gets modules of its own of all that it imports: these must not keep a state that both need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from graphlib import CycleError, TopologicalSorter

#: Returns the source of a module by its file name, or the address of one that stays apart by its relative path.
Lookup = Callable[[str], str]

_IMPORT = re.compile(
    r"^import\s+(?:(?:\{(?P<names>[^}]*)\}|(?P<default>[\w$]+))\s+from\s+)?\"(?P<path>\.{1,2}/[^\"]+\.js)\";$",
    re.MULTILINE,
)
_LATER_IMPORT = re.compile(r"\bimport\(\"(?P<path>\.{1,2}/[^\"]+\.js)\"\)")
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function\*?|class|const)\s+(?P<name>[\w$]+))", re.MULTILINE)
#: Imports and exports in forms that are not combined.
_OTHER = re.compile(r"^(?:import|export)\s.*$|\bimport(?:\.meta|\(\"\.)", re.MULTILINE)


class NotCombinable(Exception):
    """A module imports or exports in another form than these modules do, or two import each other."""


def imports_of(source: str) -> list[str]:
    """Return the file names that a module imports from beside it, in order.

    >>> imports_of('import { a } from "./a.js";\\nimport "./b.js";\\nimport "../c.js";')
    ['a.js', 'b.js']
    """
    return [match["path"][2:] for match in _IMPORT.finditer(source) if match["path"].startswith("./")]


def combine(entries: Iterable[str], read: Lookup, url_of: Lookup) -> str:
    """Return one module that does what the entries do, in their order. Raises `NotCombinable`."""
    sources = _load(entries := list(entries), read)
    order = _sorted(entries, {name: imports_of(source) for name, source in sources.items()})
    apart = dict.fromkeys(path for name in order for path in _apart(sources[name]))
    heads = (f'import * as {_variable(path)} from "{url_of(path)}";\n' for path in apart)
    return "".join([*heads, *(_combined(name, sources[name], url_of) for name in order)])


def _load(entries: Iterable[str], read: Lookup) -> dict[str, str]:
    """Return the sources of modules and of all that they import, by file name."""
    sources: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        if (name := waiting.pop()) not in sources:
            sources[name] = read(name)
            waiting += imports_of(sources[name])
    return sources


def _sorted(entries: Iterable[str], graph: dict[str, list[str]]) -> list[str]:
    """Return each module once, after those that it imports, in the order in which browsers evaluate them."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise NotCombinable(f"These modules import each other: {', '.join(error.args[1])}.") from error
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in done:
            for imported in graph[name]:
                visit(imported)
            done[name] = None

    for name in entries:
        visit(name)
    return list(done)


def _apart(source: str) -> Iterator[str]:
    yield from (match["path"] for match in _IMPORT.finditer(source) if match["path"].startswith("../"))


def _combined(name: str, source: str, url_of: Lookup) -> str:
    """Return a module as a constant: the object of its exports."""
    exports: list[str] = []

    def note(match: re.Match[str]) -> str:
        exports.append(match["name"])
        return ""

    body = _EXPORT.sub(note, _IMPORT.sub(_constants, source))
    if other := _OTHER.search(_LATER_IMPORT.sub("", body)):
        raise NotCombinable(f"{name}: “{other[0]}” is not combined with other modules.")
    body = _LATER_IMPORT.sub(partial(_later_import, url_of), body).strip()
    start = "async () =>" if not exports and "await" in body else "() =>"  # nobody waits for a module without exports
    return f"const {_variable(name)} = ({start} {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"


def _later_import(url_of: Lookup, match: re.Match[str]) -> str:
    return f'import("{url_of(match["path"])}")'


def _constants(match: re.Match[str]) -> str:
    """Return an import as constants; one without names needs none. A module of this site has no default export."""
    if match["default"] and match["path"].startswith("./"):
        raise NotCombinable(f"“{match[0]}” is not combined with other modules.")
    if match["default"]:
        return f"const {match['default']} = {_variable(match['path'])}.default;"
    names = re.sub(r"\s+as\s+", ": ", (match["names"] or "").strip())
    return f"const {{ {names} }} = {_variable(match['path'].removeprefix('./'))};" if names else ""


def _variable(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path)
