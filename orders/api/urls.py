"""Addresses of the orders API."""

from django.urls import path

from orders.api import views

app_name = "orders_api"

urlpatterns = [
    path("queues/", views.Queues.as_view(), name="queues"),
    path("orders/", views.Orders.as_view(), name="orders"),
    path("orders/<str:tid>/", views.OneOrder.as_view(), name="order"),
    path("orders/<str:tid>/approve/", views.Approve.as_view(), name="approve"),
    path("orders/<str:tid>/hold/", views.HoldAct.as_view(), name="hold"),
    path("orders/<str:tid>/tell/", views.TellAct.as_view(), name="tell"),
    path("orders/<str:tid>/close-hold/", views.CloseAct.as_view(), name="close_hold"),
    path("orders/<str:tid>/hand-over/", views.HandOver.as_view(), name="hand_over"),
]
