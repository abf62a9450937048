"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import prices

app_name = "promotions_api"

PRICES: list[URLPattern] = [
    path("promotions/quote/", prices.QuoteBasket.as_view(), name="quote"),
    path("promotions/lowest/", prices.LowestPrices.as_view(), name="lowest"),
    path("promotions/benefits/", prices.Benefits.as_view(), name="benefits"),
]

urlpatterns: list[URLPattern] = [*PRICES]
