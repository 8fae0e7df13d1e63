"""Profiles of editors accept time zones that exist."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from curation.models import EditorProfile


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["America/New_York", "Asia/Calcutta", "UTC", ""])
def test_a_zone_of_the_database_or_none_is_accepted(name: str) -> None:
    EditorProfile(user=User.objects.create_user("ann"), time_zone=name).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["New York", "../etc/passwd", "localtime", "America/New_York\x00", "x" * 65])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        EditorProfile(user=User.objects.create_user("ann"), time_zone=name).full_clean()
