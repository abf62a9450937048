"""Addresses of figures."""

from django.urls import include, path

from analytics.views import morning

urlpatterns = [
    path("morning/", morning.morning, name="morning"),
    path("morning/trend.csv", morning.trend_csv, name="morning_trend_csv"),
    path("morning/heat.csv", morning.heat_csv, name="morning_heat_csv"),
    path("analytics/", include("analytics.page_urls")),
]
