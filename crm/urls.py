"""Addresses of customer work: one block per topic."""

from django.urls import URLPattern

from crm import service_urls

app_name = "crm"

urlpatterns: list[URLPattern] = [*service_urls.urlpatterns]
