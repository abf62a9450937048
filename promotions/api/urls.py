"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import activities, channels, freight, gifts, partners, prices

app_name = "promotions_api"

_traffic: list[URLPattern] = [
    path("channels/", channels.ChannelDays.as_view(), name="channels"),
    path("channels/plans/", channels.Plans.as_view(), name="plans"),
    path("channels/items/", channels.Items.as_view(), name="ad_items"),
    path("channels/balances/", channels.NoteBalance.as_view(), name="note_balance"),
]

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

_prices: list[URLPattern] = [
    path("promotions/quote/", prices.QuoteBasket.as_view(), name="quote"),
    path("promotions/freight/", freight.FreightTemplates.as_view(), name="freight"),
    path("promotions/freight/new/", freight.NewFreight.as_view(), name="freight_new"),
    path(
        "promotions/freight/<int:template_id>/edit/",
        freight.EditFreight.as_view(),
        name="freight_edit",
    ),
    path("promotions/freight/<int:template_id>/", freight.OneFreight.as_view(), name="freight_one"),
    path("promotions/lowest/", prices.LowestPrices.as_view(), name="lowest"),
    path("promotions/benefits/", prices.Benefits.as_view(), name="benefits"),
]

_activities: list[URLPattern] = [
    path("activities/", activities.Activities.as_view(), name="activities"),
    path("activities/new/", activities.NewActivity.as_view(), name="new_activity"),
    path("activities/<int:activity_id>/", activities.OneActivity.as_view(), name="activity"),
    path(
        "activities/<int:activity_id>/move/",
        activities.MoveActivity.as_view(),
        name="move_activity",
    ),
    path("activities/<int:activity_id>/dates/", activities.MoveDates.as_view(), name="move_dates"),
    path("activities/<int:activity_id>/items/", activities.PutItems.as_view(), name="put_items"),
    path(
        "activities/<int:activity_id>/check/",
        activities.CheckActivity.as_view(),
        name="check_activity",
    ),
    path(
        "activities/<int:activity_id>/publish/",
        activities.PublishActivity.as_view(),
        name="publish_activity",
    ),
    path(
        "activities/<int:activity_id>/approve/",
        activities.ApproveActivity.as_view(),
        name="approve_activity",
    ),
]

urlpatterns: list[URLPattern] = [*_activities, *_prices, *_gifts, *_traffic, *_partners]
