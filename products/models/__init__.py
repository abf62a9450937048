"""What the shop sells: products, stock, supply, listing, prices, quality."""

from products.models.catalogue import (
    BundlePart,
    CatalogueConflict,
    Product,
    ProductDay,
    Sku,
)
from products.models.listing import (
    Competitor,
    CompetitorSnapshot,
    GoodsRule,
    ListingCheck,
    ListingWord,
    RankSnapshot,
    ShelfSlot,
    Violation,
    WordExemption,
)
from products.models.price import (
    PriceChange,
    QualityRecord,
)
from products.models.stock import (
    Allocation,
    CountLine,
    StockCount,
    StockLevel,
    StockMove,
)
from products.models.supply import (
    PurchaseLine,
    PurchaseOrder,
    ReplenishmentPlan,
    Supplier,
    SupplierPrice,
)

__all__ = [
    "Allocation",
    "BundlePart",
    "CatalogueConflict",
    "Competitor",
    "CompetitorSnapshot",
    "CountLine",
    "GoodsRule",
    "ListingCheck",
    "ListingWord",
    "PriceChange",
    "Product",
    "ProductDay",
    "PurchaseLine",
    "PurchaseOrder",
    "QualityRecord",
    "RankSnapshot",
    "ReplenishmentPlan",
    "ShelfSlot",
    "Sku",
    "StockCount",
    "StockLevel",
    "StockMove",
    "Supplier",
    "SupplierPrice",
    "Violation",
    "WordExemption",
]
