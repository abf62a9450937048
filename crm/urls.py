"""Addresses of customer work: one block per topic."""

from django.urls import URLPattern, path

from crm.views import customer, customers, merging, value

app_name = "crm"

CUSTOMERS: list[URLPattern] = [
    path("customers/", customers.customers, name="customers"),
    path("customers/value/", value.value, name="rfm"),
    path("customers/<int:pk>/", customer.customer, name="customer"),
    path("customers/<int:pk>/merge/", merging.merge, name="merge"),
]

urlpatterns: list[URLPattern] = [*CUSTOMERS]
