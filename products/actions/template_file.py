"""A product's SKUs written back as 千牛's template: instruction, header, rows, hidden sheet of keys.

Written as .xlsx: no library that is still kept writes the old .xls. 千牛 offers its template as .xls;
a file of the same cells saved as .xlsx may have to be saved as .xls by hand where it asks for that.
"""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from django.db import transaction

from products.importers.sku_template import CODE, FIXED, KIND, PRICE, QUANTITY, SHELF
from products.models import Product, Sku, StockLevel
from shopops.intake.models import Batch
from shopops.lib.exports import safe_cell
from shopops.staff import operations
from shopops.staff.models import User

SHEET, KEYS = "sku批量上传", "sku批量上传_hide"
INSTRUCTION = "请按照规范填写，销售属性不可编辑！'是否上架'请填写0或者1（1：上架；0：下架）。"
_KNOWN_KEYS = {
    "颜色分类": "p-1627207",
    "尺码": "p-20509",
    PRICE: "skuPrice",
    QUANTITY: "skuStock",
    CODE: "skuOuterId",
    SHELF: "skuStatus",
}
_WHOLE = ["颜色分类", "尺码"]


@transaction.atomic
def write_template(*, product_id: int, by: User, now: datetime) -> tuple[str, bytes]:
    """Give the file of a product's SKUs, and its name. The act is recorded.

    :raises Product.DoesNotExist: if there is none
    """
    product = Product.objects.get(pk=product_id)
    skus = list(Sku.objects.filter(product=product).select_related("level").order_by("pk"))
    operations.record(
        name="products.template.written",
        by=by,
        now=now,
        object_type="product",
        object_key=str(product.pk),
    )
    stem = product.item_no or product.item_code or str(product.pk)
    return f"sku_upload_{stem}.xlsx", template_bytes(skus, keys=known_keys())


def template_bytes(skus: Sequence[Sku], *, keys: dict[str, str]) -> bytes:
    """Write the workbook."""
    names, specs = _properties(skus)
    header = [*names, *FIXED]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_string(0, 0, INSTRUCTION)
        sheet.write_row(1, 0, header)
        for number, (sku, spec) in enumerate(zip(skus, specs, strict=True), start=2):
            _write_row(sheet, number, sku, [*spec, *[""] * len(names)][: len(names)])
        hidden = book.add_worksheet(KEYS)
        for number, name in enumerate(header):
            hidden.write_row(number, 0, [name, keys.get(name, "")])
        hidden.hide()
    return out.getvalue()


def _write_row(
    sheet: xlsxwriter.worksheet.Worksheet, number: int, sku: Sku, spec: list[str]
) -> None:
    for place, text in enumerate(spec):
        sheet.write_string(number, place, safe_cell(text))
    place = len(spec)
    if sku.list_amount is not None:
        sheet.write_number(number, place, float(sku.list_amount))
    sheet.write_number(number, place + 1, _quantity(sku))
    sheet.write_string(number, place + 2, sku.outside_code)
    sheet.write_number(number, place + 3, int(sku.is_on))


def _quantity(sku: Sku) -> int:
    """What is free, where stock is kept; else what the platform had."""
    level: StockLevel | None = getattr(sku, "level", None)
    if level is not None:
        return max(level.on_hand - level.allocated, 0)
    return sku.shelf_quantity or 0


def _properties(skus: Sequence[Sku]) -> tuple[list[str], list[list[str]]]:
    """Take specs apart: `颜色分类:黑;尺码:M` names its properties, `黑;M` has the usual ones."""
    parts = [[one for one in sku.spec.replace("：", ":").split(";") if one] for sku in skus]
    named = all(":" in one for spec in parts for one in spec) and any(parts)
    values = [[one.partition(":")[2] if named else one for one in spec] for spec in parts]
    width = max((len(spec) for spec in values), default=0)
    if named:
        longest = max(parts, key=len)
        return [one.partition(":")[0] for one in longest], values
    usual = [*_WHOLE, *(f"规格{n}" for n in range(3, width + 1))]
    return usual[: max(width, 1)], values


def known_keys() -> dict[str, str]:
    """Give what the platform calls columns: as the last templates that came in said."""
    keys: dict[str, str] = {}
    batches = Batch.objects.filter(kind=KIND).order_by("-pk").values_list("facts", flat=True)
    for facts in batches[:20]:
        for note in facts.get("notes", []):
            if note.startswith("hidden_keys|"):
                pairs = (one.partition("=") for one in note.split("|")[1:])
                keys = {name: key for name, _sign, key in pairs} | keys
    return _KNOWN_KEYS | keys
