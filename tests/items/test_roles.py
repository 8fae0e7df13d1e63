"""The roles, and who may change which item."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items.actors import Actor
from curation.items.roles import ROLES, add_permissions, group_of
from curation.items.workflow import TRANSITIONS, may, may_change, may_import, may_undo
from curation.models import CuratedItem, Revision
from tests.factories import COMMAND, make_item

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb

_CONTRIBUTOR = {Verb.SUBMITTED}
IMPORTING = frozenset(
    f"curation.{name}"
    for name in (
        *("add_curateditem", "change_curateditem", "change_any_curateditem", "publish_curateditem"),
        *("add_alias", "add_author", "add_image", "add_offering", "add_publisher", "add_tag", "add_topic"),
        "add_vocabulary",
    )
)
_EDITOR = _CONTRIBUTOR | {Verb.RETURNED, Verb.APPROVED, Verb.BINNED, Verb.RESTORED}


def member_of(role: str, name: str = "ann") -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(group_of(role))
    return user


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_a_group_with_all_its_permissions(role: str) -> None:
    assert Group.objects.get(name=role).permissions.count() == len(ROLES[role])
    assert member_of(role).get_all_permissions() == ROLES[role]


class OtherApps:
    """A registry of apps that records which models it is asked for, like that of a migration."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def get_model(self, *names: str) -> type[Model]:
        self.asked.append(names)
        return apps.get_model(*names)


@pytest.mark.parametrize("role", ROLES)
def test_a_missing_group_is_made_with_the_permissions_of_its_role(
    role: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Group.objects.get(name=role).delete()
    registry = OtherApps()
    with django_assert_num_queries(6):  # however many permissions a role has
        group = group_of(role, registry)
    assert {name for _, name in registry.asked} == {"Group", "Permission"}
    user = User.objects.create_user("ann")
    user.groups.add(group)
    assert user.get_all_permissions() == ROLES[role]


def test_permissions_are_added_to_those_of_a_group_by_app_and_name_if_they_exist() -> None:
    group = group_of("Contributor")
    other = ContentType.objects.create(app_label="other", model="tag")
    Permission.objects.create(codename="delete_tag", content_type=other)
    before = set(group.permissions.all())
    add_permissions(group, frozenset({"curation.delete_tag", "curation.paint_tag"}))
    added = set(group.permissions.all()) - before
    assert [(row.content_type.app_label, row.codename) for row in added] == [("curation", "delete_tag")]


def test_each_role_may_do_all_that_the_one_before_it_may() -> None:
    contributor, editor, publisher, administrator = ROLES.values()
    assert contributor < editor < publisher < administrator


def test_permissions_of_a_group_that_were_changed_by_hand_stay() -> None:
    group = Group.objects.get(name="Editor")
    group.permissions.clear()
    assert group_of("Editor") == group
    assert not group.permissions.exists()


@pytest.mark.parametrize(
    ("role", "own_draft", "own_live", "other_draft"),
    [
        ("Contributor", True, False, False),
        ("Editor", True, True, True),
        ("Publisher", True, True, True),
    ],
)
def test_contributors_may_change_their_own_drafts_alone(
    role: str, own_draft: bool, own_live: bool, other_draft: bool
) -> None:
    user = member_of(role)
    actor = Actor.of(user)
    assert may_change(actor, make_item(status=Status.DRAFT, created_by=user)) is own_draft
    assert may_change(actor, make_item(created_by=user)) is own_live
    other = make_item(status=Status.DRAFT)
    assert may_change(actor, other) is other_draft
    assert may(actor, other, Verb.SUBMITTED) is other_draft


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("Contributor", _CONTRIBUTOR),
        ("Editor", _EDITOR),
        ("Publisher", set(TRANSITIONS)),
    ],
)
def test_roles_have_their_verbs(role: str, allowed: set[str]) -> None:
    user = member_of(role)
    item = make_item(status=Status.DRAFT, created_by=user)
    assert {verb for verb in TRANSITIONS if may(Actor.of(user), item, verb)} == allowed


@pytest.mark.parametrize(("binned_from", "allowed"), [(Status.DRAFT, True), (Status.PUBLISHED, False)])
def test_in_the_bin_the_status_before_it_counts(binned_from: str, allowed: bool) -> None:
    contributor, editor = member_of("Contributor"), member_of("Editor", "eve")
    binned = {"status": Status.BIN, "binned_from": binned_from, "binned_at": timezone.now()}
    item = make_item(created_by=contributor, **binned)
    assert may_change(Actor.of(contributor), item) is allowed
    assert may(Actor.of(editor), item, Verb.RESTORED) is allowed
    assert may(Actor.of(member_of("Publisher", "pam")), item, Verb.RESTORED)


def test_editors_move_any_item_but_published_ones_to_the_bin() -> None:
    editor = Actor.of(member_of("Editor"))
    assert [
        status
        for status in TRANSITIONS[Verb.BINNED].sources
        if not may(editor, CuratedItem(status=status), Verb.BINNED)
    ] == [Status.PUBLISHED]


def test_an_item_without_an_author_is_nobodys_own_draft() -> None:
    item = CuratedItem(status=Status.DRAFT)
    assert not may_change(Actor.of(member_of("Contributor")), item)


@pytest.mark.parametrize("missing", [*sorted(IMPORTING), "curation.delete_curateditem"])
def test_importing_and_undoing_ask_for_each_permission_that_they_need(missing: str) -> None:
    user = User.objects.create_user("ann")
    group = Group.objects.create(name="Importers")
    add_permissions(group, (IMPORTING | {"curation.delete_curateditem"}) - {missing})
    user.groups.add(group)
    assert may_import(Actor.of(user)) is (missing not in IMPORTING)
    assert not may_undo(Actor.of(user))


@pytest.mark.parametrize(("role", "expected"), [("Contributor", False), ("Editor", False), ("Publisher", True)])
def test_publishers_import_and_undo(role: str, expected: bool) -> None:
    actor = Actor.of(member_of(role))
    assert (may_import(actor), may_undo(actor)) == (expected, expected)


def test_a_command_may_do_everything() -> None:
    assert may_change(COMMAND, make_item())
    assert may_import(COMMAND)


def test_somebody_who_may_only_publish_may_not_change() -> None:
    user = User.objects.create_user("pub")
    user.user_permissions.add(Permission.objects.get(codename="change_any_curateditem"))
    assert not may_change(Actor.of(user), make_item())
