"""Addresses of the orders API."""

from django.urls import path

from orders.api import cases, views

app_name = "orders_api"

_cases = [
    path("cases/", cases.Cases.as_view(), name="cases"),
    path("cases/<int:case_id>/", cases.OneCase.as_view(), name="case"),
    path("cases/<int:case_id>/answer/", cases.AnswerCase.as_view(), name="case_answer"),
    path("cases/<int:case_id>/close/", cases.CloseCase.as_view(), name="case_close"),
    path("cases/<int:case_id>/compensate/", cases.Compensate.as_view(), name="compensate"),
    path(
        "compensations/<int:compensation_id>/decide/",
        cases.Decide.as_view(),
        name="compensation_decide",
    ),
    path("sweep/", cases.Sweep.as_view(), name="sweep"),
]

urlpatterns = [
    *_cases,
    path("queues/", views.Queues.as_view(), name="queues"),
    path("orders/", views.Orders.as_view(), name="orders"),
    path("orders/<str:tid>/", views.OneOrder.as_view(), name="order"),
    path("orders/<str:tid>/approve/", views.Approve.as_view(), name="approve"),
    path("orders/<str:tid>/hold/", views.HoldAct.as_view(), name="hold"),
    path("orders/<str:tid>/tell/", views.TellAct.as_view(), name="tell"),
    path("orders/<str:tid>/close-hold/", views.CloseAct.as_view(), name="close_hold"),
    path("orders/<str:tid>/hand-over/", views.HandOver.as_view(), name="hand_over"),
]
