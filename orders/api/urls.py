"""Addresses of the orders API."""

from django.urls import path

from orders.api import cases, couriers, parcels, views, warehouse

app_name = "orders_api"

CASES = [
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
PARCELS = [
    path("parcels/merge/", parcels.Merge.as_view(), name="parcels_merge"),
    path("parcels/apart/", parcels.Apart.as_view(), name="parcels_apart"),
    path("parcels/changes/<int:key>/undo/", parcels.Undo.as_view(), name="parcels_undo"),
    path("orders/<str:tid>/parcels/", parcels.OrderParcels.as_view(), name="order_parcels"),
    path("orders/<str:key>/split/", parcels.Split.as_view(), name="order_split"),
    path("orders/<str:key>/take-out/", parcels.TakeOut.as_view(), name="order_take_out"),
    path("orders/<str:key>/gifts/", parcels.Gift.as_view(), name="order_gifts"),
]
WAREHOUSE = [
    path("waves/", warehouse.Waves.as_view(), name="waves"),
    path("pack/scan/", warehouse.PackScan.as_view(), name="pack_scan"),
    path("hand-over/scan/", warehouse.HandOverScan.as_view(), name="hand_over_scan"),
    path("hand-over/<int:pk>/sign/", warehouse.HandOverSign.as_view(), name="hand_over_sign"),
]
urlpatterns = [
    *CASES,
    *WAREHOUSE,
    *PARCELS,
    path("queues/", views.Queues.as_view(), name="queues"),
    path("orders/", views.Orders.as_view(), name="orders"),
    path("orders/<str:tid>/", views.OneOrder.as_view(), name="order"),
    path("orders/<str:tid>/approve/", views.Approve.as_view(), name="approve"),
    path("orders/<str:tid>/hold/", views.HoldAct.as_view(), name="hold"),
    path("orders/<str:tid>/tell/", views.TellAct.as_view(), name="tell"),
    path("orders/<str:tid>/close-hold/", views.CloseAct.as_view(), name="close_hold"),
    path("orders/<str:tid>/hand-over/", views.HandOver.as_view(), name="hand_over"),
    # --- couriers
    path("orders/<str:tid>/traces/", couriers.Traces.as_view(), name="traces"),
    path("parcels/<str:code>/label/", couriers.Label.as_view(), name="label"),
    path("parcels/<str:code>/carrier/", couriers.ParcelCarrier.as_view(), name="parcel_carrier"),
    path("couriers/score/", couriers.CourierScores.as_view(), name="courier_scores"),
]
