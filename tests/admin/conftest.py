"""Users of the admin."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.items.roles import group_of

admin.autodiscover()  # tests are parametrised with the registered models


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def member_of(role: str, name: str) -> Client:
    """Return a client of a new staff member with a role."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(group_of(role))
    return client_of(user)


@pytest.fixture
def editor(db: None) -> Client:
    """A publisher, who may do everything with items."""
    return member_of("Publisher", "ann")


@pytest.fixture
def viewer(db: None) -> Client:
    """A staff member who may view everything and change nothing."""
    user = User.objects.create_user("vic", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="curation", codename__startswith="view_")
    )
    return client_of(user)


@pytest.fixture
def clerk(db: None) -> Client:
    """A staff member without permissions."""
    return client_of(User.objects.create_user("cleo", is_staff=True))
