"""All routes of the site."""

import re

from django.conf import settings
from django.contrib import admin
from django.core.files.storage import FileSystemStorage, default_storage
from django.urls import URLPattern, URLResolver, include, path, re_path

from curation.views.media import MEDIA_NAME, media

admin.autodiscover()  # see `medigy.apps`

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/account/", include("curation.admin_site.account_urls")),
    path("admin/", admin.site.urls),
    path("", include("curation.urls")),
]
if isinstance(default_storage, FileSystemStorage):  # other storages have URLs of their own
    urlpatterns += [re_path("^" + re.escape(settings.MEDIA_URL.lstrip("/")) + MEDIA_NAME, media, name="media")]

handler400 = "curation.admin_site.error_pages.bad_request"
handler403 = "curation.admin_site.error_pages.permission_denied"
handler404 = "curation.admin_site.error_pages.page_not_found"
handler500 = "curation.admin_site.error_pages.server_error"
