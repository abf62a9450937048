"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver

app_name = "analytics"

urlpatterns: list[URLPattern | URLResolver] = []
