"""Who may open what: products, stock, supply, listing, prices."""

from tests.routes.row import Route, order_key, product_key, purchase_key, run_key, sku_key

ROUTES: dict[str, Route] = {
    # --- products
    "products:list": Route("products.view", get=200),
    "products:bulk": Route("products.edit", post=404),
    "products:export": Route("products.export", post=302),
    "products:export_file": Route("products.export", get=404, kwargs=lambda: {"run_id": 0}),
    "products:columns": Route("products.view", get=200, post=302),
    "products:conflicts": Route("products.view", get=200),
    "products:decide": Route("products.decide_conflict", post=302),
    "products:skus": Route("products.view", get=200),
    "products:sku": Route("products.view", get=404, kwargs=sku_key),
    "products:edit_sku": Route("products.edit", post=404, kwargs=sku_key),
    "products:bundle": Route("products.edit", post=404, kwargs=sku_key),
    "products:product": Route("products.view", get=404, kwargs=product_key),
    "products:edit_product": Route("products.edit", post=404, kwargs=product_key),
    "products:image": Route("products.view", get=404, kwargs=product_key),
    "products:set_image": Route("products.edit", post=302, kwargs=product_key),
    "products:days_csv": Route("products.view", get=404, kwargs=product_key),
    "products:template": Route("products.edit", post=404, kwargs=product_key),
    "products_api:products": Route("products.view", get=200),
    "products_api:product": Route("products.view", get=404, kwargs=product_key),
    "products_api:edit_product": Route("products.edit", post=400, kwargs=product_key),
    "products_api:skus": Route("products.view", get=200),
    "products_api:edit_sku": Route("products.edit", post=400, kwargs=sku_key),
    "products_api:bundle": Route("products.edit", post=400, kwargs=sku_key),
    "products_api:conflicts": Route("products.view", get=200),
    "products_api:decide": Route("products.decide_conflict", post=400),
    "orders_api:queues": Route("orders.view", get=200),
    "orders_api:orders": Route("orders.view", get={200, 400}),
    "orders_api:order": Route("orders.view", get=404, kwargs=order_key),
    "orders_api:traces": Route("orders.view_contact", get=404, kwargs=order_key),
    "orders_api:label": Route(
        "orders.hand_over", post={400, 404}, kwargs=lambda: {"code": "P00000000"}
    ),
    "orders_api:parcel_carrier": Route(
        "orders.hand_over", post={400, 404}, kwargs=lambda: {"code": "P00000000"}
    ),
    "orders_api:courier_scores": Route("orders.set_warehouse", get=200),
    "orders_api:approve": Route("orders.approve", post={400, 404}, kwargs=order_key),
    "orders_api:hold": Route("orders.hold", post={400, 404}, kwargs=order_key),
    "orders_api:tell": Route("orders.tell_buyer", post={400, 404}, kwargs=order_key),
    "orders_api:close_hold": Route("orders.hold", post={400, 404}, kwargs=order_key),
    "orders_api:hand_over": Route("orders.hand_over", post={400, 404}, kwargs=order_key),
    # --- goods: stock
    "products:stock": Route("products.view", get=200),
    "products:warnings": Route("products.view", get=200),
    "products:act_on_warning": Route("products.stock", post=404, kwargs=sku_key),
    "products:stock_shelf": Route("products.view", get=200),
    "products:stock_shelf_csv": Route("products.view", get=200),
    "products:counts": Route("products.view", get=200, post={302, 403}),
    "products:count": Route("products.view", get=404, post=404, kwargs=lambda: {"count_id": 0}),
    "products:ledger": Route("products.view", get=404, kwargs=sku_key),
    "products:move": Route(
        "products.stock", post=404, kwargs=lambda: {**sku_key(), "act": "adjust"}
    ),
    "products:purchases": Route("products.view", get=200, post={302, 403}),
    "products:purchase": Route("products.view", get=404, post=404, kwargs=purchase_key),
    "products:suppliers": Route("products.view", get=200, post={302, 403}),
    "products:supplier": Route(
        "products.view", get=404, post=404, kwargs=lambda: {"supplier_id": 0}
    ),
    "products:stock_rules": Route("products.view", get=200, post={302, 403, 422}),
    "products_api:stock": Route("products.view", get=200),
    "products_api:sku": Route("products.view", get=404, kwargs=sku_key),
    "products_api:move": Route("products.stock", post={400, 404}, kwargs=sku_key),
    "products_api:warnings": Route("products.view", get=200),
    "products_api:purchases": Route("products.view", get=200),
    "products_api:arrive": Route("products.purchase", post={400, 404}, kwargs=purchase_key),
    # --- goods: listing, watch, prices, quality
    # --- replenishment
    "products:replenishment": Route("products.view", get=200, post=302),
    "products:replenishment_order": Route("products.purchase", post=302),
    "products:replenishment_export": Route("products.view", post=302),
    "products:replenishment_file": Route("products.view", get=404, kwargs=run_key),
    "products:replenishment_sku": Route("products.view", get=404, kwargs=sku_key),
    "products:replenishment_rules": Route("products.view", get=200, post={302, 403, 422}),
    "products_api:replenishment": Route("products.view", get=200),
    "products_api:replenishment_sku": Route("products.view", get=404, kwargs=sku_key),
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
}
