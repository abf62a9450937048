"""Addresses of the goods API."""

from django.urls import path

from products.api import listing

app_name = "products_api"

# --- listing, prices, watch, quality
urlpatterns = [
    path("products/<int:product_id>/checks/", listing.Checks.as_view(), name="checks"),
    path("products/<int:product_id>/check/", listing.CheckAct.as_view(), name="check"),
    path("prices/", listing.Prices.as_view(), name="prices"),
    path("prices/change/", listing.ChangePrice.as_view(), name="change_price"),
    path("prices/<int:change_id>/decide/", listing.DecidePrice.as_view(), name="decide_price"),
    path("ranks/", listing.Ranks.as_view(), name="ranks"),
    path("competitors/looks/", listing.RivalLooks.as_view(), name="rival_looks"),
    path("quality/", listing.Quality.as_view(), name="quality"),
]
