"""The kinds of files that speak of goods."""

from datetime import timedelta

from products.actions.importing import words
from products.actions.importing.merging import Merger
from products.actions.importing.offer import Offer
from products.actions.importing.undo import undo
from products.importers import cost_table, item_file, product_days, shop_products, sku_template
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import FileKind


def template_offer(stage: str) -> Offer:
    """A template is of one item, and does not say which: the one that has its codes already.

    Where none has and all specs share one code, that code is the style.
    """
    codes = f"(SELECT merchant_code FROM {stage})"
    known = (
        "(SELECT CASE WHEN count(DISTINCT k.product_id) = 1 THEN min(k.product_id) END"
        f" FROM products_sku k WHERE k.code IN {codes} OR"
        f" (k.merchant_code <> '' AND k.merchant_code IN {codes}))"
    )
    style = (
        f"CASE WHEN {known} IS NULL AND (SELECT count(DISTINCT merchant_code) = 1 AND count(*) > 1"
        f" FROM {stage}) THEN s.merchant_code ELSE '' END"
    )
    return Offer(
        source=sku_template.KIND,
        products={"item_code": style},
        skus={
            "hint": known,
            "item_code": style,
            "merchant_code": "s.merchant_code",
            "spec": "s.spec",
            "list_amount": "s.list_amount",
            "shelf_quantity": "s.shelf_quantity",
            "is_on": "s.is_on",
        },
    )


def cost_offer(stage: str) -> Offer:
    """Styles by 款式编码, SKUs by 商品编码. Of a product's title the platform's word counts."""
    return Offer(
        source=cost_table.KIND,
        products={"item_code": "s.item_code", "title": "s.product_title", "brand": "s.brand"},
        weak=frozenset({"title"}),
        skus={
            "item_code": "s.item_code",
            "merchant_code": "s.code",
            "title": "s.title",
            "spec": "s.spec",
            "list_amount": "s.list_amount",
            "cost_amount": "s.cost_amount",
            "purchase_amount": "s.purchase_amount",
            "tag_amount": "s.tag_amount",
        },
    )


def days_offer(stage: str) -> Offer:
    """Products by 商品ID and 货号."""
    return Offer(
        source=product_days.KIND,
        products={
            "item_no": "s.item_no",
            "item_code": "s.item_code",
            "title": "s.title",
            "status": "s.status",
        },
    )


def shop_offer(stage: str) -> Offer:
    """Products by 商品id, SKUs by 商品编码."""
    return Offer(
        source=shop_products.KIND,
        products={
            "item_no": "s.item_no",
            "title": "s.product_title",
            "brand": "s.brand",
            "listed_at": "s.listed_at",
        },
        skus={
            "item_no": "s.item_no",
            "merchant_code": "s.code",
            "spec": "s.spec",
            "barcode": "s.barcode",
            "list_amount": "s.list_amount",
        },
        counts_products=True,
    )


def item_offer(stage: str) -> Offer:
    """Items by 数字ID or merchant code, SKUs out of `skuProps`."""
    return Offer(
        source=item_file.KIND,
        products={
            "item_no": "nullif(s.item_no, '0')",
            "item_code": "s.item_code",
            "title": "s.product_title",
            "category": "s.category",
            "listed_at": "s.listed_at",
            "in_showcase": "s.in_showcase",
            "attributes": "s.attributes",
        },
        skus={
            "item_no": "nullif(s.item_no, '0')",
            "item_code": "s.item_code",
            "merchant_code": "k.value ->> 'code'",
            "spec": "k.value ->> 'spec'",
            "list_amount": "(k.value ->> 'price')::numeric(12,2)",
            "shelf_quantity": "(k.value ->> 'quantity')::integer",
        },
        rows=f"{stage} s CROSS JOIN LATERAL jsonb_array_elements(s.skus) k",
        counts_products=True,
    )


_KINDS = (
    (sku_template, Merger(template_offer), timedelta(days=30)),
    (cost_table, Merger(cost_offer), timedelta(days=90)),
    (product_days, Merger(days_offer, has_days=True), timedelta(days=1)),
    (shop_products, Merger(shop_offer), timedelta(days=30)),
    (item_file, Merger(item_offer), timedelta(days=90)),
)


def file_kinds() -> list[FileKind]:
    """Give the kinds."""
    return [
        FileKind(
            code=importer.KIND,
            label=importer.LABEL,
            importer=importer.__name__,
            preview=merger.preview,
            merge=merger.merge,
            undo=undo,
            every=every,
            cells_right="products.view_cost" if importer is cost_table else "",
            column_words=words.column_words,
            value_words=words.value_words,
        )
        for importer, merger, every in _KINDS
    ]


def register() -> None:
    """Make the kinds known to the intake."""
    for kind in file_kinds():
        register_file_kind(kind)
