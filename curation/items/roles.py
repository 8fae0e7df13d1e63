"""The roles of the desk: groups of users with the permissions that each needs."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth.models import Group

#: Rows that describe items. Editors keep them, contributors choose among them.
_CONTENT = ("alias", "author", "image", "offering", "publisher", "tag", "topic", "vocabulary")
_RELATIONS = ("itemauthor", "itemoffering", "itemtag", "itemtopic")
#: Rows that imports write, and that the desk derives.
_RECORDS = ("bodyreference", "conflict", "importrecord", "importrun", "sourcedocument")
_ACTIONS = ("add", "change", "delete", "view")


def _all(*models: str, actions: tuple[str, ...] = _ACTIONS) -> frozenset[str]:
    return frozenset(f"curation.{action}_{model}" for model in models for action in actions)


_CONTRIBUTOR = (
    _all("curateditem", actions=("add", "change", "view"))
    | _all(*_RELATIONS)
    | _all(*_CONTENT, "sourcedocument", actions=("view",))
    | {"curation.add_image"}
)
_EDITOR = (
    _CONTRIBUTOR
    | _all(*_CONTENT)
    | _all(*_RECORDS, actions=("view",))
    | {f"curation.{action}_curateditem" for action in ("change_any", "delete", "review")}
)
_PUBLISHER = _EDITOR | {"curation.publish_curateditem"}
_ADMINISTRATOR = (
    _PUBLISHER
    | {"curation.purge_curateditem"}
    | {f"auth.{action}_{model}" for model in ("group", "user") for action in _ACTIONS}
)

#: The permissions of each role, as `User.has_perm()` names them.
ROLES = {
    "Contributor": _CONTRIBUTOR,
    "Editor": _EDITOR,
    "Publisher": _PUBLISHER,
    "Administrator": _ADMINISTRATOR,
}


def group_of(role: str, apps: Any = installed_apps) -> Group:
    """Return the group of a role. A missing group is made, with its permissions; an existing one stays as it is."""
    group, is_new = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    if is_new:
        add_permissions(group, ROLES[role], apps)
    return group  # type: ignore[no-any-return]


def add_permissions(group: Group, names: frozenset[str], apps: Any = installed_apps) -> None:
    """Give a group the permissions with these names that exist, in addition to those that it has."""
    codenames = [name.partition(".")[2] for name in names]
    permissions = apps.get_model("auth", "Permission").objects.filter(codename__in=codenames)
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in permissions.select_related("content_type")}
    group.permissions.add(*(found[name] for name in names & found.keys()))
