"""Addresses of customer work: one block per topic."""

from django.urls import URLPattern, path

from crm.views import customer, customers, draws, merging, occasions, points, tiers, value

app_name = "crm"

CUSTOMERS: list[URLPattern] = [
    path("customers/", customers.customers, name="customers"),
    path("customers/value/", value.value, name="rfm"),
    path("customers/<int:pk>/", customer.customer, name="customer"),
    path("customers/<int:pk>/merge/", merging.merge, name="merge"),
]

MEMBERS: list[URLPattern] = [
    path("crm/tiers/", tiers.tier_list, name="tiers"),
    path("crm/tiers/edit/", tiers.tier_edit, name="tier_edit"),
    path("crm/points/", points.point_list, name="points"),
    path("crm/occasions/", occasions.occasion_list, name="occasions"),
    path("crm/occasions/<int:occasion_id>/", occasions.occasion, name="occasion"),
    path("crm/draws/", draws.draw_list, name="draws"),
    path("crm/draws/<int:draw_id>/", draws.draw, name="draw"),
    path("crm/draws/<int:draw_id>/proof/", draws.draw_proof, name="draw_proof"),
]

urlpatterns: list[URLPattern] = [*CUSTOMERS, *MEMBERS]
