"""Addresses for readers. The names are used by `get_absolute_url()`; keep them."""

from django.urls import path
from django.views.generic import TemplateView

placeholder = TemplateView.as_view(template_name="base.html")

urlpatterns = [
    path("", placeholder, name="home"),
    path("news/", placeholder, name="news"),
    path("news/<slug:slug>/", placeholder, name="item"),
    path("topic/", placeholder, name="topics"),
    path("topic/<slug:slug>/", placeholder, name="topic"),
    path("offering/", placeholder, name="offerings"),
    path("offering/<slug:slug>/", placeholder, name="offering"),
    path("publisher/<str:domain>/", placeholder, name="publisher"),
    path("author/<slug:slug>/", placeholder, name="author"),
]
