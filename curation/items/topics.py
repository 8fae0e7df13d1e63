"""Changes of topics that leave their items: retired, moved to another vocabulary, equivalent to others, looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from curation.models import Equivalence, Synonym, Topic, Vocabulary

from .actors import Actor
from .synonyms import NAMINGS, add_synonyms

_NAMING = NAMINGS[Topic]


class CannotChange(Exception):
    """A change of a topic that is not possible. The message gives the reason and the remedy."""


@transaction.atomic
def retire(topic: Topic, successor: Topic | None, actor: Actor) -> None:
    """Offer a topic no longer; let imports read its name as that of its successor. Its items keep it.

    Topics whose successor it was get its own. Raises `CannotChange` for a successor that is retired itself.
    """
    if successor is not None and (successor.pk == topic.pk or successor.retired_at):
        raise CannotChange(f"“{successor}” is retired itself; choose another topic.")
    topic.retired_at, topic.successor = timezone.now(), successor
    topic.save(update_fields=["retired_at", "successor"])
    Synonym.objects.filter(kind=_NAMING.kind, key__in=_NAMING.names(topic)).delete()
    if successor is not None:
        add_synonyms(_NAMING.kind, _NAMING.names(topic), successor.pk)
        for former in Topic.objects.filter(successor=topic).select_related("vocabulary"):
            add_synonyms(_NAMING.kind, _NAMING.names(former), successor.pk)
        Topic.objects.filter(successor=topic).update(successor=successor)
    _log(actor, [topic], f"Retired; its successor is “{successor}”." if successor else "Retired.")


@transaction.atomic
def restore(topic: Topic, actor: Actor) -> None:
    """Offer a retired topic again."""
    topic.retired_at = topic.successor = None
    topic.save()  # takes its name back
    _log(actor, [topic], "Offered again.")


def move(topics: Iterable[Topic], vocabulary: Vocabulary, actor: Actor) -> list[Topic]:
    """Move topics to a vocabulary, each in a transaction of its own. Files with the former name find them.

    Return those that stay, as the vocabulary has a topic of their label. Addresses stay.
    """
    staying = []
    for topic in topics:
        with transaction.atomic():
            others = Topic.objects.filter(vocabulary=vocabulary, name_key=topic.name_key).exclude(pk=topic.pk)
            if others.exists():
                staying.append(topic)
                continue
            former, topic.vocabulary = topic.vocabulary, vocabulary
            topic.save()
            _log(actor, [topic], f"Moved from {former} to {vocabulary}.")
    return staying


@transaction.atomic
def make_equivalent(topics: Sequence[Topic], actor: Actor, *, shows_all: bool) -> Equivalence:
    """Make topics equivalent to each other, and to nothing else."""
    groups = [pk for topic in topics if (pk := topic.equivalence_id)]
    equivalence = Equivalence.objects.filter(pk__in=groups).order_by("pk").first() or Equivalence()
    equivalence.shows_all = shows_all
    equivalence.save()
    ids = [topic.pk for topic in topics]
    Topic.objects.filter(equivalence=equivalence).exclude(pk__in=ids).update(equivalence=None)
    Topic.objects.filter(pk__in=ids).update(equivalence=equivalence)
    delete_empty_equivalences()
    names = " = ".join(map(str, topics))
    _log(actor, topics, f"Equivalent: {names}.")
    return equivalence


@transaction.atomic
def end_equivalence(topics: Sequence[Topic], actor: Actor) -> None:
    """Make topics equivalent to no other one."""
    Topic.objects.filter(pk__in=[topic.pk for topic in topics]).update(equivalence=None)
    delete_empty_equivalences()
    _log(actor, topics, "No equivalent any more.")


def delete_empty_equivalences() -> None:
    Equivalence.objects.filter(topics=None).delete()


def keep(topics: Iterable[Topic], actor: Actor) -> int:
    """Note that an editor has looked at topics that imports brought; return the number of those that were new."""
    new = [topic for topic in topics if topic.is_from_import]
    Topic.objects.filter(pk__in=[topic.pk for topic in new]).update(is_from_import=False)
    _log(actor, new, "Kept as an import brought it.")
    return len(new)


def _log(actor: Actor, topics: Sequence[Topic], message: str) -> None:
    if actor.user is not None and topics:
        LogEntry.objects.log_actions(actor.user.pk, topics, CHANGE, message)
