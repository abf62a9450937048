"""Addresses of notices."""

from django.urls import path

from shopops.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.notices, name="notices"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read_all, name="read_all"),
    path("<int:notice_id>/", views.open_notice, name="open"),
]
