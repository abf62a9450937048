"""Addresses of the pages of figures, a block for each topic."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, path

from analytics.views import (
    breaks,
    coupons,
    diagnosis_sources,
    dsr,
    events,
    experience,
    funnel,
    hand,
    lineage,
    profit,
    report_addresses,
    reports,
    statement,
    traffic,
)
from analytics.views.boards import orders, page, targets

app_name = "analytics"

type Block = list[URLPattern | URLResolver]

_stats: Block = [
    path("sources/", lineage.lineage, name="lineage"),
    path("sources/enter/", hand.enter_day, name="enter_day"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel/coupons.csv", coupons.coupons_csv, name="coupons_csv"),
    path("funnel/<slug:part>.csv", funnel.funnel_csv, name="funnel_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic/<slug:part>.csv", traffic.traffic_csv, name="traffic_csv"),
]

_breaks: Block = [
    path("breaks/", breaks.breaks, name="breaks"),
    path("breaks/<slug:part>.csv", breaks.breaks_csv, name="breaks_csv"),
    path("breaks/<str:day>/<slug:code>/", breaks.diagnosis, name="diagnosis"),
    path(
        "breaks/<str:day>/<slug:code>/sources.csv",
        diagnosis_sources.sources_csv,
        name="diagnosis_sources_csv",
    ),
    path(
        "breaks/<str:day>/<slug:code>/<slug:part>.csv",
        breaks.diagnosis_csv,
        name="diagnosis_csv",
    ),
    path("events/", events.events, name="events"),
]

_dsr: list[URLPattern] = [
    path("dsr/", dsr.dsr, name="dsr"),
    path("dsr/<slug:part>.csv", dsr.dsr_csv, name="dsr_csv"),
    path("dsr/ratings/<int:rating_id>/away/", dsr.rating_away, name="rating_away"),
    path("experience/", experience.experience, name="experience"),
    path("experience/<slug:part>.csv", experience.experience_csv, name="experience_csv"),
    path("experience/<slug:code>/", experience.causes, name="experience_causes"),
    path(
        "experience/<slug:code>/<slug:part>.csv",
        experience.causes_csv,
        name="experience_causes_csv",
    ),
]


def _pages() -> Iterator[URLPattern]:
    for code in page.PAGES:
        yield path(f"{code}/", page.page, {"code": code}, name=code)
        yield path(f"{code}/<slug:part>.csv", page.page_csv, {"code": code}, name=f"{code}_csv")


_boards: Block = [
    *_pages(),
    path("views/<slug:code>/", page.keep_view, name="keep_view"),
    path("orders/", orders.orders, name="orders"),
    path("orders.csv", orders.orders_csv, name="orders_csv"),
    path("targets/", targets.targets, name="targets"),
    path("targets.csv", targets.targets_csv, name="targets_csv"),
]

_profit: Block = [
    path("profit/", profit.profit, name="profit"),
    path("profit/<slug:part>.csv", profit.profit_csv, name="profit_csv"),
    path("profit/o/<str:tid>/", profit.order_profit, name="order_profit"),
    path("statement/", statement.statement_page, name="statement"),
    path("statement/file/<str:form>/", statement.statement_file, name="statement_file"),
]

_reports: Block = [
    path("reports/", reports.report_list, name="reports"),
    path("reports/addresses/", report_addresses.report_addresses, name="report_addresses"),
    path("reports/<int:report_id>/", reports.report_page, name="report"),
    path("reports/<int:report_id>/report.xlsx", reports.report_sheet, name="report_sheet"),
    path("reports/<int:report_id>/report.png", reports.report_picture, name="report_picture"),
]

urlpatterns: Block = [*_stats, *_breaks, *_dsr, *_boards, *_profit, *_reports]
