"""Names that tell rows apart."""

import pytest
from django.test import Client

from curation.models import Author, Offering, Topic
from tests.factories import make_topic


def test_two_names_that_differ_in_white_space_are_one(editor: Client) -> None:
    topic = make_topic("One two")
    values = {"vocabulary": topic.vocabulary_id, "label": "One\u00a0two", "slug": "another"}
    response = editor.post("/admin/curation/topic/add/", values)
    assert "has a topic of this label already" in response.content.decode()
    assert Topic.objects.count() == 1


@pytest.mark.parametrize("name", ["医疗-新闻", "مستشفى", "โรงพยาบาล", "हिन्दी"])
def test_an_editor_can_give_such_an_address(editor: Client, name: str) -> None:
    topic = make_topic("T", "V")
    values = {"vocabulary": topic.vocabulary_id, "label": "T", "slug": name}
    assert editor.post(f"/admin/curation/topic/{topic.pk}/change/", values).status_code == 302
    assert Topic.objects.get().slug == name
    assert editor.post("/admin/curation/author/add/", {"name": name, "slug": ""}).status_code == 302
    assert Author.objects.get().slug == name


@pytest.mark.parametrize("slug", ["a b", "a/b", "a?b", "❤"])
def test_what_is_no_name_in_addresses_is_refused_with_words(editor: Client, slug: str) -> None:
    response = editor.post("/admin/curation/author/add/", {"name": "A", "slug": slug})
    assert "Enter letters, digits, hyphens and underscores alone" in response.content.decode()
    assert not Author.objects.exists()


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("author", {"name": "Straße"}, {"name": "STRASSE"}),
        ("vocabulary", {"name": "İzmir"}, {"name": "izmir"}),
        ("tag", {"name": "Cafe\u0301"}, {"name": "CAFÉ"}),
    ],
)
def test_a_name_that_is_there_in_another_spelling_is_an_error_of_its_own_field(
    editor: Client, kind: str, first: dict[str, str], second: dict[str, str]
) -> None:
    url = f"/admin/curation/{kind}/add/"
    assert editor.post(url, {**first, "slug": "one"}).status_code == 302
    response = editor.post(url, {**second, "slug": "two"})
    assert response.status_code == 200
    (message,) = response.context["adminform"].form.errors["name"]
    assert message.startswith("There is a")


def test_offerings_may_have_one_name(editor: Client) -> None:
    for slug in ("one", "two"):
        assert editor.post("/admin/curation/offering/add/", {"name": "O", "slug": slug}).status_code == 302
    assert Offering.objects.count() == 2
