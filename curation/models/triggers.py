"""Database triggers that change the content version at every write: by the ORM, in bulk, or in plain SQL.

They are removed before migrations run, and added again afterwards: SQLite loses the triggers of a table that it
rebuilds, and PostgreSQL alters no table with pending trigger events. In between there is no content version, and pages
are not cached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from .aliases import Alias, FormerName
from .authors import Author
from .body_references import BodyReference
from .content_version import ContentVersion, new_token
from .deleted import DeletedItem, DeletedKey
from .images import Image
from .imports import SourceDocument
from .items import CuratedItem
from .offerings import Offering
from .publishers import Publisher
from .relations import ItemAuthor, ItemOffering, ItemTag, ItemTopic
from .tags import Tag
from .topics import Topic, Vocabulary

#: Models whose rows readers see.
CONTENT_MODELS: tuple[type[Model], ...] = (
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
        DeletedItem,
        DeletedKey,
    ),
    *(Vocabulary, Topic, Offering, Offering.topics.through, Publisher, Author, Tag),
)
VERSION_TABLE = ContentVersion._meta.db_table

# On PostgreSQL the version changes once a transaction (`xmin` is the transaction's own afterwards), at its end (the
# trigger is deferred): writers wait for each other only then, without deadlocks. SQLite has one writer at a time.
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
    """A trigger for one event of a table: `insert`, `update` or `delete`."""

    table: str
    event: str

    @property
    def name(self) -> str:
        return f"{self.table}_{self.event}_renews_version"

    def sql(self, statements: dict[str, str], vendor: str) -> str:
        """Return the statement of a vendor for this trigger."""
        return statements[vendor].format(name=self.name, table=self.table, event=self.event, version=VERSION_TABLE)


TRIGGERS = [
    Trigger(model._meta.db_table, event) for model in CONTENT_MODELS for event in ("insert", "update", "delete")
]


def remove_triggers(using: str, plan: Sequence[object], **_kwargs: Any) -> None:
    """Remove triggers and version if migrations are about to run (signal `pre_migrate`)."""
    connection = connections[using]
    if not plan or VERSION_TABLE not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        ContentVersion.objects.using(using).all().delete()
        names = _names(cursor)
        for trigger in TRIGGERS:
            if trigger.name in names:
                cursor.execute(trigger.sql(DROP, connection.vendor))


def add_triggers(using: str, **_kwargs: Any) -> None:
    """Add missing triggers, and then a new version, once all tables exist (signal `post_migrate`)."""
    connection = connections[using]
    if {VERSION_TABLE, *(trigger.table for trigger in TRIGGERS)} - set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        names = _names(cursor)
        missing = [trigger for trigger in TRIGGERS if trigger.name not in names]
        for trigger in missing:
            cursor.execute(trigger.sql(CREATE, connection.vendor))
        version = ContentVersion.objects.using(using)
        if missing or not version.exists():
            version.update_or_create(pk=1, defaults={"token": new_token()})


def _names(cursor: CursorWrapper) -> set[str]:
    """Return the names of all triggers in the database."""
    cursor.execute(NAMES[cursor.db.vendor])
    return {name for (name,) in cursor.fetchall()}
