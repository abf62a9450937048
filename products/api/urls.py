"""Addresses of the goods API."""

from django.urls import path

from products.api import views

app_name = "products_api"

urlpatterns = [
    path("stock/", views.Stock.as_view(), name="stock"),
    path("stock/warnings/", views.Warnings.as_view(), name="warnings"),
    path("stock/<int:sku_id>/", views.OneSku.as_view(), name="sku"),
    path("stock/<int:sku_id>/moves/", views.Move.as_view(), name="move"),
    path("purchases/", views.Purchases.as_view(), name="purchases"),
    path("purchases/<str:number>/arrive/", views.Arrive.as_view(), name="arrive"),
]
