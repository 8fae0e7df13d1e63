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

from curation.models import CuratedItem
from curation.teasers import Teaser

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


def test_a_name_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ misspelt }}")


def test_addresses_and_files_are_found_by_name() -> None:
    assert rendered("{{ url('archive_year', 2024) }} {{ static('reader.css') }}") == "/archive/2024/ /static/reader.css"


def test_a_story_is_printed_once_until_anything_in_it_changes() -> None:
    printed: list[str] = []

    def note(title: str) -> str:
        printed.append(title)
        return title

    story = Teaser(1, "a", "A", "", "", datetime(2024, 2, 3, tzinfo=UTC), None, None)
    macros = READER.env.from_string("{% macro title(story) %}{{ note(story.title) }}{% endmacro %}", {"note": note})
    for shown in (story, replace(story), replace(story, title="<B>"), story):
        assert rendered("{{ once(title, story) }}", title=vars(macros.module)["title"], story=shown) == escape(
            shown.title
        )
    assert printed == ["A", "<B>"]


def test_an_item_is_no_story_that_is_printed_once() -> None:
    with pytest.raises(TypeError):
        rendered("{% macro title(story) %}{% endmacro %}{{ once(title, story) }}", story=CuratedItem(pk=1))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 'ab cd'|shortened(5) }}", "ab cd"),
        ("{{ 'ab cde'|shortened(4) }}", "ab…"),
        ("{{ 1234567|comma }}", "1,234,567"),
        ("{{ day|in_words }}", "3 February 2024"),
        ("{{ day|in_words('l') }}", "Saturday"),
    ],
)
def test_values_are_printed_for_people(source: str, expected: str) -> None:
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
def test_a_link_leads_to_another_site_or_is_none(arguments: str, expected: str) -> None:
    link = rendered(f"{{% from 'parts/links.html' import outside_link %}}{{{{ outside_link({arguments}) }}}}").strip()
    assert link.endswith(expected)
    assert link.startswith('<a class="outside" href="https://') == ("</a>" in expected)
