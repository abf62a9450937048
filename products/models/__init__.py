"""What the shop sells: products, stock, supply, listing, prices, quality."""

from products.models.catalogue import (
    BundlePart,
    CatalogueConflict,
    Product,
    ProductDay,
    ProductFigures,
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
    SkuDay,
    StockCount,
    StockLevel,
    StockMove,
    StockRule,
    StockWarning,
)
from products.models.supply import (
    PurchaseLine,
    PurchaseOrder,
    ReplenishmentPlan,
    ReplenishmentRule,
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
    "ProductFigures",
    "PurchaseLine",
    "PurchaseOrder",
    "QualityRecord",
    "RankSnapshot",
    "ReplenishmentPlan",
    "ReplenishmentRule",
    "ShelfSlot",
    "Sku",
    "SkuDay",
    "StockCount",
    "StockLevel",
    "StockMove",
    "StockRule",
    "StockWarning",
    "Supplier",
    "SupplierPrice",
    "Violation",
    "WordExemption",
]
