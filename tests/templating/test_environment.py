"""The templates of reader pages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils.html import escape
from django.utils.safestring import SafeString
from jinja2 import UndefinedError

from curation.listing.summaries import ItemSummary
from curation.models import CuratedItem

ENGINE = engines["jinja2"]
assert isinstance(ENGINE, Jinja2)
READER: Jinja2 = ENGINE


def rendered(source: str, **context: Any) -> str:
    return str(READER.from_string(source).render(context))


@pytest.mark.parametrize("name", READER.env.list_templates())
def test_every_template_can_be_read(name: str) -> None:
    assert READER.get_template(name)


def test_text_is_escaped_and_markup_is_not() -> None:
    assert rendered("{{ words }}", words='<b title="x">') == "&lt;b title=&#34;x&#34;&gt;"
    assert rendered("{{ words }}", words=SafeString("<b>")) == "<b>"


def test_an_undefined_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ misspelt }}")


def test_urls_and_static_files_are_found_by_name() -> None:
    printed = rendered("{{ url('archive_year', 2024) }} {{ static('reader/base.css') }}")
    assert printed == "/archive/2024/ /static/reader/base.css"


def test_a_summary_is_rendered_once_until_anything_in_it_changes() -> None:
    printed: list[str] = []

    def note(title: str) -> str:
        printed.append(title)
        return title

    story = ItemSummary(1, "a", "A", "", "", datetime(2024, 2, 3, tzinfo=UTC), None, None)
    macros = READER.env.from_string("{% macro title(story) %}{{ note(story.title) }}{% endmacro %}", {"note": note})
    for shown in (story, replace(story), replace(story, title="<B>"), story):
        assert rendered("{{ render_cached(title, story) }}", title=vars(macros.module)["title"], story=shown) == escape(
            shown.title
        )
    assert printed == ["A", "<B>"]


def test_an_item_itself_is_never_cached_as_rendered() -> None:
    with pytest.raises(TypeError):
        rendered("{% macro title(story) %}{% endmacro %}{{ render_cached(title, story) }}", story=CuratedItem(pk=1))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 'ab cd'|shorten(5) }}", "ab cd"),
        ("{{ 'ab cde'|shorten(4) }}", "ab…"),
        ("{{ 1234567|intcomma }}", "1,234,567"),
        ("{{ day|format_date }}", "3 February 2024"),
        ("{{ day|format_date('l') }}", "Saturday"),
    ],
)
def test_filters_format_values(source: str, expected: str) -> None:
    assert rendered(source, day=date(2024, 2, 3)) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'https://www.paper.example.org/a'", ">paper.example.org</a>"),
        ("'https://paper.example.org/', '<The Paper>'", ">&lt;The Paper&gt;</a>"),
        ("'javascript:alert(1)', 'Words'", "Words"),
        ("'', ''", ""),
    ],
)
def test_external_links_are_links_for_http_urls_only(arguments: str, expected: str) -> None:
    link = rendered(
        f"{{% from 'macros/links.html' import external_link %}}{{{{ external_link({arguments}) }}}}"
    ).strip()
    assert link.endswith(expected)
    assert link.startswith('<a class="external" href="https://') == ("</a>" in expected)
