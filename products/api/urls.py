"""Addresses of the goods API."""

from django.urls import path

from products.api import catalogue, listing, replenishment, stock

app_name = "products_api"

urlpatterns = [
    path("stock/", stock.Stock.as_view(), name="stock"),
    path("stock/warnings/", stock.Warnings.as_view(), name="warnings"),
    path("stock/<int:sku_id>/", stock.OneSku.as_view(), name="sku"),
    path("stock/<int:sku_id>/moves/", stock.Move.as_view(), name="move"),
    path("purchases/", stock.Purchases.as_view(), name="purchases"),
    path("purchases/<str:number>/arrive/", stock.Arrive.as_view(), name="arrive"),
    path("replenishment/", replenishment.Replenishment.as_view(), name="replenishment"),
    path("replenishment/run/", replenishment.Again.as_view(), name="replenishment_run"),
    path("replenishment/orders/", replenishment.Orders.as_view(), name="replenishment_orders"),
    path("replenishment/<int:sku_id>/", replenishment.OnePlan.as_view(), name="replenishment_sku"),
    path("products/", catalogue.Products.as_view(), name="products"),
    path("products/<int:product_id>/", catalogue.OneProduct.as_view(), name="product"),
    path("products/<int:product_id>/edit/", catalogue.EditProduct.as_view(), name="edit_product"),
    path("skus/", catalogue.Skus.as_view(), name="skus"),
    path("skus/<int:sku_id>/edit/", catalogue.EditSku.as_view(), name="edit_sku"),
    path("skus/<int:sku_id>/bundle/", catalogue.Bundle.as_view(), name="bundle"),
    path("conflicts/", catalogue.Conflicts.as_view(), name="conflicts"),
    path("conflicts/decide/", catalogue.Decide.as_view(), name="decide"),
    # --- listing, prices, watch, quality
    path("products/<int:product_id>/checks/", listing.Checks.as_view(), name="checks"),
    path("products/<int:product_id>/check/", listing.CheckAct.as_view(), name="check"),
    path("prices/", listing.Prices.as_view(), name="prices"),
    path("prices/change/", listing.ChangePrice.as_view(), name="change_price"),
    path("prices/<int:change_id>/decide/", listing.DecidePrice.as_view(), name="decide_price"),
    path("ranks/", listing.Ranks.as_view(), name="ranks"),
    path("competitors/looks/", listing.RivalLooks.as_view(), name="rival_looks"),
    path("quality/", listing.Quality.as_view(), name="quality"),
]
