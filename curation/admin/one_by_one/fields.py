"""The fields that “One by one” asks for, each with its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict

from curation.admin.items.merged_form import MergedForm
from curation.admin.items.named_rows import rows_named
from curation.admin.items.tags_field import read_tags
from curation.admin.widgets import CHIPS_MEDIA, chip_attrs
from curation.items.checks import BY_CODE, condition
from curation.models import CuratedItem, ItemTopic, Topic

from .suggested_topics import suggested_topics


class AltForm(MergedForm):
    class Meta:
        model = CuratedItem
        fields = ("image_alt",)
        widgets: ClassVar[dict[str, forms.Widget]] = {"image_alt": forms.Textarea({"rows": 3, "autofocus": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["image_alt"].required = True
        self.fields["image_alt"].error_messages["required"] = "Say what the picture shows, or skip the item."
        self.fields["image_alt"].help_text = "What the picture shows, for readers who do not see it. One sentence."

    def clean_image_alt(self) -> str:
        """Refuse the name of the file."""
        text: str = self.cleaned_data["image_alt"]
        named = CuratedItem(image=self.instance.image, image_alt=text)
        if BY_CODE["alt-file-name"].test(named):
            raise ValidationError("This is the name of the file: say what the picture shows.")
        return text


class SummaryForm(MergedForm):
    class Meta:
        model = CuratedItem
        fields = ("summary",)
        widgets: ClassVar[dict[str, forms.Widget]] = {"summary": forms.Textarea({"rows": 6, "autofocus": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].required = True
        self.fields["summary"].error_messages["required"] = "Write a summary, or skip the item."
        self.fields["summary"].help_text = "One to three sentences of your own."

    def clean_summary(self) -> str:
        """Refuse words of the text: readers get those without a summary, too."""
        text: str = self.cleaned_data["summary"]
        if BY_CODE["summary-copied"].test(CuratedItem(summary=text, body_text=self.instance.body_text)):
            raise ValidationError("This repeats words of the text: write it in your own.")
        return text


class TopicsForm(MergedForm):
    """Topics as a line of names, with boxes to tick for those whose names stand in the text."""

    suggested = forms.ModelMultipleChoiceField(
        Topic.objects.select_related("vocabulary"),
        label="Named in the text",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topic_names = forms.CharField(
        label="Topics",
        required=False,
        widget=forms.TextInput({"autofocus": True, **chip_attrs(ItemTopic._meta.get_field("topic"))}),
        help_text="Labels, or “Vocabulary: Label”, separated by commas.",
    )

    class Meta:
        model = CuratedItem
        fields = ()

    @property
    def media(self) -> forms.Media:
        return super().media + CHIPS_MEDIA

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = suggested_topics(self.instance)
        choices: Any = [(topic.pk, str(topic)) for topic in found]
        self.fields["suggested"].choices = choices  # type: ignore[attr-defined]
        if not found:
            del self.fields["suggested"]

    def clean_topic_names(self) -> list[Topic]:
        return rows_named(Topic, read_tags(self.cleaned_data["topic_names"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = [*cleaned.get("suggested", ()), *cleaned.get("topic_names", ())]
        cleaned["chosen"] = list({topic.pk: topic for topic in chosen}.values())
        if not chosen and not self.errors:
            self.add_error("topic_names", "Choose a topic, or skip the item.")
        return cleaned


@dataclass(frozen=True, slots=True)
class MissingField:
    """A field that items lack: its name in addresses, its label, the condition of those items, and its form."""

    name: str
    label: str
    code: str
    form: type[MergedForm]

    @property
    def condition(self) -> Q:
        return condition(BY_CODE[self.code])


FIELDS: Mapping[str, MissingField] = {
    field.name: field
    for field in (
        MissingField("alt", "Alternative text", "alt-missing", AltForm),
        MissingField("summary", "Summary", "summary-missing", SummaryForm),
        MissingField("topic", "Topics", "no-topic", TopicsForm),
    )
}


def field_of(data: QueryDict) -> MissingField:
    """Return the field that an address asks for: by `field`, or by the filters of its list; else the first."""
    named = [*data.getlist("field"), *(part for value in data.getlist("missing") for part in value.split(","))]
    by_code = {field.code: field.name for field in FIELDS.values()}
    named += [by_code.get(code, "") for code in data.getlist("check")]
    return next((FIELDS[name] for name in named if name in FIELDS), FIELDS["alt"])
