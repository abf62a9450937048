"""Addresses of promotions for programs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
