"""Triggers of the database, which renew the content version at every write: by the ORM, in bulk, or by hand in SQL.

They go before migrations run, for SQLite loses those of a table that it makes anew, and PostgreSQL alters no table that
has some to fire; they come back afterwards. In between there is no content version, and so no page that rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from .credits import Author, Publisher
from .images import Image
from .items import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic
from .ledger import SourceDocument
from .offerings import Offering
from .redirects import Alias, FormerName
from .references import BodyReference
from .tags import Tag
from .taxonomy import Topic, Vocabulary
from .version import ContentVersion, new_token

#: What readers see something of.
CONTENT: tuple[type[Model], ...] = (
    *(
        CuratedItem,
        ItemTopic,
        ItemOffering,
        ItemAuthor,
        ItemTag,
        SourceDocument,
        Image,
        Alias,
        FormerName,
        BodyReference,
    ),
    *(Vocabulary, Topic, Offering, Offering.topics.through, Publisher, Author, Tag),
)
VERSION = ContentVersion._meta.db_table

# PostgreSQL renews once a transaction (the row is its own after that) and at its end (the trigger is deferred): two
# writers wait for each other only then, and never in a circle. SQLite has one writer at a time.
CREATE = {
    "sqlite": """
        CREATE TRIGGER "{name}" AFTER {event} ON "{table}"
        BEGIN UPDATE "{version}"
            SET token = hex(randomblob(16)), renewed_at = strftime('%Y-%m-%d %H:%M:%f', 'now');
        END
    """,
    "postgresql": """
        CREATE OR REPLACE FUNCTION renew_content_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE "{version}" SET token = gen_random_uuid(), renewed_at = clock_timestamp()
                WHERE xmin <> pg_current_xact_id()::xid;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}" DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION renew_content_version()
    """,
}
DROP = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP TRIGGER "{name}" ON "{table}"'}
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE pg_table_is_visible(tgrelid)",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """What fires at an event of a table."""

    table: str
    event: str

    @property
    def name(self) -> str:
        return f"{self.table}_{self.event}_renews_version"

    def written(self, statements: dict[str, str], vendor: str) -> str:
        """Return the statement of a vendor for this trigger."""
        return statements[vendor].format(name=self.name, table=self.table, event=self.event, version=VERSION)


TRIGGERS = [Trigger(model._meta.db_table, event) for model in CONTENT for event in ("insert", "update", "delete")]


def remove_triggers(using: str, plan: Sequence[object], **_kwargs: Any) -> None:
    """Take triggers and version away where migrations are to run (signal `pre_migrate`)."""
    connection = connections[using]
    if not plan or VERSION not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        ContentVersion.objects.using(using).all().delete()
        names = _names(cursor)
        for trigger in TRIGGERS:
            if trigger.name in names:
                cursor.execute(trigger.written(DROP, connection.vendor))


def add_triggers(using: str, **_kwargs: Any) -> None:
    """Add the triggers that are missing, once all tables are there (signal `post_migrate`), and then a new version."""
    connection = connections[using]
    if {VERSION, *(trigger.table for trigger in TRIGGERS)} - set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        names = _names(cursor)
        missing = [trigger for trigger in TRIGGERS if trigger.name not in names]
        for trigger in missing:
            cursor.execute(trigger.written(CREATE, connection.vendor))
        version = ContentVersion.objects.using(using)
        if missing or not version.exists():
            version.update_or_create(pk=1, defaults={"token": new_token()})


def _names(cursor: CursorWrapper) -> set[str]:
    """Return the names of all triggers that there are."""
    cursor.execute(NAMES[cursor.db.vendor])
    return {name for (name,) in cursor.fetchall()}
