"""Addresses of customer work: one block per topic."""

from django.urls import URLPattern

app_name = "crm"

urlpatterns: list[URLPattern] = []
