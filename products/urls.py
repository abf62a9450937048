"""Addresses of goods."""

from django.urls import path

from products.views import (
    conflicts,
    counts,
    product,
    product_list,
    purchases,
    sku,
    stock,
    stock_rules,
    suppliers,
)

app_name = "products"

urlpatterns = [
    # --- stock
    path("stock/", stock.stock_list, name="stock"),
    path("stock/warnings/", stock.warnings, name="warnings"),
    path("stock/warnings/<int:sku_id>/", stock.act_on_warning, name="act_on_warning"),
    path("stock/shelf/", stock.shelf, name="stock_shelf"),
    path("stock/shelf.csv", stock.shelf_csv, name="stock_shelf_csv"),
    path("stock/counts/", counts.count_list, name="counts"),
    path("stock/counts/<int:count_id>/", counts.count_page, name="count"),
    path("stock/<int:sku_id>/", stock.ledger, name="ledger"),
    path("stock/<int:sku_id>/<slug:act>/", stock.move, name="move"),
    path("purchases/", purchases.purchase_list, name="purchases"),
    path("purchases/<str:number>/", purchases.purchase_page, name="purchase"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    path("suppliers/<int:supplier_id>/", suppliers.supplier_page, name="supplier"),
    path("settings/stock/", stock_rules.rules, name="stock_rules"),
    # --- catalogue
    path("products/", product_list.product_list, name="list"),
    path("products/columns/", product_list.columns, name="columns"),
    path("products/conflicts/", conflicts.conflicts, name="conflicts"),
    path("products/conflicts/decide/", conflicts.decide, name="decide"),
    path("products/skus/", sku.skus, name="skus"),
    path("products/skus/<int:sku_id>/", sku.sku, name="sku"),
    path("products/skus/<int:sku_id>/edit/", sku.edit, name="edit_sku"),
    path("products/skus/<int:sku_id>/bundle/", sku.bundle, name="bundle"),
    path("products/p/<int:product_id>/", product.product, name="product"),
    path("products/p/<int:product_id>/edit/", product.edit, name="edit_product"),
    path("products/p/<int:product_id>/image/", product.image, name="image"),
    path("products/p/<int:product_id>/image/set/", product.set_image, name="set_image"),
    path("products/p/<int:product_id>/days.csv", product.days_csv, name="days_csv"),
    path("products/p/<int:product_id>/template/", product.template, name="template"),
]
