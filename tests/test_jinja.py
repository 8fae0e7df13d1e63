"""The templates of reader pages."""

from datetime import date
from typing import Any

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils.safestring import SafeString
from jinja2 import UndefinedError

READER = engines["jinja2"]
assert isinstance(READER, Jinja2)


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
