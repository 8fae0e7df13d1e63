"""The part of the item form that merges what others have changed while it was open."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from curation.admin.deleted_choices import DeletedChoicesForm
from curation.admin.imports.differences import in_words, mark_differences
from curation.admin_site.moments import MomentField
from curation.frontmatter import to_json_value
from curation.importing.history.diff import as_text
from curation.items.actors import Actor
from curation.items.concurrent_edits import Clash, ConcurrentEdit, Version
from curation.items.named_rows import present_state
from curation.items.put_back import TIMES
from curation.items.record import RENAMED
from curation.items.state import LABELS, labels_of, record_in
from curation.lib.names import name_key
from curation.models import CuratedItem, Image, Publisher

#: The field of a state for each form field of another name.
_STATE_NAMES = {column: name for name, column in RENAMED.items()}


@dataclass(frozen=True, slots=True)
class ShownClash:
    """A clash as HTML: what differs from the former value is marked. `choice` is the side that was chosen, or ""."""

    clash: Clash
    before: SafeString
    theirs: SafeString
    mine: SafeString
    choice: str


def chosen_side(clash: Clash, data: Any) -> str:
    """Return `mine` or `theirs` if the editor has chosen a side of exactly this clash, else ""."""
    side, _, token = data.get(f"clash-{clash.field}", "").partition(":")
    return side if side in ("mine", "theirs") and token == clash.token else ""


class MergedForm(DeletedChoicesForm):
    """Compares what was sent with the version of the item that the form was made from, `version`.

    A field that the editor did not change gets its live value, whoever wrote it. A field that the editor and others
    changed is an error until a side is chosen: the form comes back with `clashes`. Relations are merged by
    `merged_relations()`.
    """

    #: Who edits.
    actor: ClassVar[Actor]

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    shown_publisher = forms.CharField(required=False, widget=forms.HiddenInput)
    shown_image = forms.CharField(required=False, widget=forms.HiddenInput)

    shown_fields: ClassVar[dict[str, str]] = {"publisher": "shown_publisher", "image": "shown_image"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edit: ConcurrentEdit | None = None
        self._version: Version | None = None
        self.clashes: list[Clash] = []
        #: Values, as JSON, that the editor typed or the draft has, by the names of fields that only publishers change.
        self.refused: dict[str, Any] = {}
        if self.instance.pk is None:
            return
        if not self.is_bound:
            self.initial.update((shown, self.initial.get(name)) for name, shown in self.shown_fields.items())
            self.initial["version"] = str(Version.of(self.instance))
            return
        sent = self.initial["version"] = self.data.get(self.add_prefix("version"), "")
        self._version = Version.read(sent)
        self.edit = ConcurrentEdit.of(self.instance, self._version, self._user_id)
        self.instance.form = self  # for the formset of offerings, which has one clash
        if self.edit.base != self.edit.live:
            self.initial.update((name, value) for name, value in _initial(self.edit).items() if name in self.initial)

    @property
    def _user_id(self) -> int | None:
        return self.actor.user.pk if self.actor.user else None

    @property
    def taken_over(self) -> list[str]:
        """The labels of the fields that others alone have changed: saving keeps their values."""
        return labels_of(self._taken_over)

    @property
    def _taken_over(self) -> set[str]:
        if self.edit is None or not self.edit.is_base_known:
            return set()
        mine = {_STATE_NAMES.get(name, name) for name in self.changed_data}
        # An item is saved out of the bin alone, with the status that it had.
        undone = {"status"} if self.instance.status == CuratedItem.Status.BIN else set()
        return self.edit.changed_by_others - mine - {clash.field for clash in self.clashes} - undone

    @property
    def others(self) -> str:
        """The names of those who changed the fields that are taken over."""
        taken, revisions = self._taken_over, self.edit.revisions if self.edit else ()
        concerned = [row for row in revisions if taken & dict(row.changes).keys()]
        return ", ".join(dict.fromkeys(row.done_by(self._user_id) for row in concerned))

    def shown_clashes(self) -> list[ShownClash]:
        return [_shown(clash, chosen_side(clash, self.data)) for clash in self.clashes]

    def clean(self) -> dict[str, Any]:
        if self._version and "tags" in self.cleaned_data:  # typed by names, which tags may have had when it was made
            self.cleaned_data |= present_state({"tags": self.cleaned_data["tags"]}, self._version.read_at)
        if self.edit and self.edit.changed_by_others:
            self._merge(self.edit)
        for name in TIMES - self.fields.keys() if self.edit else ():
            self._refuse_typed_time(name)
        return super().clean() or self.cleaned_data

    def _merge(self, edit: ConcurrentEdit) -> None:
        """Give unchanged fields their live values, and require a choice where both sides changed a field."""
        cleaned, by_others = self.cleaned_data, edit.changed_by_others
        for name in [name for name in self.fields if name in cleaned]:
            field = _STATE_NAMES.get(name, name)
            if field not in by_others or field not in LABELS:
                continue
            if field == "tags":
                names: dict[Any, str] = {name_key(tag): tag for tag in (*cleaned[name], *edit.live[field])}
                cleaned[name] = [names[key] for key in edit.merged(field, cleaned[name], name_key)]
            elif not self._is_changed(name):
                cleaned[name] = getattr(self.instance, name)
            elif (mine := _as_json(self, name)) != edit.live[field]:
                self._decide(edit, name, edit.clash(field, mine))

    def _refuse_typed_time(self, name: str) -> None:
        """Refuse a time that was typed before the item was published, if it differs from the one that was shown."""
        field = MomentField(required=False)
        sent = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        with suppress(ValidationError, ValueError):  # no time was typed
            typed, shown = field.clean(sent), datetime.fromisoformat(sent[-1]) if sent[-1] else None
            if typed != shown:
                self.refuse(name, to_json_value(typed))

    def refuse(self, name: str, value: Any) -> None:
        """Keep a value in the history that this editor may not give the item."""
        assert self.edit is not None  # noqa: S101  # for the types
        if value != self.edit.live[name]:
            self.refused[name] = value
            self.edit.not_taken[name] = [self.edit.live[name], value]

    def merge_primary(self, mine: str) -> bool:
        """Return whether the item stays about the offering that others marked. `mine` is the editor's by name, or "".

        Raises `ValidationError` until a side is chosen, if the editor and others marked different ones.
        """
        assert self.edit is not None  # noqa: S101  # for the types
        before, theirs = _primary(self.edit.base), _primary(self.edit.live)
        if mine in (before, theirs) or before == theirs or not self.edit.is_base_known:
            return mine == before
        changed = self.edit.clash("offerings", mine)
        clash = replace(changed, before=before, theirs=theirs)
        if not (side := chosen_side(clash, self.data)):
            self.clashes.append(clash)
            raise ValidationError(_choose(clash), code="clash")
        return side == "theirs"

    def _is_changed(self, name: str) -> bool:
        given_by = {"image": "new_image", "publisher": "publisher_from_link"}.get(name, "")
        return name in self.changed_data or bool(self.cleaned_data.get(given_by))

    def _decide(self, edit: ConcurrentEdit, name: str, clash: Clash) -> None:
        side = chosen_side(clash, self.data)
        if side == "theirs":
            self.cleaned_data[name] = getattr(self.instance, name)
            edit.not_taken[clash.field] = [clash.theirs, clash.mine]
            if name == "image":
                self.cleaned_data["new_image"] = None
        elif not side:
            self.clashes.append(clash)
            self.add_error(name, ValidationError(_choose(clash), code="clash"))


def _choose(clash: Clash) -> str:
    if clash.is_own:
        return "You have changed this in another window, too: choose a version at the top."
    return (
        f"{clash.changed_by or 'Somebody'} has changed this, too, while you had it open: choose a version at the top."
    )


def _as_json(form: MergedForm, name: str) -> Any:
    """Return the cleaned value of a form's field as a state has it."""
    value = form.cleaned_data[name]
    if isinstance(value, Publisher):
        return {"domain": value.domain, "name": value.name}
    if name == "image" and (upload := form.cleaned_data.get("new_image")):
        return str(upload)
    if isinstance(value, Image):
        return value.pk
    if name == "pdf":
        return str(value or "")
    return to_json_value(value)


def _initial(edit: ConcurrentEdit) -> dict[str, Any]:
    """Return the values that a form showed, by the names of its fields."""
    record, base = record_in(edit.base), edit.base
    values = {RENAMED.get(name, name): getattr(record, name) for name in LABELS if hasattr(record, name)}
    publisher = Publisher.objects.filter(domain=record.publisher.domain).first() if record.publisher else None
    image = Image.objects.filter(pk=base["image"]).values_list("pk", flat=True).first() if base["image"] else None
    values |= {"publisher": publisher.pk if publisher else None, "image": image, "image_alt": base["image_alt"]}
    values |= {"meta": base["meta"], "tags": list(record.tags)}
    del values["pdf"]  # a file input is changed by any file
    return values


def _shown(clash: Clash, choice: str) -> ShownClash:
    before, theirs, mine = (_text(clash.field, value) for value in (clash.before, clash.theirs, clash.mine))
    shown_before, shown_theirs = mark_differences(before, theirs)
    return ShownClash(clash, shown_before, shown_theirs, mark_differences(before, mine)[1], choice)


def _text(field: str, value: Any) -> str:
    if field == "offerings":  # the name of the one that the item is about
        return str(value or "")
    if field == "image" and isinstance(value, int):
        return str(Image.objects.filter(pk=value).first() or "a deleted picture")
    if field == "status":
        return str(dict(CuratedItem.Status.choices).get(value, value))
    return in_words(field, as_text(field, value))


def _primary(state: Any) -> str:
    return next((offering["name"] for offering in state["offerings"] if offering["is_primary"]), "")
