"""Addresses of figures for programs, a block for each topic."""

from django.urls import URLPattern, path

from analytics.api import breaks, dsr, reports, statement

app_name = "analytics_api"

_breaks: list[URLPattern] = [
    path("analytics/breaks/", breaks.Breaks.as_view(), name="breaks"),
    path("analytics/breaks/<str:day>/<slug:code>/", breaks.Diagnosis.as_view(), name="diagnosis"),
]

_dsr: list[URLPattern] = [
    path("analytics/dsr/", dsr.DsrDays.as_view(), name="dsr"),
    path("analytics/dsr/words/", dsr.DsrWords.as_view(), name="dsr_words"),
    path("analytics/dsr/solver/", dsr.DsrSolver.as_view(), name="dsr_solver"),
    path("analytics/experience/", dsr.Experience.as_view(), name="experience"),
]

_profit: list[URLPattern] = [
    path("analytics/statement/", statement.StatementView.as_view(), name="statement"),
]

_reports: list[URLPattern] = [
    path("analytics/metrics/", reports.Metrics.as_view(), name="metrics"),
    path("analytics/reports/", reports.Reports.as_view(), name="reports"),
    path("analytics/reports/<int:report_id>/", reports.OneReport.as_view(), name="report"),
]

urlpatterns: list[URLPattern] = [*_breaks, *_dsr, *_profit, *_reports]
