"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import customers

app_name = "crm_api"

_customers: list[URLPattern] = [
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/value/", customers.Value.as_view(), name="value"),
    path("customers/<int:customer_id>/tags/", customers.PutTag.as_view(), name="put_tag"),
]

urlpatterns: list[URLPattern] = [*_customers]
