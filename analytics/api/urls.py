"""Addresses of figures for programs, a block for each topic."""

from django.urls import URLPattern, path

from analytics.api import statement

app_name = "analytics_api"

_profit: list[URLPattern] = [
    path("analytics/statement/", statement.StatementView.as_view(), name="statement"),
]

urlpatterns: list[URLPattern] = [*_profit]
