"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import customers, members

app_name = "crm_api"

_customers: list[URLPattern] = [
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/value/", customers.Value.as_view(), name="value"),
    path("customers/<int:customer_id>/tags/", customers.PutTag.as_view(), name="put_tag"),
]

_members: list[URLPattern] = [
    path("tiers/", members.Tiers.as_view(), name="tiers"),
    path("customers/<int:customer_id>/points/", members.Points.as_view(), name="points"),
    path(
        "customers/<int:customer_id>/points/spend/",
        members.SpendPoints.as_view(),
        name="spend_points",
    ),
    path(
        "customers/<int:customer_id>/points/adjust/",
        members.AdjustPoints.as_view(),
        name="adjust_points",
    ),
    path("occasions/", members.Occasions.as_view(), name="occasions"),
    path("draws/", members.Draws.as_view(), name="draws"),
    path("draws/<int:draw_id>/entries/", members.EnterDraw.as_view(), name="enter_draw"),
]

urlpatterns: list[URLPattern] = [*_customers, *_members]
