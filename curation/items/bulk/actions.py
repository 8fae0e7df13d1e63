"""The bulk actions of the item list: declare one in `BULK_ACTIONS`."""

from __future__ import annotations

from dataclasses import dataclass

from curation.models import Offering, Publisher, Revision, Tag, Topic

from ..merging.effect import MergedRows, MergeRows
from ..merging.mergeable import MERGEABLE, Mergeable
from .arguments import Argument, Choice, OptionalRow, Rows, Text, Time
from .effects import AddRows, Effect, FieldEffect, RemoveRows, TransitionEffect
from .replace_image import ReplaceImage, ReplacementArgument

Verb = Revision.Verb


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A bulk action.

    `name` is the value of the form field `action`, and the verb of a `BulkChange`. `label` stands in the menu, `button`
    on the page that asks for confirmation, with “183 items” in place of `{items}`. `done` completes “183 items …”.
    `logged` is the line in the log of each item, by default `done`.
    """

    name: str
    label: str
    button: str
    done: str
    effect: Effect
    argument: Argument | None = None
    logged: str = ""


BULK_ACTIONS = (
    BulkAction(
        "publish",
        "Publish",
        "Publish {items}",
        "published",
        TransitionEffect(Verb.PUBLISHED),
        Choice("Use now as the publication time of these"),
    ),
    BulkAction(
        "schedule",
        "Schedule",
        "Schedule {items}",
        "scheduled",
        TransitionEffect(Verb.SCHEDULED),
        Time("Publication time"),
    ),
    BulkAction(
        "withdraw",
        "Withdraw to draft",
        "Withdraw {items}",
        "withdrawn to draft",
        TransitionEffect(Verb.WITHDRAWN),
    ),
    BulkAction("archive", "Archive", "Archive {items}", "archived", TransitionEffect(Verb.ARCHIVED)),
    BulkAction(
        "bin",
        "Move to the bin",
        "Move {items} to the bin",
        "moved to the bin",
        TransitionEffect(Verb.BINNED),
    ),
    BulkAction(
        "add_topics",
        "Add topics",
        "Add topics to {items}",
        "given the topics",
        AddRows("topics", "given these topics already"),
        Rows("Topics to add", model=Topic),
    ),
    BulkAction(
        "remove_topics",
        "Remove topics",
        "Remove topics from {items}",
        "freed of the topics",
        RemoveRows("topics", "without these topics already"),
        Rows("Topics to remove", model=Topic),
    ),
    BulkAction(
        "add_tags",
        "Add tags",
        "Add tags to {items}",
        "given the tags",
        AddRows("tags", "given these tags already"),
        Rows("Tags to add", "Separate tags by commas.", model=Tag, may_add=True),
    ),
    BulkAction(
        "remove_tags",
        "Remove tags",
        "Remove tags from {items}",
        "freed of the tags",
        RemoveRows("tags", "without these tags already"),
        Rows("Tags to remove", model=Tag),
    ),
    BulkAction(
        "add_offerings",
        "Add offerings",
        "Add offerings to {items}",
        "given the offerings",
        AddRows("offerings", "given these offerings already"),
        Rows("Offerings to add", model=Offering),
    ),
    BulkAction(
        "remove_offerings",
        "Remove offerings",
        "Remove offerings from {items}",
        "freed of the offerings",
        RemoveRows("offerings", "without these offerings already"),
        Rows("Offerings to remove", model=Offering),
    ),
    BulkAction(
        "set_section",
        "Set the section label",
        "Set the section label of {items}",
        "given the section label",
        FieldEffect("section", "of this section label already"),
        Text("Section label", "Left empty, the label is removed.", column="section"),
    ),
    BulkAction(
        "set_kind",
        "Set the kind",
        "Set the kind of {items}",
        "given the kind",
        FieldEffect("kind", "of this kind already"),
        Text("Kind", "Left empty, the kind is removed.", column="kind"),
    ),
    BulkAction(
        "set_publisher",
        "Set the publisher",
        "Set the publisher of {items}",
        "given the publisher",
        FieldEffect("publisher", "of this publisher already"),
        OptionalRow("Publisher", "Left empty, the publisher is removed.", model=Publisher),
    ),
)


def _merge(mergeable: Mergeable) -> BulkAction:
    return BulkAction(
        f"merge_{mergeable.kind}",
        f"Merge {mergeable.nouns}",
        "",
        f"given the {mergeable.noun} that stays",
        MergeRows(mergeable.field, f"without these {mergeable.nouns} already", mergeable),
        MergedRows("", model=mergeable.model),
        logged=f"{mergeable.nouns.capitalize()} merged.",
    )


#: The merges of topics, offerings, … by model; they begin with the rows, and not with items.
MERGES = {model: _merge(mergeable) for model, mergeable in MERGEABLE.items()}
#: Started from the page of an image, for all items that have it.
REPLACE_IMAGE = BulkAction(
    "replace_image",
    "Replace an image",
    "Replace the image in {items}",
    "given another image",
    ReplaceImage("image", "without this image already"),
    ReplacementArgument("Images"),
    logged="Image replaced by another one everywhere.",
)
ACTIONS_BY_NAME = {action.name: action for action in (*BULK_ACTIONS, *MERGES.values(), REPLACE_IMAGE)}
