"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import distributors, gifts, material, partners, subscriptions, trials

app_name = "promotions"

_gifts: list[URLPattern] = [
    path("promotions/gifts/", gifts.gift_list, name="gifts"),
    path("promotions/gifts/new/", gifts.gift_new, name="gift_new"),
    path("promotions/gifts/<int:rule_id>/", gifts.gift, name="gift"),
    path("promotions/gifts/<int:rule_id>/edit/", gifts.gift_edit, name="gift_edit"),
]

_partners: list[URLPattern] = [
    path("channels/distributors/", distributors.distributors, name="distributors"),
    path(
        "channels/distributors/<int:distributor_id>/",
        distributors.distributor,
        name="distributor",
    ),
    path("channels/distributors/seen/<int:seen_id>/", distributors.seen_image, name="seen_image"),
    path("channels/partners/", partners.partners, name="partners"),
    path("channels/partners/<int:partner_id>/", partners.partner, name="partner"),
    path("channels/subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path(
        "channels/subscriptions/<int:subscription_id>/",
        subscriptions.subscription,
        name="subscription",
    ),
    path("promotions/tests/", trials.tests, name="tests"),
    path("promotions/tests/<int:trial_id>/", trials.test, name="test"),
    path("promotions/material/", material.material, name="material"),
    path("promotions/material/<int:material_id>/", material.material_one, name="material_one"),
    path(
        "promotions/material/<int:material_id>/image/",
        material.material_image,
        name="material_image",
    ),
    path("promotions/festivals/", material.festivals, name="festivals"),
]

urlpatterns: list[URLPattern] = [*_gifts, *_partners]
