"""Addresses of orders."""

from django.urls import path

from orders.views import (
    audit,
    bulk,
    columns_page,
    cutoff,
    export,
    order,
    parcels,
    queue,
    splits,
    subjects,
)
from orders.views.warehouse import check, hand_over, packing, printing, waves

app_name = "orders"

WAREHOUSE = [
    path("warehouse/waves/", waves.wave_list, name="waves"),
    path("warehouse/waves/<int:wave_id>/", waves.wave, name="wave"),
    path("warehouse/pick/", waves.pick_waves, name="pick_waves"),
    path("warehouse/pick/<int:wave_id>/", waves.pick, name="pick"),
    path("warehouse/check/", check.check, name="check"),
    path("warehouse/check/scan/", check.scan, name="check_scan"),
    path("warehouse/check/act/", check.act, name="check_act"),
    path("warehouse/hand-over/", hand_over.hand_over, name="hand_over"),
    path("warehouse/hand-over/scan/", hand_over.scan, name="hand_over_scan"),
    path("warehouse/hand-over/act/", hand_over.act, name="hand_over_act"),
    path("warehouse/hand-over/<int:pk>/", printing.sheet, name="sheet"),
    path("warehouse/hand-over/<int:pk>.pdf", printing.sheet_pdf, name="sheet_pdf"),
    path("warehouse/print/<slug:what>/<int:pk>/", printing.page, name="print"),
    path("warehouse/print/<slug:what>/<int:pk>.pdf", printing.pdf, name="print_pdf"),
    path("settings/packing/", packing.packing, name="packing"),
    path("settings/packing/skus.csv", packing.export, name="packing_export"),
]

PARCELS = [
    path("orders/merge/", parcels.groups, name="merge_groups"),
    path("orders/merge/now/", parcels.merge_groups_at_once, name="merge_groups_now"),
    path("orders/o/<str:tid>/merge/", parcels.merge, name="merge"),
    path("orders/o/<str:tid>/split/", splits.split, name="split"),
    path("orders/o/<str:tid>/gift-off/", splits.gift_off, name="gift_off"),
]
urlpatterns = [
    *WAREHOUSE,
    *PARCELS,
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
]
