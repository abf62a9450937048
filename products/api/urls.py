"""Addresses of the goods API."""

from django.urls import path

from products.api import views

app_name = "products_api"

urlpatterns = [
    path("products/", views.Products.as_view(), name="products"),
    path("products/<int:product_id>/", views.OneProduct.as_view(), name="product"),
    path("products/<int:product_id>/edit/", views.EditProduct.as_view(), name="edit_product"),
    path("skus/", views.Skus.as_view(), name="skus"),
    path("skus/<int:sku_id>/edit/", views.EditSku.as_view(), name="edit_sku"),
    path("skus/<int:sku_id>/bundle/", views.Bundle.as_view(), name="bundle"),
    path("conflicts/", views.Conflicts.as_view(), name="conflicts"),
    path("conflicts/decide/", views.Decide.as_view(), name="decide"),
]
