"""What a file offers about products and SKUs: rows of its staging table by the names of our fields."""

from dataclasses import dataclass

from products.rules.sources import PRODUCT_POLICIES, SKU_POLICIES

# Columns by which a row names its product and its SKU.
_PRODUCT_KEYS = ("line_no", "item_no", "item_code")
_SKU_KEYS = ("line_no", "item_no", "item_code", "hint", "merchant_code", "spec")
TYPES = {
    "title": "text", "category": "text", "status": "text", "brand": "text", "item_code": "text",
    "item_no": "text", "barcode": "text", "spec": "text", "listed_at": "timestamptz",
    "in_showcase": "boolean", "is_on": "boolean", "attributes": "jsonb",
    "product_id": "bigint", "shelf_quantity": "integer", "list_amount": "numeric(12,2)",
    "cost_amount": "numeric(12,2)", "purchase_amount": "numeric(12,2)",
    "tag_amount": "numeric(12,2)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """How a kind's staged rows read as products and SKUs.

    `products` and `skus` map our fields to expressions over s, a staged row; the keys (`item_no`,
    `item_code`, `merchant_code`, `spec`, `hint`, the id of a product known otherwise) stand among
    them. `rows` is the FROM clause where a staged row holds several SKUs. `weak` fields of products
    only fill what is empty.
    """

    source: str
    products: dict[str, str] | None = None
    skus: dict[str, str] | None = None
    rows: str = "{stage} s"
    weak: frozenset[str] = frozenset()
    # Whether a row that brings a product, without a SKU, counts as a new one.
    counts_products: bool = False

    @property
    def product_fields(self) -> list[str]:
        """Fields of products that the file speaks of."""
        return [name for name in PRODUCT_POLICIES if name in (self.products or {})]

    @property
    def sku_fields(self) -> list[str]:
        """Fields of SKUs that the file speaks of; the product is one where the file names it."""
        said = set(self.skus or {})
        return [name for name in SKU_POLICIES if name in said or name == "product_id"]

    def products_sql(self, stage: str) -> str:
        """Select products: keys and fields."""
        assert self.products is not None  # noqa: S101
        names = [name for name in self.product_fields if name not in _PRODUCT_KEYS]
        keys = [
            f"coalesce({self.products.get(name, "''")}, '') AS {name}"
            for name in ("item_no", "item_code")
        ]
        listed = ["s.line_no", *keys, *(f"{self.products[name]} AS {name}" for name in names)]
        return f"SELECT {', '.join(listed)} FROM {stage} s"

    def skus_sql(self, stage: str) -> str:
        """Select SKUs: keys and fields."""
        assert self.skus is not None  # noqa: S101
        skus = self.skus
        names = [name for name in self.sku_fields if name not in {"product_id", "spec"}]
        keys = [
            f"coalesce({skus.get(name, "''")}, '') AS {name}"
            for name in ("item_no", "item_code", "merchant_code", "spec")
        ]
        listed = [
            "s.line_no",
            *keys,
            f"{skus.get('hint', 'NULL')}::bigint AS hint",
            *(f"{skus[name]} AS {name}" for name in names),
        ]
        return f"SELECT {', '.join(listed)} FROM {self.rows.format(stage=stage)}"
