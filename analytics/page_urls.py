"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import funnel, hand, lineage, traffic

app_name = "analytics"

urlpatterns: list[URLPattern | URLResolver] = [
    # --- where numbers come from, funnel, traffic
    path("sources/", lineage.lineage, name="lineage"),
    path("sources/enter/", hand.enter_day, name="enter_day"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel.csv", funnel.funnel_csv, name="funnel_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic.csv", traffic.traffic_csv, name="traffic_csv"),
]
