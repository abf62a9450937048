"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import (
    breaks,
    dsr,
    events,
    experience,
    funnel,
    hand,
    lineage,
    report_addresses,
    reports,
    traffic,
)

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

_dsr: list[URLPattern] = [
    path("dsr/", dsr.dsr, name="dsr"),
    path("dsr/csv/", dsr.dsr_csv, name="dsr_csv"),
    path("dsr/ratings/<int:rating_id>/away/", dsr.rating_away, name="rating_away"),
    path("experience/", experience.experience, name="experience"),
    path("experience/csv/", experience.experience_csv, name="experience_csv"),
    path("experience/<slug:code>/", experience.causes, name="experience_causes"),
    path("experience/<slug:code>/csv/", experience.causes_csv, name="experience_causes_csv"),
]

_reports: Block = [
    path("reports/", reports.report_list, name="reports"),
    path("reports/addresses/", report_addresses.report_addresses, name="report_addresses"),
    path("reports/<int:report_id>/", reports.report_page, name="report"),
    path("reports/<int:report_id>/report.xlsx", reports.report_sheet, name="report_sheet"),
    path("reports/<int:report_id>/report.png", reports.report_picture, name="report_picture"),
]

urlpatterns: Block = [*_stats, *_breaks, *_dsr, *_reports]
