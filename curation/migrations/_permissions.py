"""Permissions that a migration needs before Django makes them, which it does only after all migrations."""

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.models import ContentType


def make_permissions(apps, labels=("auth", "curation")):
    """Make the permissions of the models of some apps."""
    ContentType.objects.clear_cache()
    for label in labels:
        config = apps.get_app_config(label)
        config.models_module = True  # or Django passes over the app
        create_permissions(config, verbosity=0, apps=apps)
        config.models_module = None
    ContentType.objects.clear_cache()
