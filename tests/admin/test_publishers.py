"""Publishers: the domain may be given as any link to it."""

import pytest
from django.test import Client

from curation.models import Publisher
from tests.factories import make_publisher

from .pages import add, errors, links


@pytest.mark.parametrize(
    "typed", ["example.org", "WWW.Example.org", "https://www.example.org/a?b#c", "http://EXAMPLE.org:80"]
)
def test_the_domain_of_a_publisher_is_taken_from_any_link_to_it(editor: Client, typed: str) -> None:
    add(editor, "publisher", domain=typed)
    assert Publisher.objects.values_list("domain", "name").get() == ("example.org", "example.org")


@pytest.mark.parametrize("typed", ["", "two words", "javascript:alert(1)", "https://"])
def test_an_invalid_host_name_is_refused(editor: Client, typed: str) -> None:
    assert errors(add(editor, "publisher", domain=typed, name="Name"))
    assert not Publisher.objects.exists()


@pytest.mark.parametrize("popup", [{}, {"_popup": "1"}])
def test_a_known_publisher_is_named_with_the_way_to_choose_it(editor: Client, popup: dict[str, str]) -> None:
    known = make_publisher("example.org", name="The Example")
    page = add(editor, "publisher", domain="https://www.example.org/a", **popup)
    assert errors(page) == [
        "example.org is known already: The Example. In the form of an item, choose it in the field “Publisher”."
    ]
    assert f"/admin/curation/publisher/{known.pk}/change/" in links(page)
