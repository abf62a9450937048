"""What goods write into the operation log, in words."""

from django.utils.translation import gettext_lazy as _

from products.wording import catalogue
from shopops.staff.operations import name_operations, name_parts

OBJECTS = {
    "product": _("商品"),
    "sku": _("SKU"),
    "stock_count": _("盘点"),
    "stock_rule": _("库存规则"),
    "purchase": _("采购单"),
    "supplier": _("供应商"),
    # OBJECTS
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
    # FIELDS
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
    # OPS
}


def name_all() -> None:
    """Give the log its words of goods."""
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", {**catalogue.FIELDS, **FIELDS})
