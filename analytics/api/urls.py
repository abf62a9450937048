"""Addresses of figures for programs, a block for each topic."""

from django.urls import URLPattern

app_name = "analytics_api"

urlpatterns: list[URLPattern] = []
