"""Who may open what: one table over every address of the product.

A new address fails `test_every_address_is_in_the_table` until it stands in ROUTES. A row says which
right the address asks for and what a holder of it gets; what everybody else gets follows from the
role table in `shopops.staff.rights`. Give `kwargs` where the address needs any; missing ids (and
the 404 that a holder then gets) are enough, for the right is asked before the object.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shopops.staff.models import Role
from shopops.staff.rights import ROLES
from tests.factories.staff import PersonFactory, RoleFactory

PUBLIC = "anybody"
SIGNED_IN = "any person"
NOT_OFFERED = 405

type Status = int | set[int]


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `get` and `post`: what those get who may; `anonymous`: what others get if PUBLIC."""

    right: str
    get: Status = NOT_OFFERED
    post: Status = NOT_OFFERED
    kwargs: Callable[[], dict[str, Any]] = dict
    anonymous: tuple[Status, Status] | None = None


def _person() -> dict[str, Any]:
    return {"person_id": PersonFactory(role_codes=["service"]).pk}


def _own_role() -> dict[str, Any]:
    return {"role_id": RoleFactory().pk}


def _run() -> dict[str, Any]:
    return {"run_id": 0}


def _batch() -> dict[str, Any]:
    return {"batch_id": 0}


def _order() -> dict[str, Any]:
    return {"tid": "4827339102651184273"}


def _order_key() -> dict[str, Any]:
    return {"key": "4827339102651184273"}


def _wave() -> dict[str, Any]:
    return {"wave_id": 0}


def _case() -> dict[str, Any]:
    return {"case_id": 0}


def _product() -> dict[str, Any]:
    return {"product_id": 0}


def _sku() -> dict[str, Any]:
    return {"sku_id": 0}


def _queue() -> dict[str, Any]:
    return {"code": "past_due"}


def _segment() -> dict[str, Any]:
    return {"segment_id": 0}


def _campaign() -> dict[str, Any]:
    return {"campaign_id": 0}


def _purchase() -> dict[str, Any]:
    return {"number": "PO000000-00"}


def _activity() -> dict[str, Any]:
    return {"activity_id": 0}


ROUTES: dict[str, Route] = {
    "home": Route(SIGNED_IN, get=302, post=302),
    "healthz": Route(PUBLIC, get=200, post=200),
    "readyz": Route(PUBLIC, get=200, post=200),
    "set_language": Route(PUBLIC, post=302),
    "schema": Route(SIGNED_IN, get=200),
    # --- sign-in: pages of allauth; two statuses: with and without a second factor
    "account_login": Route(PUBLIC, get=302, post=302, anonymous=(200, 200)),
    "account_logout": Route(PUBLIC, get=200, post=302, anonymous=(302, 302)),
    "account_inactive": Route(PUBLIC, get=200),
    "account_reauthenticate": Route(SIGNED_IN, get={200, 302}, post={200, 302}),
    "account_change_password": Route(SIGNED_IN, get=200, post=200),
    "mfa_index": Route(SIGNED_IN, get=200),
    "mfa_authenticate": Route(PUBLIC, get=302, post=302),
    "mfa_reauthenticate": Route(SIGNED_IN, get={200, 302}, post={200, 302}),
    "mfa_activate_totp": Route(SIGNED_IN, get={200, 302}, post={200, 302}),
    "mfa_deactivate_totp": Route(SIGNED_IN, get={200, 404}, post={302, 404}),
    "mfa_view_recovery_codes": Route(SIGNED_IN, get=404),
    "mfa_generate_recovery_codes": Route(SIGNED_IN, get={200, 302}, post={200, 302}),
    "mfa_download_recovery_codes": Route(SIGNED_IN, get=404, post={404, 405}),
    # --- people
    "staff:setup": Route(PUBLIC, get=404, post=404),
    "staff:accept": Route(PUBLIC, get=410, post=410, kwargs=lambda: {"token": "unknown"}),
    "staff:people": Route("staff.manage", get=200),
    "staff:invite": Route("staff.manage", get=200, post=422),
    "staff:person": Route("staff.manage", get=200, post=422, kwargs=_person),
    "staff:withdraw": Route("staff.manage", post=302, kwargs=_person),
    "staff:invite_again": Route("staff.manage", post=200, kwargs=_person),
    "staff:reset_second_factor": Route("staff.manage", post=302, kwargs=_person),
    "staff:end_sessions": Route("staff.manage", post=302, kwargs=_person),
    "staff:unlock": Route("staff.manage", post=302, kwargs=_person),
    "staff:roles": Route("staff.manage", get=200),
    "staff:role": Route("staff.manage", get=200, post=422, kwargs=_own_role),
    "staff:copy_role": Route("staff.manage", post=422, kwargs=_own_role),
    "staff:log": Route("staff.view_log", get=200),
    "staff:shop": Route("staff.manage_shop", get=200, post=422),
    # --- one's own account; what is not one's own does not exist
    "staff:me": Route(SIGNED_IN, get=200),
    "staff:sessions": Route(SIGNED_IN, get=200),
    "staff:revoke_session": Route(SIGNED_IN, post=404, kwargs=lambda: {"session_id": 0}),
    "staff:create_token": Route(SIGNED_IN, post=422),
    "staff:revoke_token": Route(SIGNED_IN, post=404, kwargs=lambda: {"token_id": 0}),
    # --- one's own notices; those of others do not exist
    "notices:notices": Route(SIGNED_IN, get=200),
    "notices:bell": Route(SIGNED_IN, get=200),
    "notices:open": Route(SIGNED_IN, get=404, kwargs=lambda: {"notice_id": 0}),
    "notices:read_all": Route(SIGNED_IN, post=302),
    # --- orders
    "orders:first": Route("orders.view", get=302),
    "orders:columns": Route("orders.view", get=200, post=302),
    "orders:claim": Route("orders.hold", post=302),
    "orders:bulk": Route("orders.view", post=404),
    "orders:order": Route("orders.view", get=404, kwargs=_order),
    "orders:drawer": Route("orders.view", get=404, kwargs=_order),
    "orders:reveal": Route("orders.reveal_contact", post=404, kwargs=_order),
    "orders:act": Route("orders.view", post=404, kwargs=lambda: {**_order(), "act": "hold"}),
    "orders:queue": Route("orders.view", get=200, kwargs=_queue),
    "orders:export": Route("orders.export", post=302, kwargs=_queue),
    "orders:export_file": Route("orders.export", get=404, kwargs=_run),
    "orders:audit": Route("orders.view", get=200, post={200, 302, 403, 422}),
    "orders:tell_templates": Route("orders.set_audit", get=200, post=422),
    "orders:cutoff": Route("orders.view", get=200, post={200, 302, 403, 422}),
    "orders:couriers": Route("orders.set_warehouse", get=200, post=200),
    "orders:waybills": Route("orders.hand_over", get=200, post=422),
    "orders:label_export": Route("orders.export", post=404),
    "orders:label_file": Route("orders.export", get=404, kwargs=_run),
    "orders:courier_score": Route("orders.set_warehouse", get=200),
    "orders:courier_score_csv": Route("orders.set_warehouse", get=200),
    "orders:subjects": Route("orders.answer_person", get=200),
    "orders:subject_export": Route("orders.answer_person", post=422),
    "orders:subject_erase": Route("orders.answer_person", post=422),
    "orders:what_if": Route("orders.view", post={200, 302, 422}),
    "orders:merge_groups": Route("orders.view", get=200),
    "orders:merge_groups_now": Route("orders.merge", post=302),
    "orders:merge": Route("orders.merge", get=404, post=404, kwargs=_order),
    "orders:split": Route("orders.merge", get=404, post=404, kwargs=_order),
    "orders:gift_off": Route("orders.merge", post=404, kwargs=_order),
    "orders_api:parcels_merge": Route("orders.merge", post=400),
    "orders_api:parcels_apart": Route("orders.merge", post=400),
    "orders_api:parcels_undo": Route("orders.merge", post=404, kwargs=lambda: {"key": 0}),
    "orders_api:order_parcels": Route("orders.view", get=404, kwargs=_order),
    "orders_api:order_split": Route("orders.merge", post={400, 404}, kwargs=_order_key),
    "orders_api:order_take_out": Route("orders.merge", post=404, kwargs=_order_key),
    "orders_api:order_gifts": Route("orders.merge", post={400, 404}, kwargs=_order_key),
    # --- products
    # --- reviews, follow-ups, answers
    "crm_api:reviews": Route("crm.reviews", get=200),
    "crm_api:tasks": Route("crm.edit", get=200),
    "crm_api:answers": Route("crm.view", get=200),
    "crm:tasks": Route("crm.edit", get=200, post=200),
    "crm:task": Route("crm.edit", get=404, post=404, kwargs=lambda: {"task_id": 0}),
    "crm:reviews": Route("crm.reviews", get=200, post=200),
    "crm:review": Route("crm.reviews", get=404, post=404, kwargs=lambda: {"review_id": 0}),
    "crm:review_topics": Route("crm.reviews", get=200),
    "crm:malice_files": Route("crm.reviews", get=200),
    "crm:malice_file": Route("crm.reviews", get=404, post=404, kwargs=lambda: {"file_id": 0}),
    "crm:malice_export": Route(
        "crm.reviews", get=404, kwargs=lambda: {"file_id": 0, "form": "pdf"}
    ),
    "crm:malice_proof": Route("crm.reviews", get=404, kwargs=lambda: {"proof_id": 0}),
    "crm:answers": Route("crm.view", get=200, post={200, 422}),
    "crm:questions": Route("crm.view", get=200, post=200),
    "crm:answer": Route("crm.view", get=404, post=404, kwargs=lambda: {"answer_id": 0}),
    "products:list": Route("products.view", get=200),
    "products:bulk": Route("products.edit", post=404),
    "products:export": Route("products.export", post=302),
    "products:export_file": Route("products.export", get=404, kwargs=lambda: {"run_id": 0}),
    "products:columns": Route("products.view", get=200, post=302),
    "products:conflicts": Route("products.view", get=200),
    "products:decide": Route("products.decide_conflict", post=302),
    "products:skus": Route("products.view", get=200),
    "products:sku": Route("products.view", get=404, kwargs=_sku),
    "products:edit_sku": Route("products.edit", post=404, kwargs=_sku),
    "products:bundle": Route("products.edit", post=404, kwargs=_sku),
    "products:product": Route("products.view", get=404, kwargs=_product),
    "products:edit_product": Route("products.edit", post=404, kwargs=_product),
    "products:image": Route("products.view", get=404, kwargs=_product),
    "products:set_image": Route("products.edit", post=302, kwargs=_product),
    "products:days_csv": Route("products.view", get=404, kwargs=_product),
    "products:template": Route("products.edit", post=404, kwargs=_product),
    "products_api:products": Route("products.view", get=200),
    "products_api:product": Route("products.view", get=404, kwargs=_product),
    "products_api:edit_product": Route("products.edit", post=400, kwargs=_product),
    "products_api:skus": Route("products.view", get=200),
    "products_api:edit_sku": Route("products.edit", post=400, kwargs=_sku),
    "products_api:bundle": Route("products.edit", post=400, kwargs=_sku),
    "products_api:conflicts": Route("products.view", get=200),
    "products_api:decide": Route("products.decide_conflict", post=400),
    "orders_api:queues": Route("orders.view", get=200),
    "orders_api:orders": Route("orders.view", get={200, 400}),
    "orders_api:order": Route("orders.view", get=404, kwargs=_order),
    "orders_api:traces": Route("orders.view_contact", get=404, kwargs=_order),
    "orders_api:label": Route(
        "orders.hand_over", post={400, 404}, kwargs=lambda: {"code": "P00000000"}
    ),
    "orders_api:parcel_carrier": Route(
        "orders.hand_over", post={400, 404}, kwargs=lambda: {"code": "P00000000"}
    ),
    "orders_api:courier_scores": Route("orders.set_warehouse", get=200),
    "orders_api:approve": Route("orders.approve", post={400, 404}, kwargs=_order),
    "orders_api:hold": Route("orders.hold", post={400, 404}, kwargs=_order),
    "orders_api:tell": Route("orders.tell_buyer", post={400, 404}, kwargs=_order),
    "orders_api:close_hold": Route("orders.hold", post={400, 404}, kwargs=_order),
    "orders_api:hand_over": Route("orders.hand_over", post={400, 404}, kwargs=_order),
    # --- warehouse
    "orders:waves": Route("orders.pack", get=200, post=422),
    "orders:wave": Route("orders.pack", get=404, post=302, kwargs=_wave),
    "orders:pick_waves": Route("orders.pack", get=200),
    "orders:pick": Route("orders.pack", get=404, post=302, kwargs=_wave),
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
    "orders:case": Route("orders.handle_case", get=404, kwargs=_case),
    "orders:case_act": Route(
        "orders.handle_case", post=404, kwargs=lambda: {**_case(), "act": "answer"}
    ),
    "orders:evidence_add": Route("orders.handle_case", post=404, kwargs=_case),
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
    "orders_api:case": Route("orders.handle_case", get=404, kwargs=_case),
    "orders_api:case_answer": Route("orders.handle_case", post=400, kwargs=_case),
    "orders_api:case_close": Route("orders.handle_case", post=400, kwargs=_case),
    "orders_api:compensate": Route("orders.handle_case", post=400, kwargs=_case),
    "orders_api:compensation_decide": Route(
        "orders.handle_case", post=400, kwargs=lambda: {"compensation_id": 0}
    ),
    "orders_api:sweep": Route("orders.view", get=200),
    "search": Route("orders.view", get=200),
    # --- goods: stock
    "products:stock": Route("products.view", get=200),
    "products:warnings": Route("products.view", get=200),
    "products:act_on_warning": Route("products.stock", post=404, kwargs=_sku),
    "products:stock_shelf": Route("products.view", get=200),
    "products:stock_shelf_csv": Route("products.view", get=200),
    "products:counts": Route("products.view", get=200, post={302, 403}),
    "products:count": Route("products.view", get=404, post=404, kwargs=lambda: {"count_id": 0}),
    "products:ledger": Route("products.view", get=404, kwargs=_sku),
    "products:move": Route("products.stock", post=404, kwargs=lambda: {**_sku(), "act": "adjust"}),
    "products:purchases": Route("products.view", get=200, post={302, 403}),
    "products:purchase": Route("products.view", get=404, post=404, kwargs=_purchase),
    "products:suppliers": Route("products.view", get=200, post={302, 403}),
    "products:supplier": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"supplier_id": 0}
    ),
    "products:stock_rules": Route("products.view", get=200, post={302, 403, 422}),
    "products_api:stock": Route("products.view", get=200),
    "products_api:sku": Route("products.view", get=404, kwargs=_sku),
    "products_api:move": Route("products.stock", post={400, 404}, kwargs=_sku),
    "products_api:warnings": Route("products.view", get=200),
    "products_api:purchases": Route("products.view", get=200),
    "products_api:arrive": Route("products.purchase", post={400, 404}, kwargs=_purchase),
    # --- goods: listing, watch, prices, quality
    # --- replenishment
    "products:replenishment": Route("products.view", get=200, post=302),
    "products:replenishment_order": Route("products.purchase", post=302),
    "products:replenishment_export": Route("products.view", post=302),
    "products:replenishment_file": Route("products.view", get=404, kwargs=_run),
    "products:replenishment_sku": Route("products.view", get=404, kwargs=_sku),
    "products:replenishment_rules": Route("products.view", get=200, post={302, 403, 422}),
    "products_api:replenishment": Route("products.view", get=200),
    "products_api:replenishment_sku": Route("products.view", get=404, kwargs=_sku),
    "products_api:replenishment_orders": Route("products.purchase", post=400),
    "products_api:replenishment_run": Route("products.purchase", post=202),
    "products:listing": Route("products.view", get=200, post=200),
    "products:listing_check": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"product_id": 0}
    ),
    "products:words": Route("products.view", get=200, post=200),
    "products:shelf": Route("products.view", get=200, post=200),
    "products:shelf_csv": Route("products.view", get=200),
    "products:watch": Route("products.view", get=200),
    "products:watch_product": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"product_id": 0}
    ),
    "products:ranks": Route("products.edit", get=200, post=422),
    "products:competitors": Route("products.view", get=200, post=200),
    "products:competitors_paste": Route("products.edit", get=200, post=422),
    "products:competitor": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"competitor_id": 0}
    ),
    # --- activities
    "promotions:calendar": Route("promotions.view", get=200, post=200),
    "promotions:board": Route("promotions.view", get=200),
    "promotions:new_activity": Route("promotions.edit", get=200, post=422),
    "promotions:activity": Route("promotions.view", get=404, post=404, kwargs=_activity),
    "promotions:edit_activity": Route("promotions.edit", get=404, post=404, kwargs=_activity),
    "promotions:activity_items": Route("promotions.edit", get=404, post=404, kwargs=_activity),
    "promotions:profit": Route("promotions.set_rules", get=200, post=422),
    "promotions_api:activities": Route("promotions.view", get=200),
    "promotions_api:new_activity": Route("promotions.edit", post=400),
    "promotions_api:activity": Route("promotions.view", get=404, kwargs=_activity),
    "promotions_api:move_activity": Route("promotions.edit", post=400, kwargs=_activity),
    "promotions_api:move_dates": Route("promotions.edit", post=400, kwargs=_activity),
    "promotions_api:put_items": Route("promotions.edit", post=400, kwargs=_activity),
    "promotions_api:check_activity": Route("promotions.edit", post=404, kwargs=_activity),
    "promotions_api:publish_activity": Route("promotions.edit", post=400, kwargs=_activity),
    "promotions_api:approve_activity": Route("promotions.approve", post=400, kwargs=_activity),
    "products:violations": Route("products.view", get=200, post=200),
    "products:violation": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"violation_id": 0}
    ),
    # --- final prices and benefits
    "promotions:benefits": Route("promotions.view", get=200),
    "promotions:new_benefit": Route(
        "promotions.edit", get=200, post=422, kwargs=lambda: {"kind": "coupon"}
    ),
    "promotions:benefit": Route(
        "promotions.view", get=404, post=404, kwargs=lambda: {"benefit_id": 0}
    ),
    "promotions:price_rules": Route("promotions.view", get=200, post=200),
    "promotions:prices": Route("promotions.view", get=200),
    "promotions:price_basket": Route("promotions.view", get=200),
    "promotions_api:quote": Route("promotions.view", post=400),
    "promotions_api:lowest": Route("promotions.view", get=200),
    "promotions_api:benefits": Route("promotions.view", get=200),
    "promotions:price_of": Route("promotions.view", get=404, kwargs=lambda: {"sku_id": 0}),
    "products:prices": Route("products.view", get=200),
    "products:price_suggestions": Route("products.view", get=200),
    "products:prices_bulk": Route("products.set_price", get=200, post=422),
    "products:price_decide": Route(
        "products.approve_price", post=404, kwargs=lambda: {"change_id": 0}
    ),
    "products:sku_prices": Route("products.view", get=404, post=404, kwargs=lambda: {"sku_id": 0}),
    "products:price_csv": Route("products.view", get=404, kwargs=lambda: {"sku_id": 0}),
    "products:quality": Route("products.view", get=200),
    "products:sku_quality": Route("products.view", get=404, kwargs=lambda: {"sku_id": 0}),
    "products:goods_rules": Route("products.set_rules", get=200, post=200),
    "products_api:checks": Route("products.view", get=404, kwargs=lambda: {"product_id": 0}),
    "products_api:check": Route("products.edit", post=404, kwargs=lambda: {"product_id": 0}),
    "products_api:prices": Route("products.view", get=200),
    "products_api:change_price": Route("products.set_price", post=400),
    "products_api:decide_price": Route(
        "products.approve_price", post=400, kwargs=lambda: {"change_id": 0}
    ),
    "products_api:ranks": Route("products.edit", post=400),
    "products_api:rival_looks": Route("products.edit", post=400),
    "products_api:quality": Route("products.view", get=200),
    # --- paid traffic
    "promotions:channels": Route("promotions.channels", get=200),
    "promotions:plans": Route("promotions.channels", get=200),
    "promotions:plans_export": Route(
        "promotions.channels", get=200, kwargs=lambda: {"form": "csv"}
    ),
    "promotions:plan": Route(
        "promotions.channels", get=404, post=404, kwargs=lambda: {"plan_id": 0}
    ),
    "promotions:ad_items": Route("promotions.channels", get=200),
    "promotions:ad_items_export": Route(
        "promotions.channels", get=200, kwargs=lambda: {"form": "csv"}
    ),
    "promotions:ad_item": Route("promotions.channels", get=404, kwargs=lambda: {"item_no": "0"}),
    "promotions:affiliates": Route("promotions.channels", get=200),
    "promotions:affiliates_export": Route(
        "promotions.channels", get=200, kwargs=lambda: {"form": "csv"}
    ),
    "promotions:channel_accounts": Route("promotions.channels", get=200, post=200),
    "promotions:channel_reports": Route("promotions.channels", get=200),
    "promotions_api:channels": Route("promotions.channels", get=200),
    "promotions_api:plans": Route("promotions.channels", get=200),
    "promotions_api:ad_items": Route("promotions.channels", get=200),
    "promotions_api:note_balance": Route("promotions.channels", post=400),
    # --- gifts
    "promotions:gifts": Route("promotions.view", get=200),
    "promotions:gift_new": Route("promotions.edit", get=200, post=422),
    "promotions:gift": Route("promotions.view", get=404, post=404, kwargs=lambda: {"rule_id": 0}),
    "promotions:gift_edit": Route(
        "promotions.edit", get=404, post=404, kwargs=lambda: {"rule_id": 0}
    ),
    "promotions_api:gifts": Route("promotions.view", get=200),
    "promotions_api:gift_new": Route("promotions.edit", post=400),
    "promotions_api:gift": Route("promotions.view", get=404, kwargs=lambda: {"rule_id": 0}),
    "promotions_api:gift_edit": Route("promotions.edit", post=400, kwargs=lambda: {"rule_id": 0}),
    "promotions_api:gift_switch": Route("promotions.edit", post=400, kwargs=lambda: {"rule_id": 0}),
    # --- partners, tools, tests, material, festivals
    "promotions:distributors": Route("promotions.partners", get=200, post=200),
    "promotions:distributor": Route(
        "promotions.partners", get=404, post=404, kwargs=lambda: {"distributor_id": 0}
    ),
    "promotions:seen_image": Route("promotions.partners", get=404, kwargs=lambda: {"seen_id": 0}),
    "promotions:partners": Route("promotions.partners", get=200, post=200),
    "promotions:partner": Route(
        "promotions.partners", get=404, post=404, kwargs=lambda: {"partner_id": 0}
    ),
    "promotions:subscriptions": Route("promotions.partners", get=200, post=200),
    "promotions:subscription": Route(
        "promotions.partners", get=404, post=404, kwargs=lambda: {"subscription_id": 0}
    ),
    "promotions:tests": Route("promotions.view", get=200, post=200),
    "promotions:test": Route("promotions.view", get=404, post=404, kwargs=lambda: {"trial_id": 0}),
    "promotions:material": Route("promotions.view", get=200, post=200),
    "promotions:material_one": Route(
        "promotions.view", get=404, post=404, kwargs=lambda: {"material_id": 0}
    ),
    "promotions:material_image": Route(
        "promotions.view", get=404, kwargs=lambda: {"material_id": 0}
    ),
    "promotions:festivals": Route("promotions.view", get=200, post=200),
    "promotions_api:distributors": Route("promotions.partners", get=200),
    "promotions_api:move_distributor": Route(
        "promotions.partners", post=400, kwargs=lambda: {"distributor_id": 0}
    ),
    "promotions_api:note_distributor": Route(
        "promotions.partners", post=400, kwargs=lambda: {"distributor_id": 0}
    ),
    "promotions_api:agree_price": Route(
        "promotions.partners", post=400, kwargs=lambda: {"distributor_id": 0}
    ),
    "promotions_api:seen_prices": Route(
        "promotions.partners", get=404, post=400, kwargs=lambda: {"distributor_id": 0}
    ),
    "promotions_api:partners": Route("promotions.partners", get=200),
    "promotions_api:exchanges": Route(
        "promotions.partners", get=404, kwargs=lambda: {"partner_id": 0}
    ),
    "promotions_api:exchange_figures": Route(
        "promotions.partners", post=400, kwargs=lambda: {"exchange_id": 0}
    ),
    "promotions_api:subscriptions": Route("promotions.partners", get=200),
    "promotions_api:trials": Route("promotions.view", get=200),
    "promotions_api:trial": Route("promotions.view", get=404, kwargs=lambda: {"trial_id": 0}),
    "promotions_api:trial_day": Route("promotions.edit", post=400, kwargs=lambda: {"trial_id": 0}),
    "promotions_api:material": Route("promotions.view", get=200),
    "promotions_api:festivals": Route("promotions.view", get=200),
    # --- service desk
    "crm:agents": Route("crm.view_own_figures", get=200),
    "crm:agent": Route("crm.view_own_figures", get={403, 404}, kwargs=lambda: {"agent_id": 0}),
    "crm:agent_enter": Route("crm.lead_service", get=404, post=404, kwargs=lambda: {"agent_id": 0}),
    "crm:service_settings": Route("crm.lead_service", get=200, post=200),
    "crm:bonus": Route("crm.view_own_figures", get=200, post={302, 403}),
    "crm:bonus_rule": Route("crm.lead_service", get=200, post=200),
    "crm:bonus_sheet": Route(
        "crm.view_own_figures", get=404, post=404, kwargs=lambda: {"sheet_id": 0}
    ),
    "crm:bonus_export": Route("crm.view_own_figures", get=404, kwargs=lambda: {"sheet_id": 0}),
    "crm:training": Route("crm.view_own_figures", get=200),
    "crm:exam_new": Route("crm.lead_service", get=200, post=200),
    "crm:exam": Route("crm.view_own_figures", get=404, post=404, kwargs=lambda: {"exam_id": 0}),
    "crm:exam_edit": Route("crm.lead_service", get=404, post=404, kwargs=lambda: {"exam_id": 0}),
    "crm:exam_result": Route("crm.view_own_figures", get=404, kwargs=lambda: {"result_id": 0}),
    "crm:agent_customers": Route("crm.view_own_figures", get=200, post={302, 403}),
    "crm_api:agents": Route("crm.view_own_figures", get=200),
    "crm_api:agent_days": Route("crm.lead_service", post=400),
    "crm_api:bonus": Route("crm.view_own_figures", get=200, post={400, 403}),
    "crm_api:bonus_line": Route("crm.lead_service", post=400, kwargs=lambda: {"line_id": 0}),
    "crm_api:exam_results": Route("crm.view_own_figures", get=200),
    # --- figures
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
    # --- work
    "intake:imports": Route("intake.view", get=200),
    "intake:upload": Route("intake.import", post=400),
    "intake:batch": Route("intake.view", get=404, kwargs=_batch),
    "intake:progress": Route("intake.view", get=404, kwargs=_batch),
    "intake:commit": Route("intake.import", post=404, kwargs=_batch),
    "intake:discard": Route("intake.import", post=404, kwargs=_batch),
    "intake:undo": Route("intake.undo", post=404, kwargs=_batch),
    "intake:errors": Route("intake.import", get=404, kwargs=_batch),
    "work:runs": Route("work.view", get=200),
    "work:run": Route("work.view", get=404, kwargs=_run),
    "work:progress": Route("work.view", get=404, kwargs=_run),
    "work:act": Route("work.control", post=404, kwargs=lambda: {**_run(), "act": "pause"}),
    # --- segments and campaigns
    "crm:segments": Route("crm.campaign", get=200),
    "crm:new_segment": Route("crm.campaign", get=200, post=422),
    "crm:segment_live": Route("crm.campaign", post=200),
    "crm:segment": Route("crm.campaign", get=404, post=404, kwargs=_segment),
    "crm:segment_away": Route("crm.campaign", post=404, kwargs=_segment),
    "crm:campaigns": Route("crm.campaign", get=200),
    "crm:campaign_compare": Route("crm.campaign", get=200),
    "crm:new_campaign": Route("crm.campaign", get=200, post=422),
    "crm:campaign_text": Route("crm.campaign", post=200),
    "crm:campaign": Route("crm.campaign", get=404, kwargs=_campaign),
    "crm:edit_campaign": Route("crm.campaign", get=404, post=404, kwargs=_campaign),
    "crm:campaign_people": Route("crm.campaign", get=404, kwargs=_campaign),
    "crm:campaign_csv": Route("crm.campaign", get=404, kwargs=_campaign),
    "crm:campaign_file": Route("crm.send", post=404, kwargs=_campaign),
    "crm:campaign_act": Route(
        "crm.campaign", post=404, kwargs=lambda: {**_campaign(), "what": "pause"}
    ),
    "crm:campaign_send": Route(
        "crm.send", post=404, kwargs=lambda: {**_campaign(), "what": "approve"}
    ),
    "crm:replies": Route("crm.campaign", get=200, post=422),
    "crm:message_rules": Route("crm.campaign", get=200, post={403, 422}),
    "crm_api:segments": Route("crm.campaign", get=200, post=400),
    "crm_api:segment_count": Route("crm.campaign", post=400),
    "crm_api:segment": Route("crm.campaign", post=400, kwargs=_segment),
    "crm_api:campaigns": Route("crm.campaign", get=200),
    "crm_api:result": Route("crm.campaign", get=404, kwargs=_campaign),
    "crm_api:stop": Route("crm.campaign", post=400, kwargs=_campaign),
    "crm_api:replies": Route("crm.campaign", post=400),
    # --- customers
    "crm:customers": Route("crm.view", get=200),
    "crm:rfm": Route("crm.view", get=200, post=200),
    "crm:tags": Route("crm.view", get=200, post=200),
    "crm:customer": Route("crm.view", get=404, post=404, kwargs=lambda: {"pk": 0}),
    "crm:merge": Route("crm.merge", get=404, post=302, kwargs=lambda: {"pk": 0}),
    "crm_api:customers": Route("crm.view", get=200),
    "crm_api:value": Route("crm.view", get=404),
    "crm_api:put_tag": Route("crm.edit", post=400, kwargs=lambda: {"customer_id": 0}),
    # --- members: tiers, points, occasions, draws
    "crm:tiers": Route("crm.view", get=200),
    "crm:tier_edit": Route("crm.set_tiers", get=200, post=422),
    "crm:points": Route("crm.view", get=200, post=200),
    "crm:occasions": Route("crm.view", get=200, post=200),
    "crm:occasion": Route("crm.view", get=404, post=404, kwargs=lambda: {"occasion_id": 0}),
    "crm:draws": Route("crm.view", get=200, post=200),
    "crm:draw": Route("crm.view", get=404, post=404, kwargs=lambda: {"draw_id": 0}),
    "crm:draw_proof": Route("crm.view", get=404, kwargs=lambda: {"draw_id": 0}),
    "crm_api:tiers": Route("crm.view", get=200),
    "crm_api:points": Route("crm.view", get=404, kwargs=lambda: {"customer_id": 0}),
    "crm_api:spend_points": Route("crm.edit", post=400, kwargs=lambda: {"customer_id": 0}),
    "crm_api:adjust_points": Route("crm.points", post=400, kwargs=lambda: {"customer_id": 0}),
    "crm_api:occasions": Route("crm.view", get=200),
    "crm_api:draws": Route("crm.view", get=200),
    "crm_api:enter_draw": Route("crm.edit", post=400, kwargs=lambda: {"draw_id": 0}),
}

WHO = ["anonymous", "outsider", "service", "warehouse", "manager", "administrator"]
RIGHTS_OF = {row.code: row.rights for row in ROLES} | {"outsider": frozenset(), "anonymous": None}


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}" if pattern.name else f"nameless: {pattern.pattern}"


def test_every_address_is_in_the_table():
    names = set(_names(get_resolver()))

    assert names - set(ROUTES) == set(), "add these addresses to ROUTES"
    assert set(ROUTES) - names == set(), "these rows have no address any more"


def test_every_right_of_the_table_exists():
    known = {right for row in ROLES for right in row.rights}

    asked = {route.right for route in ROUTES.values()} - {PUBLIC, SIGNED_IN}

    assert asked <= known


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ROUTES)
def test_an_address_answers_those_who_may_and_refuses_the_others(name, who, shop, request):
    route = ROUTES[name]
    client: Client = request.getfixturevalue(who if who == "anonymous" else f"as_{who}")
    if who == "anonymous":
        PersonFactory()  # a shop without people would lead everybody to its set-up
    url = reverse(name, kwargs=route.kwargs())

    for method in ("get", "put", "patch", "delete", "post"):
        response = _send(client, method, url)

        expected = _expected(route, who, method, is_api=url.startswith("/api/"))
        assert response.status_code in expected, f"{who} {method.upper()} {url}"
        if response.status_code == 302 and who == "anonymous" and route.right != PUBLIC:
            assert response.url.startswith(reverse("account_login"))


def _send(client: Client, method: str, url: str) -> Any:
    if url.startswith("/api/") and method != "get":
        return getattr(client, method)(url, data={}, content_type="application/json")
    return getattr(client, method)(url)


def _expected(route: Route, who: str, method: str, *, is_api: bool) -> set[int]:
    get, post = route.get, route.post
    if who == "anonymous" and route.anonymous:
        get, post = route.anonymous
    # Views of others take PUT for POST; none of ours offers more than the two.
    offered = _statuses(get if method == "get" else post)
    if method not in {"get", "post"}:
        offered = offered | {NOT_OFFERED}
    refusal = None if route.right == PUBLIC else _refusal(route.right, who, is_api=is_api)
    if refusal is None:
        return offered
    # Which of the two is said first where both are true does not matter.
    return {refusal, NOT_OFFERED} if NOT_OFFERED in offered else {refusal}


def _refusal(right: str, who: str, *, is_api: bool) -> int | None:
    held = RIGHTS_OF[who]
    if held is None:
        return 401 if is_api else 302
    return None if right == SIGNED_IN or right in held else 403


def _statuses(status: Status) -> set[int]:
    return status if isinstance(status, set) else {status}


def test_a_role_holds_in_the_database_what_the_table_says(db):
    stored = {role.code: frozenset(role.rights) for role in Role.objects.filter(is_built_in=True)}

    assert stored == {row.code: row.rights for row in ROLES}
