"""Who works in the admin."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.management.commands.create_demo_editor import make_group

admin.autodiscover()  # tests ask what it has before they open a page


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor(db: None) -> Client:
    """Somebody of the group that may edit everything."""
    user = User.objects.create_user("ann", is_staff=True)
    user.groups.add(make_group())
    return client_of(user)


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody who may look at everything, and touch nothing."""
    user = User.objects.create_user("vic", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="curation", codename__startswith="view_")
    )
    return client_of(user)


@pytest.fixture
def clerk(db: None) -> Client:
    """Somebody who may log in, and no more."""
    return client_of(User.objects.create_user("cleo", is_staff=True))
