"""Addresses of goods."""

from django.urls import path

from products.views import counts, purchases, stock, stock_rules, suppliers

app_name = "products"

urlpatterns = [
    # --- stock
    path("stock/", stock.stock_list, name="stock"),
    path("stock/warnings/", stock.warnings, name="warnings"),
    path("stock/warnings/<int:sku_id>/", stock.act_on_warning, name="act_on_warning"),
    path("stock/shelf/", stock.shelf, name="shelf"),
    path("stock/shelf.csv", stock.shelf_csv, name="shelf_csv"),
    path("stock/counts/", counts.count_list, name="counts"),
    path("stock/counts/<int:count_id>/", counts.count_page, name="count"),
    path("stock/<int:sku_id>/", stock.ledger, name="ledger"),
    path("stock/<int:sku_id>/<slug:act>/", stock.move, name="move"),
    path("purchases/", purchases.purchase_list, name="purchases"),
    path("purchases/<str:number>/", purchases.purchase_page, name="purchase"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    path("suppliers/<int:supplier_id>/", suppliers.supplier_page, name="supplier"),
    path("settings/stock/", stock_rules.rules, name="stock_rules"),
]
