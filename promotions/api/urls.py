"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import gifts, partners

app_name = "promotions_api"

_gifts: list[URLPattern] = [
    path("promotions/gifts/", gifts.Gifts.as_view(), name="gifts"),
    path("promotions/gifts/new/", gifts.NewGift.as_view(), name="gift_new"),
    path("promotions/gifts/<int:rule_id>/", gifts.OneGift.as_view(), name="gift"),
    path("promotions/gifts/<int:rule_id>/edit/", gifts.EditGift.as_view(), name="gift_edit"),
    path("promotions/gifts/<int:rule_id>/switch/", gifts.SwitchGift.as_view(), name="gift_switch"),
]

_partners: list[URLPattern] = [
    path("distributors/", partners.Distributors.as_view(), name="distributors"),
    path(
        "distributors/<int:distributor_id>/move/",
        partners.MoveDistributor.as_view(),
        name="move_distributor",
    ),
    path(
        "distributors/<int:distributor_id>/notes/",
        partners.NoteDistributor.as_view(),
        name="note_distributor",
    ),
    path(
        "distributors/<int:distributor_id>/prices/",
        partners.AgreePrice.as_view(),
        name="agree_price",
    ),
    path(
        "distributors/<int:distributor_id>/seen/",
        partners.SeenPrices.as_view(),
        name="seen_prices",
    ),
    path("partners/", partners.Partners.as_view(), name="partners"),
    path("partners/<int:partner_id>/exchanges/", partners.Exchanges.as_view(), name="exchanges"),
    path(
        "exchanges/<int:exchange_id>/figures/",
        partners.ExchangeFigures.as_view(),
        name="exchange_figures",
    ),
    path("subscriptions/", partners.Subscriptions.as_view(), name="subscriptions"),
    path("trials/", partners.Trials.as_view(), name="trials"),
    path("trials/<int:trial_id>/", partners.TrialReading.as_view(), name="trial"),
    path("trials/<int:trial_id>/days/", partners.EnterTrialDay.as_view(), name="trial_day"),
    path("material/", partners.Materials.as_view(), name="material"),
    path("festivals/", partners.Festivals.as_view(), name="festivals"),
]

urlpatterns: list[URLPattern] = [*_gifts, *_partners]
