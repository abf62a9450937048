"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import gifts

app_name = "promotions"

urlpatterns: list[URLPattern] = [
    # --- gifts
    path("promotions/gifts/", gifts.gift_list, name="gifts"),
    path("promotions/gifts/new/", gifts.gift_new, name="gift_new"),
    path("promotions/gifts/<int:rule_id>/", gifts.gift, name="gift"),
    path("promotions/gifts/<int:rule_id>/edit/", gifts.gift_edit, name="gift_edit"),
]
