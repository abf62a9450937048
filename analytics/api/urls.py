"""Addresses of figures for programs, a block for each topic."""

from django.urls import URLPattern, path

from analytics.api import breaks

app_name = "analytics_api"

_breaks: list[URLPattern] = [
    path("figures/breaks/", breaks.Breaks.as_view(), name="breaks"),
    path("figures/breaks/<str:day>/<slug:code>/", breaks.Diagnosis.as_view(), name="diagnosis"),
]

urlpatterns: list[URLPattern] = [*_breaks]
