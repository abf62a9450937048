"""Every address of the product. Each is in the permission table of tests/test_permissions.py."""

from django.urls import include, path

from shopops.lib import views as plain

urlpatterns = [
    path("healthz", plain.healthz, name="healthz"),
    path("readyz", plain.readyz, name="readyz"),
    path("work/", include("shopops.workdesk.urls")),
]
