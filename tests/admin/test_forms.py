"""Names and slugs in forms: any script, unique in any case and spelling."""

import pytest
from django.test import Client

from curation.models import Author, Offering, Tag, Topic
from tests.factories import make_offering, make_topic

from .pages import ADD, add, errors, form_data, links, submit, tree


def test_two_names_that_differ_in_white_space_alone_are_equal(editor: Client) -> None:
    topic = make_topic("One two")
    values = {"vocabulary": topic.vocabulary_id, "label": "One\u00a0two", "slug": "another"}
    response = editor.post("/admin/curation/topic/add/", values)
    assert "has a topic of this label already" in response.content.decode()
    assert Topic.objects.count() == 1


@pytest.mark.parametrize("name", ["医疗-新闻", "مستشفى", "โรงพยาบาล", "हिन्दी"])
def test_a_slug_may_be_in_any_script(editor: Client, name: str) -> None:
    topic = make_topic("T", "V")
    values = {"vocabulary": topic.vocabulary_id, "label": "T", "slug": name}
    assert editor.post(f"/admin/curation/topic/{topic.pk}/change/", values).status_code == 302
    assert Topic.objects.get().slug == name
    assert editor.post("/admin/curation/author/add/", {"name": name, "slug": ""}).status_code == 302
    assert Author.objects.get().slug == name


@pytest.mark.parametrize("slug", ["a b", "a/b", "a?b", "❤"])
def test_an_invalid_slug_is_refused_with_advice(editor: Client, slug: str) -> None:
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
def test_a_name_that_exists_in_another_spelling_is_an_error_of_its_field(
    editor: Client, kind: str, first: dict[str, str], second: dict[str, str]
) -> None:
    url = f"/admin/curation/{kind}/add/"
    assert editor.post(url, {**first, "slug": "one"}).status_code == 302
    response = editor.post(url, {**second, "slug": "two"})
    assert response.status_code == 200
    (message,) = response.context["adminform"].form.errors["name"]
    assert message.startswith("There is a")


def test_two_offerings_may_have_the_same_name(editor: Client) -> None:
    for slug in ("one", "two"):
        assert editor.post("/admin/curation/offering/add/", {"name": "O", "slug": slug}).status_code == 302
    assert Offering.objects.count() == 2


def test_a_slug_that_is_taken_is_refused_with_a_link_to_its_holder(editor: Client) -> None:
    offering = make_offering("First", slug="taken")
    response = add(editor, "offering", name="Second", slug="taken")
    assert errors(response) == ["The slug “taken” is taken by First."]
    assert f"/admin/curation/offering/{offering.pk}/change/" in links(response)


def test_a_form_without_changes_saves_what_was_there(editor: Client) -> None:
    tag = Tag.objects.create(name="AI", slug="ai")
    url = f"/admin/curation/tag/{tag.pk}/change/"
    editor.post(url, form_data(editor.get(url), "tag_form"))
    assert Tag.objects.values("name", "slug").get() == {"name": "AI", "slug": "ai"}


@pytest.mark.parametrize(
    ("link", "opened"),
    [("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2"), ("javascript:alert(1)", ""), ("", "")],
)
def test_a_link_is_a_plain_input_with_open_beside_it(editor: Client, link: str, opened: str) -> None:
    refused = submit(editor, ADD, title="News", source_url=link, published_at_1="9:00")
    page = tree(refused)
    assert "Currently" not in refused.content.decode()
    (beside,) = page.findall(".//input[@name='source_url']/../a")
    assert (beside.get("href"), "hidden" in beside.attrib) == (opened, not opened)
