"""Addresses of figures for programs, a block for each topic."""

from django.urls import URLPattern, path

from analytics.api import reports

app_name = "analytics_api"

urlpatterns: list[URLPattern] = [
    # --- figures by day, reports
    path("analytics/metrics/", reports.Metrics.as_view(), name="metrics"),
    path("analytics/reports/", reports.Reports.as_view(), name="reports"),
    path("analytics/reports/<int:report_id>/", reports.OneReport.as_view(), name="report"),
]
