"""Design tokens: declared in one file, which the web manifest, `<meta>` tags and icons read."""

import re
from pathlib import Path

import pytest

from curation.lib.design_tokens import FILE, THEME_COLOR, read_tokens
from scripts.draw_icons import draw_svg

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
BRAND = {read_tokens()[name] for name in ("color-brand", "color-brand-icon")}
FOLDERS = ("benchmarks", "curation", "medigy", "sample_content", "scripts", "static", "templates", "tests")
#: Properties of Django's admin that our style sheets may use beside the tokens.
DJANGO = {
    *("body-bg", "body-fg", "body-quiet-color", "border-color", "button-bg", "button-fg", "close-button-bg"),
    *("darkened-bg", "default-button-bg", "default-button-hover-bg", "delete-button-bg", "error-fg"),
    *("font-family-monospace", "font-family-primary", "hairline-color", "link-fg", "message-error-bg"),
    *("message-success-bg", "message-warning-bg", "selected-bg", "selected-row"),
}


def text_files() -> list[Path]:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    return [path for path in files if path.suffix in (".css", ".html", ".js", ".json", ".py", ".svg", ".xml")]


def test_the_light_value_of_each_token_is_read() -> None:
    tokens = read_tokens()
    assert tokens["color-background"] == "#fffefc"
    assert tokens["color-header"] == "var(--color-brand)"
    assert tokens["font-size-2"] == "clamp(1.1875rem, 1.1rem + 0.4vw, 1.375rem)"
    assert re.fullmatch("#[0-9a-f]{6}", THEME_COLOR)
    assert not [value for value in tokens.values() if "light-dark" in value]


def test_the_brand_colours_are_in_no_other_file_but_the_icon_drawn_from_them() -> None:
    found = {path for path in text_files() if any(colour in path.read_text() for colour in BRAND)}
    assert found == {FILE, STATIC / "favicon.svg"}


def test_the_icon_is_the_one_that_the_script_draws() -> None:
    assert (STATIC / "favicon.svg").read_text() == draw_svg()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_each_custom_property_of_a_style_sheet_is_a_token(path: Path) -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", path.read_text()))
    assert used - read_tokens().keys() - (DJANGO if "admin-curation" in path.parts else set()) == set()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_colours_for_two_schemes_are_declared_as_tokens_alone(path: Path) -> None:
    assert path == FILE or not re.search(r": light-dark\(", path.read_text().replace("(color: light-dark(", ""))


def test_each_token_is_used() -> None:
    sheets = "".join(path.read_text() for path in STATIC.rglob("*.css"))
    unused = {name for name in read_tokens() if f"var(--{name})" not in sheets}
    assert unused == {"color-brand-icon"}


def test_a_browser_without_light_dark_has_the_same_light_colours() -> None:
    css = FILE.read_text()
    start = css.index("@supports not")
    fallback = dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", css[start : css.index("@media", start)]))
    declared = re.findall(r"--([a-z0-9-]+): light-dark\(", css[:start])
    assert fallback == {name: read_tokens()[name] for name in declared}
