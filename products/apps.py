"""What goods add to the ground floor: kinds of work, daily checks, words for the log, start rows."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "products"
    label = "products"

    def ready(self) -> None:
        _listing()
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="products.start_data")


def _listing() -> None:
    """Listing, watch, prices and quality."""
    from products import checks
    from products.actions import listing, watch
    from products.choices import GoodsRuleCode, PriceKind, ProductStatus, ViolationState
    from shopops.staff.operations import name_operations, name_parts
    from shopops.work.registry import KindSpec, register_kind
    from shopops.work.schedule import register_scheduled

    register_kind(
        KindSpec(listing.KIND, _("上架检查"), "quick", listing.perform_check_all, "products.view")
    )
    register_kind(
        KindSpec(watch.DAILY, _("算品质与二检"), "quick", watch.perform_daily, "products.view")
    )
    register_kind(
        KindSpec(
            watch.FINDINGS, _("重看商品的发现"), "quick", watch.perform_findings, "products.view"
        )
    )
    # Before the daily checks of 7:30, which tell what these find.
    register_scheduled(listing.KIND, at=time(5, 20), catch_up_days=1)
    register_scheduled(watch.DAILY, at=time(6, 10), catch_up_days=1)
    checks.register()
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", FIELDS)
    name_parts("status", {one.value: one.label for one in ProductStatus})
    name_parts("price_kind", {one.value: one.label for one in PriceKind})
    name_parts("violation_state", {one.value: one.label for one in ViolationState})
    name_parts("goods_rule", {one.value: one.label for one in GoodsRuleCode})


def _after_migrate(**_kwargs: Any) -> None:  # noqa: ANN401
    """Django's own hook: a new database gets the start rules and words."""
    from products.actions.goods_rules import ensure_start_data

    ensure_start_data()


OBJECTS = {
    "product": _("商品"),
    "sku": _("SKU"),
    "shelf": _("上下架计划"),
    "competitor": _("对手"),
    "violation": _("违规"),
    "listing_word": _("上架词"),
    "goods_rule": _("商品规则"),
}
FIELDS = {
    "status": _("状态"),
    "category": _("类目"),
    "brand": _("品牌"),
    "promise": _("发货承诺（小时）"),
    "price": _("价格"),
    "price_kind": _("哪种价"),
    "applied": _("已生效"),
    "waiting": _("等批"),
    "codes": _("商家编码"),
    "slot": _("上架时间"),
    "moved": _("挪动"),
    "by_hand": _("手排"),
    "in": _("放进"),
    "out": _("拿出"),
    "word": _("词"),
    "failed": _("不通过"),
    "unknown": _("看不出"),
    "looks": _("记录数"),
    "kind": _("类型"),
    "violation_state": _("违规状态"),
}
OPERATIONS = {
    "products.listing.checked": _("检查了上架"),
    "products.product.material_saved": _("改了上架资料"),
    "products.product.listed": _("标为在售"),
    "products.product.delisted": _("标为下架"),
    "products.word.exempted": _("放行了一个词"),
    "products.word.exemption_withdrawn": _("收回了放行的词"),
    "products.word.added": _("加了上架词"),
    "products.word.changed": _("改了上架词"),
    "products.word.ended": _("停了上架词"),
    "products.rule.changed": _("改了商品规则"),
    "products.shelf.planned": _("排了上下架"),
    "products.shelf.moved": _("手排了上架时间"),
    "products.shelf.released": _("放回自动排"),
    "products.shelf.showcase_filled": _("换了橱窗"),
    "products.rank.recorded": _("记了搜索名次"),
    "products.competitor.added": _("加了对手"),
    "products.competitor.stopped": _("不再盯对手"),
    "products.competitor.resumed": _("又开始盯对手"),
    "products.competitor.seen": _("记了对手动态"),
    "products.violation.recorded": _("登记了违规"),
    "products.violation.appealed": _("提交了申诉"),
    "products.violation.passed_on": _("换了违规负责人"),
    "products.violation.ended": _("违规结案"),
    "products.price.changed": _("改了价"),
    "products.price.asked": _("提了改价，等店长批"),
    "products.price.approved": _("批了改价"),
    "products.price.refused": _("没批改价"),
    "products.price.bulk_changed": _("批量改了价"),
}
