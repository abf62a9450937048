"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import (
    activity,
    activity_form,
    activity_items,
    activity_pick,
    ad_pages,
    ad_tables,
    affiliates,
    benefits,
    board,
    calendar,
    channel_accounts,
    channels,
    distributors,
    freight,
    gifts,
    material,
    partners,
    price_rules,
    prices,
    profit,
    protection,
    subscriptions,
    trials,
)

app_name = "promotions"

_traffic: list[URLPattern] = [
    path("channels/", channels.dashboard, name="channels"),
    path("channels/plans/", ad_tables.plan_table, name="plans"),
    path("channels/plans.<slug:form>", ad_tables.plan_export, name="plans_export"),
    path("channels/plans/<int:plan_id>/", ad_pages.plan_page, name="plan"),
    path("channels/items/", ad_tables.item_table, name="ad_items"),
    path("channels/items.<slug:form>", ad_tables.item_export, name="ad_items_export"),
    path("channels/items/<path:item_no>/", ad_pages.item_page, name="ad_item"),
    path("channels/affiliates/", affiliates.affiliates, name="affiliates"),
    path("channels/affiliates.<slug:form>", affiliates.affiliates_export, name="affiliates_export"),
    path("channels/accounts/", channel_accounts.accounts, name="channel_accounts"),
    path("channels/reports/", channel_accounts.reports, name="channel_reports"),
]

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

_prices: list[URLPattern] = [
    path("promotions/benefits/", benefits.benefits, name="benefits"),
    path("promotions/benefits/new/<slug:kind>/", benefits.new_benefit, name="new_benefit"),
    path("promotions/benefits/<int:benefit_id>/", benefits.benefit, name="benefit"),
    path("promotions/freight/", freight.freight, name="freight"),
    path("promotions/freight/new/", freight.freight_new, name="freight_new"),
    path("promotions/freight/<int:template_id>/", freight.freight_one, name="freight_one"),
    path("promotions/protection/", protection.price_protection, name="protection"),
    path("promotions/rules/", price_rules.price_rules, name="price_rules"),
    path("promotions/prices/", prices.prices, name="prices"),
    path("promotions/prices.<slug:form>", prices.prices_export, name="prices_export"),
    path("promotions/prices/basket/", prices.basket, name="price_basket"),
    path("promotions/prices/<int:sku_id>/", prices.price_of, name="price_of"),
]

_activities: list[URLPattern] = [
    path("promotions/", calendar.calendar, name="calendar"),
    path("promotions/board/", board.board, name="board"),
    path("promotions/new/", activity_form.new, name="new_activity"),
    path("promotions/a/<int:activity_id>/", activity.activity, name="activity"),
    path("promotions/a/<int:activity_id>/edit/", activity_form.edit, name="edit_activity"),
    path("promotions/a/<int:activity_id>/pick/", activity_pick.pick, name="activity_pick"),
    path("promotions/a/<int:activity_id>/items/", activity_items.items, name="activity_items"),
    path("settings/profit/", profit.profit, name="profit"),
]

urlpatterns: list[URLPattern] = [*_activities, *_prices, *_gifts, *_traffic, *_partners]
