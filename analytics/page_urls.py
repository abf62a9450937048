"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import funnel, hand, lineage, report_addresses, reports, traffic

app_name = "analytics"

urlpatterns: list[URLPattern | URLResolver] = [
    # --- where numbers come from, funnel, traffic
    path("sources/", lineage.lineage, name="lineage"),
    path("sources/enter/", hand.enter_day, name="enter_day"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel.csv", funnel.funnel_csv, name="funnel_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic.csv", traffic.traffic_csv, name="traffic_csv"),
    # --- reports
    path("reports/", reports.report_list, name="reports"),
    path("reports/addresses/", report_addresses.report_addresses, name="report_addresses"),
    path("reports/<int:report_id>/", reports.report_page, name="report"),
    path("reports/<int:report_id>/report.xlsx", reports.report_sheet, name="report_sheet"),
    path("reports/<int:report_id>/report.png", reports.report_picture, name="report_picture"),
]
