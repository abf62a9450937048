"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import gifts

app_name = "promotions_api"

urlpatterns: list[URLPattern] = [
    # --- gifts
    path("promotions/gifts/", gifts.Gifts.as_view(), name="gifts"),
    path("promotions/gifts/new/", gifts.NewGift.as_view(), name="gift_new"),
    path("promotions/gifts/<int:rule_id>/", gifts.OneGift.as_view(), name="gift"),
    path("promotions/gifts/<int:rule_id>/edit/", gifts.EditGift.as_view(), name="gift_edit"),
    path("promotions/gifts/<int:rule_id>/switch/", gifts.SwitchGift.as_view(), name="gift_switch"),
]
