"""Addresses of orders."""

from django.urls import path

from orders.views import (
    audit,
    bulk,
    columns_page,
    courier_score,
    couriers,
    cutoff,
    export,
    order,
    queue,
    subjects,
    waybills,
)

app_name = "orders"

urlpatterns = [
    path("orders/", queue.first_queue, name="first"),
    path("orders/bulk/", bulk.bulk_page, name="bulk"),
    path("orders/columns/", columns_page.columns, name="columns"),
    path("orders/o/<str:tid>/", order.order_page, name="order"),
    path("orders/o/<str:tid>/drawer/", order.drawer, name="drawer"),
    path("orders/o/<str:tid>/reveal/", order.reveal, name="reveal"),
    path("orders/o/<str:tid>/<slug:act>/", order.act_page, name="act"),
    path("orders/exports/<int:run_id>/", export.download, name="export_file"),
    path("orders/<slug:code>/", queue.queue_page, name="queue"),
    path("orders/<slug:code>/export/", export.ask, name="export"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/cutoff/", cutoff.cutoff, name="cutoff"),
    path("settings/cutoff/what-if/", cutoff.what_if, name="what_if"),
    path("settings/personal-data/", subjects.subject_page, name="subjects"),
    path("settings/personal-data/export/", subjects.export, name="subject_export"),
    path("settings/personal-data/erase/", subjects.erase, name="subject_erase"),
    # --- couriers
    path("settings/couriers/", couriers.couriers, name="couriers"),
    path("warehouse/waybills/", waybills.waybill_desk, name="waybills"),
    path("warehouse/waybills/export/", waybills.export_labels, name="label_export"),
    path("warehouse/waybills/files/<int:run_id>/", waybills.label_file, name="label_file"),
    path("warehouse/couriers/", courier_score.courier_score, name="courier_score"),
    path("warehouse/couriers/csv/", courier_score.courier_score_csv, name="courier_score_csv"),
]
