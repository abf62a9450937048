"""Addresses of goods."""

from django.urls import path

from products.views import (
    competitors,
    goods_rules,
    listing,
    prices,
    prices_bulk,
    quality,
    ranks,
    shelf,
    violations,
    watch,
    words,
)

app_name = "products"

# --- listing, watch, prices, quality
urlpatterns = [
    path("products/listing/", listing.listing, name="listing"),
    path("products/listing/<int:product_id>/", listing.check_page, name="listing_check"),
    path("products/words/", words.words, name="words"),
    path("products/shelf/", shelf.shelf_page, name="shelf"),
    path("products/shelf/week.csv", shelf.week_csv, name="shelf_csv"),
    path("products/watch/", watch.watch_page, name="watch"),
    path("products/watch/<int:product_id>/", watch.product_page, name="watch_product"),
    path("products/ranks/", ranks.ranks, name="ranks"),
    path("products/competitors/", competitors.competitors, name="competitors"),
    path("products/competitors/import/", competitors.paste, name="competitors_paste"),
    path("products/competitors/<int:competitor_id>/", competitors.competitor, name="competitor"),
    path("products/violations/", violations.violations, name="violations"),
    path("products/violations/<int:violation_id>/", violations.violation, name="violation"),
    path("products/prices/", prices.prices, name="prices"),
    path("products/prices/suggestions/", prices.suggested, name="price_suggestions"),
    path("products/prices/bulk/", prices_bulk.bulk, name="prices_bulk"),
    path("products/prices/changes/<int:change_id>/", prices.decide, name="price_decide"),
    path("products/prices/<int:sku_id>/", prices.sku_prices, name="sku_prices"),
    path("products/prices/<int:sku_id>/history.csv", prices.history_csv, name="price_csv"),
    path("products/quality/", quality.quality, name="quality"),
    path("products/quality/<int:sku_id>/", quality.sku_quality, name="sku_quality"),
    path("settings/goods/", goods_rules.goods_rules, name="goods_rules"),
]
