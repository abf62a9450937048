"""Addresses of orders."""

from django.urls import path

from orders.views import (
    audit,
    bill,
    bulk,
    cases,
    columns_page,
    cutoff,
    evidence,
    export,
    limits,
    order,
    queue,
    subjects,
    sweep,
)

app_name = "orders"

# After-sales, the daily sweep, the bill.
_cases = [
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

urlpatterns = [
    *_cases,
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
