"""The summary on top of a form with errors: it counts them in the title, and links to the fields."""

from types import SimpleNamespace
from xml.etree.ElementTree import Element

import pytest
from django import forms
from django.http import HttpResponse
from django.test import Client

from curation.admin_site.error_summary import summarise
from tests.factories import make_item, make_topic

from .pages import ADD, add, form_data, submit, text, tree


def summary(page: HttpResponse) -> Element:
    (box,) = (box for box in tree(page).iter("div") if box.get("id") == "error-summary")
    return box


def lines(page: HttpResponse) -> list[str]:
    return [text(line) for line in summary(page).iter("li")]


def targets(page: HttpResponse) -> list[str]:
    """Return the targets of the links. Each must exist in the page."""
    found = [link.get("href", "") for link in summary(page).iter("a")]
    ids = {f"#{element.get('id')}" for element in tree(page).iter()}
    assert ids >= set(found)
    return found


def title(page: HttpResponse) -> str:
    return text(next(tree(page).iter("title")))


def test_each_error_has_a_link_to_its_field(editor: Client) -> None:
    page = submit(editor, ADD, title="News", source_url="x:y", published_at_1="25:00")
    assert title(page).startswith("Error (2): New item"), lines(page)
    assert lines(page) == [
        "Source link: Enter a valid URL.",
        "Publication time: Write a time of day, like 9:00.",
    ]
    assert targets(page) == ["#id_source_url", "#id_published_at_0"]
    assert summary(page).get("tabindex") == "-1"
    assert "autofocus" in summary(page).attrib


def test_errors_of_rows_name_the_row(editor: Client) -> None:
    topic = make_topic("Wearables")
    rows = {"itemtopic_set-TOTAL_FORMS": "3", "itemtopic_set-2-topic": "999", "itemtopic_set-2-position": "2"}
    for number in range(2):
        rows |= {f"itemtopic_set-{number}-topic": str(topic.pk), f"itemtopic_set-{number}-position": str(number)}
    page = submit(editor, ADD, title="News", **rows)
    twice, unknown = sorted(lines(page))
    assert twice.startswith("Topics, row 2: Chosen twice")
    assert unknown.startswith("Topics, row 3: The topic that was chosen here was deleted meanwhile")
    assert set(targets(page)) == {"#id_itemtopic_set-1-topic", "#id_itemtopic_set-2-topic"}
    assert title(page).startswith("Error (2): ")


class RowForm(forms.Form):
    name = forms.CharField()
    version = forms.CharField(widget=forms.HiddenInput)


class RowFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    def clean(self) -> None:
        raise forms.ValidationError("Too few rows.")


def test_errors_of_hidden_inputs_and_of_whole_formsets_are_shown() -> None:
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "version": ""}
    formset = forms.formset_factory(RowForm, RowFormSet)(data)
    inline = SimpleNamespace(formset=formset, opts=SimpleNamespace(verbose_name_plural="people"))
    found = summarise(RowForm(data), [inline])
    assert [(line.label, line.target) for line in found.lines] == [
        ("Name", "id_name"),
        ("Version", ""),
        ("People, row 1, Name", "id_form-0-name"),
        ("People, row 1, Version", "form-0"),
        ("People", "form-group"),
    ]


def test_a_confirmation_is_no_error(editor: Client) -> None:
    make_item("First", source_url="https://example.org/a")
    page = submit(editor, ADD, title="News", source_url="https://example.org/a")
    assert title(page).startswith("Please confirm (1): New item")
    assert lines(page) == ["Source link: First (Live) has this source link already."]


@pytest.mark.parametrize("model", ["topic", "offering", "publisher", "author", "image", "alias"])
def test_every_form_of_the_admin_has_a_summary(editor: Client, model: str) -> None:
    page = add(editor, model)
    assert title(page).startswith(f"Error ({len(lines(page))}): ")
    assert targets(page)


def test_forms_of_other_applications_have_one_too(admin_client: Client) -> None:
    page = admin_client.post("/admin/auth/user/add/", {"usable_password": "true"})
    assert title(page).startswith(f"Error ({len(lines(page))}): ")
    assert "#id_username" in targets(page)


def test_a_form_without_errors_has_none(editor: Client) -> None:
    page = editor.get(ADD)
    assert b"error-summary" not in page.content
    assert title(page).startswith("New item")
    assert form_data(page, "curateditem_form")
