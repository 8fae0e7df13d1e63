"""The admin as an application, loaded only when it is needed."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class MedigyConfig(AppConfig):
    """The project as an application, for commands in place of Django's."""

    name = "medigy"


class CurationAdminConfig(SimpleAdminConfig):
    """Django's admin with our admin site, in place of `django.contrib.admin` in `INSTALLED_APPS`.

    The admin's modules are loaded by `medigy.urls` and by the system checks. Commands without either, and the parser
    processes of imports, start in three quarters of the time.
    """

    default_site = "curation.admin_site.site.CurationAdminSite"

    def ready(self) -> None:
        checks.register(check_admin, checks.Tags.admin)


def check_admin(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Load the admin's modules, then run Django's checks of the admin."""
    # By the module that loads them: the reloader of the development server imports it at the same time in another
    # thread, and Python lets one thread load a module while the other waits.
    import_module(settings.ROOT_URLCONF)
    return [*check_dependencies(**options), *check_admin_app(app_configs, **options)]
