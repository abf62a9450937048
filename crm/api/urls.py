"""Addresses of customer work for programs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
