"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern

app_name = "promotions"

urlpatterns: list[URLPattern] = []
