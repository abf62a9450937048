"""Addresses of goods."""

from django.urls import path

from products.views import conflicts, product, product_list, sku

app_name = "products"

urlpatterns = [
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
