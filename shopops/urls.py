"""Every address of the product. Each is in the permission table of tests/test_permissions.py."""

from django.urls import include, path

from orders.views.search import search
from shopops import frame
from shopops.lib import views as plain
from shopops.staff.schema import SchemaView
from shopops.staff.views.entry import choose_language

urlpatterns = [
    path("", frame.home, name="home"),
    path("healthz", plain.healthz, name="healthz"),
    path("readyz", plain.readyz, name="readyz"),
    path("accounts/", include("shopops.staff.account_urls")),
    path("i18n/", choose_language, name="set_language"),
    path("api/", include("orders.api.urls")),
    path("api/", include("products.api.urls")),
    path("api/", include("promotions.api.urls")),
    path("api/", include("crm.api.urls")),
    path("api/", include("analytics.api.urls")),
    path("api/", include("shopops.checks.api.urls")),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("", include("shopops.staff.urls")),
    path("", include("orders.urls")),
    path("", include("products.urls")),
    path("", include("promotions.urls")),
    path("", include("crm.urls")),
    path("", include("analytics.urls")),
    path("", include("shopops.checks.urls")),
    path("search/", search, name="search"),
    path("imports/", include("shopops.intake.urls")),
    path("notices/", include("shopops.notices.urls")),
    path("work/", include("shopops.workdesk.urls")),
]
