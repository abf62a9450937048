"""Words of the log for what is done to benefits and price rules."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shopops.staff.operations import name_operations, name_parts

OPERATIONS = {
    "promotions.benefit.created": _("新建优惠"),
    "promotions.benefit.changed": _("改优惠"),
    "promotions.benefit.switched_on": _("打开优惠"),
    "promotions.benefit.switched_off": _("关掉优惠"),
    "promotions.rule.changed": _("改到手价规则"),
    "promotions.protection.event_added": _("加活动的价保"),
    "promotions.protection.labels_noted": _("记价保标签"),
}

# What the file kind is called, which its importer says without knowing languages.
STORED = (gettext_noop("商品价格管理"),)


def name_prices() -> None:
    """Give the log its words of benefits and price rules."""
    name_operations(OPERATIONS)
    name_parts(
        "object", {"benefit": _("优惠"), "price_rule": _("到手价规则"), "protection": _("价保")}
    )
    name_parts(
        "field",
        {
            "parameters": _("数字"),
            "is_on": _("开着"),
            "ends_at": _("结束"),
            "mark": _("出处标记"),
            "skus": _("商家编码数"),
            "orders": _("订单数"),
        },
    )
