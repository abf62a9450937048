"""Addresses of the work pages."""

from django.urls import path

from shopops.workdesk import views

app_name = "work"

urlpatterns = [
    path("", views.runs, name="runs"),
    path("<int:run_id>/", views.run, name="run"),
    path("<int:run_id>/progress/", views.progress, name="progress"),
    path("<int:run_id>/<slug:act>/", views.act, name="act"),
]
