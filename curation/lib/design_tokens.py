"""The design tokens of `static/tokens.css`, for the places that cannot use CSS: the web manifest, `<meta>`, icons."""

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent.parent / "static" / "tokens.css"
_ROOT_RULE = re.compile(r":root \{(.*?)\}", re.DOTALL)
_TOKEN = re.compile(r"--([a-z0-9-]+): ([^;]+);")
_LIGHT_DARK = re.compile(r"light-dark\((.+), [^,]+\)")


@cache
def read_tokens() -> dict[str, str]:
    """Return the value of each token by its name, without `--`: of `light-dark()`, the value of the light scheme.

    Raises `ValueError` if the file has no `:root` rule.
    """
    rule = _ROOT_RULE.search(FILE.read_text())
    if rule is None:
        raise ValueError(f"{FILE} declares no tokens in a `:root` rule.")
    return {name: _LIGHT_DARK.sub(r"\1", value) for name, value in _TOKEN.findall(rule[1])}


#: The colour of the browser's own bars around a page.
THEME_COLOR = read_tokens()["color-brand"]
