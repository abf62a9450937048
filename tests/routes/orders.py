"""Who may open what: orders, warehouse, after-sales."""

from tests.routes.row import Route, case_key, order_key, order_key_key, queue_key, run_key, wave_key

ROUTES: dict[str, Route] = {
    # --- orders
    "orders:first": Route("orders.view", get=302),
    "orders:columns": Route("orders.view", get=200, post=302),
    "orders:claim": Route("orders.hold", post=302),
    "orders:bulk": Route("orders.view", post=404),
    "orders:order": Route("orders.view", get=404, kwargs=order_key),
    "orders:drawer": Route("orders.view", get=404, kwargs=order_key),
    "orders:reveal": Route("orders.reveal_contact", post=404, kwargs=order_key),
    "orders:act": Route("orders.view", post=404, kwargs=lambda: {**order_key(), "act": "hold"}),
    "orders:queue": Route("orders.view", get=200, kwargs=queue_key),
    "orders:export": Route("orders.export", post=302, kwargs=queue_key),
    "orders:export_file": Route("orders.export", get=404, kwargs=run_key),
    "orders:audit": Route("orders.view", get=200, post={200, 302, 403, 422}),
    "orders:tell_templates": Route("orders.set_audit", get=200, post=422),
    "orders:cutoff": Route("orders.view", get=200, post={200, 302, 403, 422}),
    "orders:couriers": Route("orders.set_warehouse", get=200, post=200),
    "orders:waybills": Route("orders.hand_over", get=200, post=422),
    "orders:label_export": Route("orders.export", post=404),
    "orders:label_file": Route("orders.export", get=404, kwargs=run_key),
    "orders:courier_score": Route("orders.set_warehouse", get=200),
    "orders:courier_score_csv": Route("orders.set_warehouse", get=200),
    "orders:subjects": Route("orders.answer_person", get=200),
    "orders:subject_export": Route("orders.answer_person", post=422),
    "orders:subject_erase": Route("orders.answer_person", post=422),
    "orders:what_if": Route("orders.view", post={200, 302, 422}),
    "orders:merge_groups": Route("orders.view", get=200),
    "orders:merge_groups_now": Route("orders.merge", post=302),
    "orders:merge": Route("orders.merge", get=404, post=404, kwargs=order_key),
    "orders:split": Route("orders.merge", get=404, post=404, kwargs=order_key),
    "orders:gift_off": Route("orders.merge", post=404, kwargs=order_key),
    "orders_api:parcels_merge": Route("orders.merge", post=400),
    "orders_api:parcels_apart": Route("orders.merge", post=400),
    "orders_api:parcels_undo": Route("orders.merge", post=404, kwargs=lambda: {"key": 0}),
    "orders_api:order_parcels": Route("orders.view", get=404, kwargs=order_key),
    "orders_api:order_split": Route("orders.merge", post={400, 404}, kwargs=order_key_key),
    "orders_api:order_take_out": Route("orders.merge", post=404, kwargs=order_key_key),
    "orders_api:order_gifts": Route("orders.merge", post={400, 404}, kwargs=order_key_key),
    # --- warehouse
    "orders:waves": Route("orders.pack", get=200, post=422),
    "orders:wave": Route("orders.pack", get=404, post=302, kwargs=wave_key),
    "orders:pick_waves": Route("orders.pack", get=200),
    "orders:pick": Route("orders.pack", get=404, post=302, kwargs=wave_key),
    "orders:check": Route("orders.pack", get=200),
    "orders:check_scan": Route("orders.pack", post=200),
    "orders:check_act": Route("orders.pack", post=302),
    "orders:hand_over": Route("orders.hand_over", get=200),
    "orders:hand_over_scan": Route("orders.hand_over", post=200),
    "orders:hand_over_act": Route("orders.hand_over", post=200),
    "orders:sheet": Route("orders.hand_over", get=404, kwargs=lambda: {"pk": 0}),
    "orders:sheet_pdf": Route("orders.hand_over", get=404, kwargs=lambda: {"pk": 0}),
    "orders:print": Route("orders.pack", get=404, kwargs=lambda: {"what": "slip", "pk": 0}),
    "orders:print_pdf": Route("orders.pack", get=404, kwargs=lambda: {"what": "slip", "pk": 0}),
    "orders_api:waves": Route("orders.pack", get=200, post={200, 400}),
    "orders_api:pack_scan": Route("orders.pack", post={200, 400}),
    "orders_api:hand_over_scan": Route("orders.hand_over", post={200, 400}),
    "orders_api:hand_over_sign": Route(
        "orders.hand_over", post={400, 404}, kwargs=lambda: {"pk": 0}
    ),
    "orders:packing": Route("orders.set_warehouse", get=200, post=302),
    "orders:packing_export": Route("orders.set_warehouse", get=200),
    # --- after-sales, sweep, bill
    "orders:cases": Route("orders.handle_case", get=200),
    "orders:case_new": Route("orders.handle_case", get=200, post=422),
    "orders:case": Route("orders.handle_case", get=404, kwargs=case_key),
    "orders:case_act": Route(
        "orders.handle_case", post=404, kwargs=lambda: {**case_key(), "act": "answer"}
    ),
    "orders:evidence_add": Route("orders.handle_case", post=404, kwargs=case_key),
    "orders:evidence": Route("orders.handle_case", get=404, kwargs=lambda: {"evidence_id": 0}),
    "orders:evidence_remove": Route(
        "orders.handle_case", post=404, kwargs=lambda: {"evidence_id": 0}
    ),
    "orders:compensation_act": Route(
        "orders.handle_case", post=404, kwargs=lambda: {"compensation_id": 0, "act": "approve"}
    ),
    "orders:sweep": Route("orders.view", get=200),
    "orders:sweep_act": Route(
        "orders.note", post=404, kwargs=lambda: {"item_id": 0, "act": "follow"}
    ),
    "orders:bill": Route("orders.view_bill", get=200),
    "orders:bill_csv": Route("orders.view_bill", get=200),
    "orders:limits": Route("orders.set_limits", get=200, post=422),
    "orders_api:cases": Route("orders.handle_case", get=200, post=400),
    "orders_api:case": Route("orders.handle_case", get=404, kwargs=case_key),
    "orders_api:case_answer": Route("orders.handle_case", post=400, kwargs=case_key),
    "orders_api:case_close": Route("orders.handle_case", post=400, kwargs=case_key),
    "orders_api:compensate": Route("orders.handle_case", post=400, kwargs=case_key),
    "orders_api:compensation_decide": Route(
        "orders.handle_case", post=400, kwargs=lambda: {"compensation_id": 0}
    ),
    "orders_api:sweep": Route("orders.view", get=200),
    "search": Route("orders.view", get=200),
}
