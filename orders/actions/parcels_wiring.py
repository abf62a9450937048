"""What parcels add to the ground floor: a run after imports, gifts at approval, words for the log."""

from django.utils.translation import gettext_lazy as _

from orders import registry
from orders.actions import address_news, gifts, parcel_news, parcels
from orders.choices import ConsentChannel, MergeRisk
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind

OPERATIONS = {
    "orders.parcel.merged": _("合单"),
    "orders.parcel.split": _("拆单"),
    "orders.parcel.undone": _("撤销合单或拆单"),
    "orders.parcel.taken_out": _("从合单里拿出来"),
    "orders.parcel.set_apart": _("定了分开发"),
    "orders.parcel.followed": _("包裹跟着文件改了"),
    "orders.order.gift_added": _("加赠品"),
    "orders.order.gift_removed": _("去掉赠品"),
}
FIELDS = {
    "parcel": _("包裹"),
    "parcels": _("包裹"),
    "with": _("一起的单"),
    "risk": _("风险"),
    "address": _("用哪一单的地址"),
    "consent": _("买家同意的渠道"),
    "sku": _("商家编码"),
    "pieces": _("件数"),
    "source": _("来源"),
    "word": _("关键词"),
}


def register() -> None:
    """Make all of it known; once, when the apps are ready."""
    register_kind(
        KindSpec(
            parcel_news.KIND,
            _("核对包裹"),
            "quick",
            parcel_news.perform_following,
            "orders.view",
        )
    )
    register_kind(
        KindSpec(
            address_news.KIND, _("核对地址"), "quick", address_news.perform_look, "orders.view"
        )
    )
    registry.after_import(parcel_news.request_following)
    registry.after_import(address_news.request_look)
    registry.after_approval(gifts.give_by_keywords)
    registry.after_approval(parcels.follow_after_approval)
    name_operations(OPERATIONS)
    name_parts("field", FIELDS)
    name_parts("risk", {risk.value: risk.label for risk in MergeRisk})
    name_parts("consent", {one.value: one.label for one in ConsentChannel})
    name_parts("source", {"hand": _("手工"), "keyword": _("关键词")})
