"""What goods write into the operation log, in words."""

from django.utils.translation import gettext_lazy as _

from products.choices import GoodsRuleCode, PriceKind, ProductStatus, ViolationState
from products.wording import catalogue
from shopops.staff.operations import name_operations, name_parts

OBJECTS = {
    "product": _("商品"),
    "sku": _("SKU"),
    "stock_count": _("盘点"),
    "stock_rule": _("库存规则"),
    "purchase": _("采购单"),
    "supplier": _("供应商"),
    "shelf": _("上下架计划"),
    "competitor": _("对手"),
    "violation": _("违规"),
    "listing_word": _("上架词"),
    "goods_rule": _("商品规则"),
}
FIELDS = {
    "on_hand": _("在库"),
    "quantity": _("数量"),
    "threshold": _("警戒线"),
    "cover_days": _("可售天数"),
    "safety": _("安全库存"),
    "expected_on": _("预计到货"),
    "arrived": _("到货"),
    "defect": _("次品"),
    "pieces": _("件数"),
    "lines": _("行数"),
    "differences": _("差异"),
    "lead_days": _("交期"),
    "supplier": _("供应商"),
    "code": _("商家编码"),
    "amount": _("金额"),
    "field": _("字段"),
    "source": _("来源"),
    "parts": _("套装内容"),
    "size": _("尺寸"),
    "drafts": _("新草稿"),
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
    "products.stock.receipt": _("入库"),
    "products.stock.adjust": _("调整库存"),
    "products.stock.scrap": _("报损"),
    "products.stock.gift": _("赠送出库"),
    "products.stock.return": _("退货入库"),
    "products.stock.limits_set": _("改了警戒线"),
    "products.stock_rule.set": _("改了库存规则"),
    "products.warning.acted": _("处理了缺货"),
    "products.count.opened": _("开始盘点"),
    "products.count.booked": _("盘点入账"),
    "products.count.cancelled": _("取消盘点"),
    "products.purchase.created": _("新建采购单"),
    "products.purchase.line_changed": _("改了采购单内容"),
    "products.purchase.ordered": _("采购单下单"),
    "products.purchase.paid": _("采购单付款"),
    "products.purchase.sent": _("供应商发出"),
    "products.purchase.arrived": _("采购到货"),
    "products.purchase.closed": _("结束采购单"),
    "products.supplier.added": _("新增供应商"),
    "products.supplier.changed": _("改了供应商"),
    "products.supplier.price_set": _("记了供应商报价"),
    "products.product.edited": _("改了商品资料"),
    "products.product.image_set": _("换了主图"),
    "products.sku.edited": _("改了 SKU 资料"),
    "products.sku.bundle_set": _("改了套装"),
    "products.conflict.decided": _("决定了资料冲突"),
    "products.template.written": _("写出了 SKU 模板"),
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


def name_all() -> None:
    """Give the log its words of goods."""
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", {**catalogue.FIELDS, **FIELDS})
    name_parts("status", {one.value: one.label for one in ProductStatus})
    name_parts("price_kind", {one.value: one.label for one in PriceKind})
    name_parts("violation_state", {one.value: one.label for one in ViolationState})
    name_parts("goods_rule", {one.value: one.label for one in GoodsRuleCode})
