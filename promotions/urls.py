"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import benefits, price_rules, prices

app_name = "promotions"

PRICES: list[URLPattern] = [
    path("promotions/benefits/", benefits.benefits, name="benefits"),
    path("promotions/benefits/new/<slug:kind>/", benefits.new_benefit, name="new_benefit"),
    path("promotions/benefits/<int:benefit_id>/", benefits.benefit, name="benefit"),
    path("promotions/rules/", price_rules.price_rules, name="price_rules"),
    path("promotions/prices/", prices.prices, name="prices"),
    path("promotions/prices/basket/", prices.basket, name="price_basket"),
    path("promotions/prices/<int:sku_id>/", prices.price_of, name="price_of"),
]

urlpatterns: list[URLPattern] = [*PRICES]
