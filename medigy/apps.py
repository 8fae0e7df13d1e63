from django.contrib.admin.apps import AdminConfig


class CurationAdminConfig(AdminConfig):
    """Django's admin with our site in it; stands in INSTALLED_APPS for `django.contrib.admin`."""

    default_site = "medigy.admin.CurationAdminSite"
