"""What the warehouse adds to the ground floor: words for the log, and orders that come back from a hold."""

from django.utils.translation import gettext_lazy as _

from orders import registry
from orders.actions.warehouse.rejoining import rejoin_waves
from shopops.staff.operations import name_operations, name_parts


def register() -> None:
    """Register everything, once, from `AppConfig.ready`."""
    registry.after_approval(rejoin_waves)
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", FIELDS)


OBJECTS = {
    "wave": _("波次"),
    "parcel": _("包裹"),
    "sheet": _("交接单"),
    "sku": _("商家编码"),
    "packing_standard": _("包装标准"),
}
FIELDS = {
    "wave": _("波次"),
    "parcel": _("包裹"),
    "parcels": _("包裹数"),
    "pieces": _("件数"),
    "picker": _("拣货人"),
    "person": _("谁"),
    "name": _("名字"),
    "grams": _("克"),
    "sheet": _("交接单"),
    "kept": _("留下的"),
    "by_hand": _("手工"),
}
OPERATIONS = {
    "orders.wave.built": _("建了波次"),
    "orders.wave.assigned": _("派了拣货人"),
    "orders.wave.picking": _("开始拣货"),
    "orders.wave.picked": _("拣完了"),
    "orders.wave.cancelled": _("取消了波次"),
    "orders.order.in_wave": _("进了波次"),
    "orders.order.out_of_wave": _("移出波次"),
    "orders.order.picked": _("拣完了"),
    "orders.order.checked": _("验货打包完"),
    "orders.order.checked_once": _("验过，等二次质检"),
    "orders.order.check_refused": _("二次质检退回"),
    "orders.parcel.taken_over": _("接手了打包台上的包裹"),
    "orders.parcel.put_aside": _("跳过了包裹"),
    "orders.parcel.off_sheet": _("从交接单拿下"),
    "orders.sheet.signed": _("交接单签了"),
    "orders.packing_standard.saved": _("改了包装标准"),
    "orders.packing_standard.dropped": _("去掉了包装标准"),
    "products.skus.changed": _("改了货位、条码或重量"),
}
