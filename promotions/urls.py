"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern

from promotions import channel_urls

app_name = "promotions"

urlpatterns: list[URLPattern] = [
    # --- paid traffic
    *channel_urls.urlpatterns,
]
