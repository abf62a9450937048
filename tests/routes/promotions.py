"""Who may open what: activities, prices, channels, gifts, partners."""

from tests.routes.row import Route, activity_key

ROUTES: dict[str, Route] = {
    # --- activities
    "promotions:calendar": Route("promotions.view", get=200, post=200),
    "promotions:board": Route("promotions.view", get=200),
    "promotions:new_activity": Route("promotions.edit", get=200, post=422),
    "promotions:activity": Route("promotions.view", get=404, post=404, kwargs=activity_key),
    "promotions:edit_activity": Route("promotions.edit", get=404, post=404, kwargs=activity_key),
    "promotions:activity_pick": Route("promotions.edit", get=404, post=404, kwargs=activity_key),
    "promotions:activity_items": Route("promotions.edit", get=404, post=404, kwargs=activity_key),
    "promotions:profit": Route("promotions.set_rules", get=200, post=422),
    "promotions_api:activities": Route("promotions.view", get=200),
    "promotions_api:new_activity": Route("promotions.edit", post=400),
    "promotions_api:activity": Route("promotions.view", get=404, kwargs=activity_key),
    "promotions_api:move_activity": Route("promotions.edit", post=400, kwargs=activity_key),
    "promotions_api:move_dates": Route("promotions.edit", post=400, kwargs=activity_key),
    "promotions_api:put_items": Route("promotions.edit", post=400, kwargs=activity_key),
    "promotions_api:check_activity": Route("promotions.edit", post=404, kwargs=activity_key),
    "promotions_api:publish_activity": Route("promotions.edit", post=400, kwargs=activity_key),
    "promotions_api:approve_activity": Route("promotions.approve", post=400, kwargs=activity_key),
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
    "promotions:prices_export": Route("promotions.view", get=200, kwargs=lambda: {"form": "csv"}),
    "promotions:freight": Route("promotions.view", get=200),
    "promotions:freight_new": Route("promotions.set_rules", get=200, post=422),
    "promotions:freight_one": Route(
        "promotions.view", get=404, post=404, kwargs=lambda: {"template_id": 0}
    ),
    "promotions_api:freight": Route("promotions.view", get=200),
    "promotions_api:freight_new": Route("promotions.set_rules", post=400),
    "promotions_api:freight_one": Route(
        "promotions.view", get=404, kwargs=lambda: {"template_id": 0}
    ),
    "promotions_api:freight_edit": Route(
        "promotions.set_rules", post=400, kwargs=lambda: {"template_id": 0}
    ),
    "promotions:protection": Route("promotions.view", get=200, post=200),
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
}
