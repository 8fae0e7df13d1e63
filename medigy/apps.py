from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class CurationAdminConfig(SimpleAdminConfig):
    """Django's admin with our site in it; stands in INSTALLED_APPS for `django.contrib.admin`.

    Its pages are loaded with the addresses (`medigy.urls`) and for the system checks. Commands that need neither, and
    the parsers of an import, start in three quarters of the time.
    """

    default_site = "medigy.admin.CurationAdminSite"

    def ready(self) -> None:
        checks.register(check_admin, checks.Tags.admin)


def check_admin(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Do Django's checks of the admin, with the pages loaded that they are about."""
    admin.autodiscover()
    return [*check_dependencies(**options), *check_admin_app(app_configs, **options)]
