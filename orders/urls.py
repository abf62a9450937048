"""Addresses of orders."""

from django.urls import path

from orders.views import (
    audit,
    bill,
    bulk,
    cases,
    columns_page,
    courier_score,
    couriers,
    cutoff,
    desk,
    evidence,
    export,
    limits,
    order,
    parcels,
    queue,
    splits,
    subjects,
    sweep,
    tell_templates,
    waybills,
)
from orders.views.warehouse import check, hand_over, packing, printing, waves

app_name = "orders"

# After-sales, the daily sweep, the bill.
CASES = [
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", cases.new_case, name="case_new"),
    path("cases/<int:case_id>/", cases.case_page, name="case"),
    path("cases/<int:case_id>/evidence/", evidence.add, name="evidence_add"),
    path("cases/<int:case_id>/<slug:act>/", cases.case_act, name="case_act"),
    path("cases/evidence/<int:evidence_id>/", evidence.download, name="evidence"),
    path("cases/evidence/<int:evidence_id>/remove/", evidence.remove, name="evidence_remove"),
    path(
        "cases/compensations/<int:compensation_id>/<slug:act>/",
        cases.compensation_act,
        name="compensation_act",
    ),
    path("sweep/", sweep.sweep_list, name="sweep"),
    path("sweep/<int:item_id>/<slug:act>/", sweep.sweep_act, name="sweep_act"),
    path("bill/", bill.bill, name="bill"),
    path("bill/csv/", bill.bill_csv, name="bill_csv"),
    path("settings/limits/", limits.limits, name="limits"),
]
PARCELS = [
    path("orders/merge/", parcels.groups, name="merge_groups"),
    path("orders/merge/now/", parcels.merge_groups_at_once, name="merge_groups_now"),
    path("orders/o/<str:tid>/merge/", parcels.merge, name="merge"),
    path("orders/o/<str:tid>/split/", splits.split, name="split"),
    path("orders/o/<str:tid>/gift-off/", splits.gift_off, name="gift_off"),
]
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
urlpatterns = [
    *CASES,
    *PARCELS,
    *WAREHOUSE,
    path("orders/", queue.first_queue, name="first"),
    path("orders/bulk/", bulk.bulk_page, name="bulk"),
    path("orders/claim/", desk.claim, name="claim"),
    path("orders/columns/", columns_page.columns, name="columns"),
    path("orders/o/<str:tid>/", order.order_page, name="order"),
    path("orders/o/<str:tid>/drawer/", order.drawer, name="drawer"),
    path("orders/o/<str:tid>/reveal/", order.reveal, name="reveal"),
    path("orders/o/<str:tid>/<slug:act>/", order.act_page, name="act"),
    path("orders/exports/<int:run_id>/", export.download, name="export_file"),
    path("orders/<slug:code>/", queue.queue_page, name="queue"),
    path("orders/<slug:code>/export/", export.ask, name="export"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/tell-templates/", tell_templates.tell_templates, name="tell_templates"),
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
