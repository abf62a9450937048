"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import breaks, events

app_name = "analytics"

_breaks: list[URLPattern | URLResolver] = [
    path("breaks/", breaks.breaks, name="breaks"),
    path("breaks/<str:day>/<slug:code>/", breaks.diagnosis, name="diagnosis"),
    path("breaks/<str:day>/<slug:code>.csv", breaks.diagnosis_csv, name="diagnosis_csv"),
    path("events/", events.events, name="events"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_breaks]
