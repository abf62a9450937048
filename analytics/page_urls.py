"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import breaks, events, funnel, hand, lineage, traffic

app_name = "analytics"

type Block = list[URLPattern | URLResolver]

_stats: Block = [
    path("sources/", lineage.lineage, name="lineage"),
    path("sources/enter/", hand.enter_day, name="enter_day"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel.csv", funnel.funnel_csv, name="funnel_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic.csv", traffic.traffic_csv, name="traffic_csv"),
]

_breaks: Block = [
    path("breaks/", breaks.breaks, name="breaks"),
    path("breaks/<str:day>/<slug:code>/", breaks.diagnosis, name="diagnosis"),
    path("breaks/<str:day>/<slug:code>.csv", breaks.diagnosis_csv, name="diagnosis_csv"),
    path("events/", events.events, name="events"),
]

urlpatterns: Block = [*_stats, *_breaks]
