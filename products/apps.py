"""What goods add to the ground floor: kinds of files, words for the log."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "products"
    label = "products"

    def ready(self) -> None:
        from products import wording
        from products.actions.importing import kinds
        from products.queries.pictures import stored_names
        from shopops.intake.registry import keep_files
        from shopops.staff.operations import name_operations, name_parts

        kinds.register()
        keep_files(stored_names)
        name_operations(OPERATIONS)
        name_parts("object", OBJECTS)
        name_parts("field", {**wording.FIELDS, **FIELDS})


OBJECTS = {"product": _("商品"), "sku": _("SKU")}
FIELDS = {
    "field": _("字段"),
    "source": _("来源"),
    "parts": _("套装内容"),
    "size": _("尺寸"),
    "drafts": _("新草稿"),
}
OPERATIONS = {
    "products.product.edited": _("改了商品资料"),
    "products.product.image_set": _("换了主图"),
    "products.sku.edited": _("改了 SKU 资料"),
    "products.sku.bundle_set": _("改了套装"),
    "products.conflict.decided": _("决定了资料冲突"),
    "products.template.written": _("写出了 SKU 模板"),
}
