"""Addresses of the pages of figures, a block for each topic."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, path

from analytics.views import funnel, hand, lineage, traffic
from analytics.views.boards import orders, page, targets

app_name = "analytics"


def _boards() -> Iterator[URLPattern]:
    for code in page.PAGES:
        yield path(f"{code}/", page.page, {"code": code}, name=code)
        yield path(f"{code}/<slug:part>.csv", page.page_csv, {"code": code}, name=f"{code}_csv")


urlpatterns: list[URLPattern | URLResolver] = [
    # --- where numbers come from, funnel, traffic
    path("sources/", lineage.lineage, name="lineage"),
    path("sources/enter/", hand.enter_day, name="enter_day"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel.csv", funnel.funnel_csv, name="funnel_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic.csv", traffic.traffic_csv, name="traffic_csv"),
    # --- dashboards, targets
    *_boards(),
    path("views/<slug:code>/", page.keep_view, name="keep_view"),
    path("orders/", orders.orders, name="orders"),
    path("targets/", targets.targets, name="targets"),
    path("targets.csv", targets.targets_csv, name="targets_csv"),
]
