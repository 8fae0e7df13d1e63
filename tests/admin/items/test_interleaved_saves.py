"""Interleaved saves of one item: by two forms, by imports and by bulk actions. No update is lost, no form is dead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from curation.items.state import states_of
from curation.items.workflow import perform
from curation.models import CuratedItem, Revision, Topic
from tests.admin.pages import edit_page, errors, form_data, tree
from tests.factories import COMMAND, make_topic

TEXTS = ("title", "summary", "body")
LABELS = "ABCD"
#: A change by a form: new texts by field, the topics that are added, and the rows of topics that are removed.
FORM_CHANGES = st.fixed_dictionaries(
    {"texts": st.sets(st.sampled_from(TEXTS)), "added": st.sampled_from(["", *LABELS]), "removed": st.booleans()}
)
#: A change by a file: the fields that get a new text, and its topics.
FILE_CHANGES = st.fixed_dictionaries(
    {"texts": st.sets(st.sampled_from(TEXTS)), "topics": st.sets(st.sampled_from(LABELS))}
)
FIRST_STEPS = st.one_of(
    st.tuples(st.just("save"), st.just(0), FORM_CHANGES),
    st.tuples(st.just("import"), st.just(0), FILE_CHANGES),
    st.tuples(st.just("bulk"), st.just(0), st.sampled_from([Revision.Verb.PUBLISHED, Revision.Verb.WITHDRAWN])),
)
#: A form is saved after another form, an import or a bulk action has changed the item that it shows.
PAIRS = st.tuples(FIRST_STEPS, st.tuples(st.just("save"), st.just(1), FORM_CHANGES))
PAIRS_PER_EXAMPLE = 10


class Desk:
    """An item from a file, two editors, and the texts that they typed."""

    def __init__(self, folder: Path, clients: list[Client]) -> None:
        self.folder, self.clients = folder, clients
        self.forms: list[dict[str, Any]] = [{}, {}]
        self.shown: list[set[str]] = [set(), set()]
        self.typed: set[str] = set()
        self.number = 0
        self.file = {"title": "Title", "summary": "Summary.", "body": "Body"}
        self.run_import(0, {"texts": set(), "topics": {"A", "B"}})
        for side in (0, 1):
            self.open(side)

    @property
    def item(self) -> CuratedItem:
        return CuratedItem.objects.get()

    def state(self) -> dict[str, Any]:
        (state,) = states_of(CuratedItem.objects.all()).values()
        return state

    def new_text(self, field: str) -> str:
        self.number += 1
        return f"{field} {self.number}"

    def open(self, side: int) -> None:
        self.forms[side] = form_data(self.clients[side].get(edit_page(self.item)), "curateditem_form")
        self.shown[side] = {topic["label"] for topic in self.state()["topics"]}

    def run_import(self, _side: int, change: dict[str, Any]) -> None:
        self.file |= {name: self.new_text(name) for name in sorted(change["texts"])}
        topics = "".join(f"\n  - 'Symplur: {label}'" for label in sorted(change["topics"]))
        header = f"title: {self.file['title']}\nslug: a\ndescription: {self.file['summary']}\ndate: 2024-01-01\n"
        (self.folder / "a.md").write_text(f"---\n{header}categories:{topics or ' []'}\n---\n{self.file['body']}")
        call_command("import_markdown", str(self.folder), verbosity=0)

    def bulk(self, _side: int, verb: str) -> None:
        perform(verb, CuratedItem.objects.all(), COMMAND)

    def save(self, side: int, change: dict[str, Any]) -> None:
        """Change fields of an open form and send it, if need be with “Keep mine”; then compare each field."""
        typed = {name: self.new_text(name) for name in sorted(change["texts"])}
        self.typed.update(typed.values())
        sent = self.forms[side] | typed
        if change["added"]:
            free = max(index for index in range(20) if f"itemtopic_set-{index}-topic" in sent)
            sent[f"itemtopic_set-{free}-topic"] = str(Topic.objects.get(label=change["added"]).pk)
        if change["removed"] and self.shown[side]:  # or the first row is the new one
            sent["itemtopic_set-0-DELETE"] = "on"
        before, url = self.state(), edit_page(self.item)
        page = self.clients[side].post(url, sent)
        if page.status_code == 200 and any(problem.startswith("Chosen twice") for problem in errors(page)):
            self.typed.difference_update(typed.values())
            return
        if page.status_code == 200:
            boxes = [box for box in tree(page).iter("input") if box.get("type") == "radio"]
            mine = {box.get("name"): box.get("value") for box in boxes if str(box.get("value")).startswith("mine:")}
            assert mine, errors(page)  # or the form could never be saved
            page = self.clients[side].post(url, form_data(page, "curateditem_form") | mine)
        assert page.status_code == 302, errors(page)
        after = self.state()
        assert {name: after[name] for name in TEXTS} == {name: typed.get(name, before[name]) for name in TEXTS}
        labels = [[topic["label"] for topic in state["topics"]] for state in (before, after)]
        # A topic that the form showed, and that was removed and chosen again, was left as it was by the editor.
        assert {change["added"]} - {"", *self.shown[side]} <= set(labels[1])
        gone = set(labels[0]) - set(labels[1])
        assert len(gone) <= change["removed"]
        self.open(side)

    def check(self) -> None:
        """Every text that an editor typed is in the item or in a revision."""
        changes = [change for row in Revision.objects.all() for change in row.changes.values()]
        known = {str(value) for change in changes for value in change} | {str(value) for value in self.state().values()}
        assert self.typed <= known


def run(tmp_path: Path, clients: list[Client], steps: list[tuple[str, int, Any]]) -> None:
    desk = Desk(tmp_path, clients)
    kinds: dict[str, Callable[[int, Any], None]]
    kinds = {
        "save": desk.save,
        "import": desk.run_import,
        "bulk": desk.bulk,
    }
    for kind, side, change in steps:
        kinds[kind](side, change)
    desk.check()


@pytest.fixture
def clients(db: None) -> list[Client]:
    found = []
    for name in ("ann", "ben"):
        client = Client()
        client.force_login(User.objects.create_superuser(name))
        found.append(client)
    for label in LABELS:
        make_topic(label)
    return found


def interleave(clients: list[Client], tmp_path: Path, examples: int) -> None:
    # A failing example is a story of twenty steps: making it shorter would take minutes.
    phases = [Phase.explicit, Phase.generate]

    @settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=list(HealthCheck))
    @given(st.lists(PAIRS, min_size=PAIRS_PER_EXAMPLE, max_size=PAIRS_PER_EXAMPLE))
    def check(pairs: list[tuple[Any, Any]]) -> None:
        with transaction.atomic():
            run(tmp_path, clients, [step for pair in pairs for step in pair])
            transaction.set_rollback(True)

    check()


@pytest.mark.long
def test_interleaved_saves_lose_nothing(clients: list[Client], tmp_path: Path) -> None:
    interleave(clients, tmp_path, 1)


@pytest.mark.long
def test_many_interleaved_saves_lose_nothing(clients: list[Client], tmp_path: Path) -> None:
    interleave(clients, tmp_path, 100 // PAIRS_PER_EXAMPLE)
