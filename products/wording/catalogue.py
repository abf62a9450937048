"""Words of goods: names of fields and sources, values as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from products.choices import ProductRole, ProductStatus

FIELDS: dict[str, str | Promise] = {
    "item_no": _l("商品ID"),
    "item_code": _l("货号"),
    "title": _l("标题"),
    "category": _l("类目"),
    "brand": _l("品牌"),
    "season": _l("季节"),
    "status": _l("状态"),
    "role": _l("角色"),
    "is_main": _l("主推"),
    "listed_at": _l("上架时间"),
    "in_showcase": _l("橱窗推荐"),
    "promise_hours": _l("承诺小时"),
    "product_id": _l("属于商品"),
    "spec": _l("规格"),
    "barcode": _l("条码"),
    "list_amount": _l("售价"),
    "cost_amount": _l("成本价"),
    "purchase_amount": _l("采购价"),
    "tag_amount": _l("吊牌价"),
    "shelf_quantity": _l("平台库存"),
    "is_on": _l("上架"),
    "bin_code": _l("货位"),
    "weight_grams": _l("重量（克）"),
    "pack_size": _l("装箱数"),
    "visitors": _l("访客"),
    "paid_pieces": _l("支付件数"),
    "paid_amount": _l("支付金额"),
    "refunded_amount": _l("退款金额"),
}
SECRET = frozenset({"cost_amount", "purchase_amount", "floor_amount"})
SOURCES: dict[str, str | Promise] = {
    "products.sku_template": _l("千牛 SKU 模板"),
    "products.cost_table": _l("成本表"),
    "products.product_days": _l("生意参谋商品日报"),
    "products.shop_products": _l("商家中心商品信息"),
    "products.item_file": _l("淘宝助理宝贝"),
    "orders": _l("订单"),
    "hand": _l("手工填写"),
}
# What importers, which know no Django, say of a row, and names of kinds and sums; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("盘点表"),
    gettext_noop("{name}超过 {n} 个字符"),
    gettext_noop("{name}里有看不见的字符"),
    gettext_noop("不是比率，应当像 78.15% 或 0.7815"),
    gettext_noop("不是数字"),
    gettext_noop("不是日期，应当像 2026-06-18"),
    gettext_noop("不认识的商品状态，没有猜"),
    gettext_noop("是否上架应当填 0 或 1"),
    gettext_noop("销售属性组合不是「价格:数量:编码:属性;」的样子"),
    gettext_noop("数字ID 和商家编码都没有，对不上任何商品"),
    gettext_noop("千牛 SKU 模板"),
    gettext_noop("成本表"),
    gettext_noop("生意参谋商品日报"),
    gettext_noop("商家中心商品信息"),
    gettext_noop("淘宝助理宝贝"),
    gettext_noop("支付金额"),
    gettext_noop("成功退款金额"),
)


def field_words(name: str) -> str:
    """Give the name of a field."""
    return str(FIELDS.get(name, name))


def source_words(source: str) -> str:
    """Give the name of a source."""
    return str(SOURCES.get(source, source))


def value_words(name: str, value: object) -> str:
    """Give a value as it is kept with a change or a conflict, as people read it."""
    if value is None or value == "":
        return ""
    text = str(value)
    if name.endswith("_amount"):
        return f"¥{float(text):,.2f}"
    if text.lower() in ("true", "false"):
        return _("是") if text.lower() == "true" else _("否")
    named = {"status": ProductStatus.choices, "role": ProductRole.choices}.get(name)
    if named:
        return str(dict(named).get(text, text))
    return text[:19] if name.endswith("_at") else text
