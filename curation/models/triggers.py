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
from .content_version import CONTENT_LENGTH, ContentVersion, new_token
from .deleted import DeletedItem, DeletedKey
from .images import Image
from .imports import SourceDocument
from .items import CuratedItem
from .offerings import Offering
from .publishers import Publisher
from .relations import ItemAuthor, ItemOffering, ItemTag, ItemTopic
from .synonyms import Synonym
from .tags import Tag
from .topics import Equivalence, Topic, Vocabulary

#: Models whose rows readers see, and those that the plans of imports depend on besides.
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
        Synonym,
        BodyReference,
        DeletedItem,
        DeletedKey,
    ),
    *(Vocabulary, Equivalence, Topic, Offering, Offering.topics.through, Publisher, Author, Tag),
)
VERSION_TABLE = ContentVersion._meta.db_table

#: The condition of the update by which a picture gets its renditions. Plans of an import do not depend on them, and
#: those of its pictures are made at the same time: this update keeps the first part of the token.
HAS_GOT_RENDITIONS = "NEW.has_renditions AND NOT OLD.has_renditions"
# On PostgreSQL the version changes once a transaction (`xmin` is the transaction's own afterwards), at its end (the
# trigger is deferred): writers wait for each other only then, without deadlocks. A token that ends in "p" has kept its
# first part, so that a later trigger of the same transaction changes it. SQLite has one writer at a time.
CREATE = {
    "sqlite": """
        CREATE TRIGGER "{name}" AFTER {event} ON "{table}" {condition}
        BEGIN UPDATE "{version}"
            SET token = {token}, renewed_at = strftime('%Y-%m-%d %H:%M:%f', 'now');
        END
    """,
    "postgresql": """
        CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE "{version}" SET token = {token}, renewed_at = clock_timestamp()
                WHERE xmin <> pg_current_xact_id()::xid {or_also};
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}" DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW {condition} EXECUTE FUNCTION {function}()
    """,
}
#: The SQL of a new token, and of one that keeps its first `CONTENT_LENGTH` characters.
NEW_TOKEN = {"sqlite": "hex(randomblob(16))", "postgresql": "gen_random_uuid()"}
NEW_SECOND_PART = {
    "sqlite": f"substr(token, 1, {CONTENT_LENGTH}) || hex(randomblob(8))",
    "postgresql": f"left(token, {CONTENT_LENGTH}) || right(gen_random_uuid()::text, 19) || 'p'",
}
DROP = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP TRIGGER "{name}" ON "{table}"'}
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE pg_table_is_visible(tgrelid)",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger for one event of a table: `insert`, `update` or `delete`. `condition` is an SQL condition.

    `keeps_content`: the first part of the token stays.
    """

    table: str
    event: str
    condition: str = ""
    keeps_content: bool = False

    @property
    def name(self) -> str:
        return f"{self.table}_{self.event}_renews_{'page_' if self.keeps_content else ''}version"

    def sql(self, statements: dict[str, str], vendor: str) -> str:
        """Return the statement of a vendor for this trigger."""
        return statements[vendor].format(
            name=self.name,
            table=self.table,
            event=self.event,
            version=VERSION_TABLE,
            condition=f"WHEN ({self.condition})" if self.condition else "",
            token=(NEW_SECOND_PART if self.keeps_content else NEW_TOKEN)[vendor],
            function="renew_page_version" if self.keeps_content else "renew_content_version",
            or_also="" if self.keeps_content else "OR right(token, 1) = 'p'",
        )


IMAGES = Image._meta.db_table
TRIGGERS = [
    *(
        Trigger(model._meta.db_table, event)
        for model in CONTENT_MODELS
        for event in ("insert", "update", "delete")
        if (model, event) != (Image, "update")
    ),
    Trigger(IMAGES, "update", f"NOT ({HAS_GOT_RENDITIONS})"),
    Trigger(IMAGES, "update", HAS_GOT_RENDITIONS, keeps_content=True),
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
