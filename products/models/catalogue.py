"""Products and SKUs: what is sold, under which numbers, and where files disagree about it."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from products.choices import ProductRole, ProductStatus
from shopops.lib.columns import money


class Product(models.Model):
    """One item of the shop. `item_no` is the platform's 商品ID, `item_code` the shop's own 货号."""

    first_batch_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # When the platform wrote the file that title, status and times come from.
    exported_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True, blank=True)
    delist_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)
    promise_hours = models.SmallIntegerField(null=True, blank=True)
    is_main = models.BooleanField(default=False)
    in_showcase = models.BooleanField(default=False)
    status = models.CharField(
        max_length=12, choices=ProductStatus.choices, default=ProductStatus.DRAFT
    )
    role = models.CharField(max_length=12, choices=ProductRole.choices, blank=True, default="")
    item_no = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    item_code = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    category = models.CharField(max_length=80, blank=True, default="")
    brand = models.CharField(max_length=40, blank=True, default="")
    season = models.CharField(max_length=20, blank=True, default="")
    title = models.TextField(blank=True, default="")
    # Attributes, size data, detail page as imported or entered: what a listing check reads.
    attributes = models.JSONField(default=dict, blank=True)
    # Where the main image lies in the vault, and its thumbnail.
    image_path = models.CharField(max_length=200, blank=True, default="")
    # {"title": "products.product_days|2026-01-02T00:00:00+00:00", …}: which file said it last, and
    # when that file was written. A field that holds something and stands not here is a person's.
    said_by = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item_no"],
                condition=~Q(item_no=""),
                name="an_item_number_is_of_one_product",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item_code"], name="product_item_code_idx", condition=~Q(item_code="")
            ),
            # The search of the list, whatever the case.
            models.Index(Upper("item_code"), name="product_item_code_up_idx"),
            models.Index(fields=["status", "id"], name="product_status_idx"),
            # The tab of main products.
            models.Index(fields=["id"], name="product_main_idx", condition=Q(is_main=True)),
            GinIndex(
                OpClass(Upper("title"), name="gin_trgm_ops"), name="product_title_up_trgm_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.item_no


class Sku(models.Model):
    """One merchant code: what is sold, stored, packed and priced."""

    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="skus"
    )
    first_batch_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # What the platform's shelf says, and when the file said so.
    shelf_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    shelf_quantity = models.IntegerField(null=True)
    weight_grams = models.IntegerField(null=True, blank=True)
    pack_size = models.IntegerField(default=1)
    promise_hours = models.SmallIntegerField(null=True, blank=True)
    # Seen in an order only; nobody has looked at it.
    is_draft = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    list_amount = money(null=True, blank=True)
    cost_amount = money(null=True, blank=True)
    floor_amount = money(null=True, blank=True)
    # 采购价 and 吊牌价 of the shop's own table.
    purchase_amount = money(null=True, blank=True)
    tag_amount = money(null=True, blank=True)
    code = models.CharField(max_length=80, unique=True, db_collation="C")
    # What the platform has as 商家编码 where several specs share one; `code` is then
    # `4214#黑色;M`. Empty: `code` itself.
    merchant_code = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    sku_no = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    barcode = models.CharField(max_length=40, blank=True, default="", db_collation="C")
    bin_code = models.CharField(max_length=20, blank=True, default="", db_collation="C")
    title = models.TextField(blank=True, default="")
    spec = models.TextField(blank=True, default="")
    # As with products: which file said a field last.
    said_by = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["barcode"], condition=~Q(barcode=""), name="a_barcode_is_of_one_sku"
            ),
            models.CheckConstraint(
                condition=Q(weight_grams__isnull=True) | Q(weight_grams__gt=0),
                name="a_sku_weighs_something",
            ),
            models.CheckConstraint(condition=Q(pack_size__gt=0), name="a_pack_holds_something"),
        ]
        indexes = [
            # The search of the list of products, whatever the case.
            models.Index(Upper("code"), name="sku_code_up_idx"),
            models.Index(fields=["sku_no"], name="sku_no_idx", condition=~Q(sku_no="")),
            # The specs that share a merchant code.
            models.Index(
                fields=["merchant_code"], name="sku_merchant_idx", condition=~Q(merchant_code="")
            ),
            # The list of SKUs that belong to no product.
            models.Index(fields=["id"], name="sku_loose_idx", condition=Q(product__isnull=True)),
            # The tab of products that cost more than they bring.
            models.Index(
                fields=["product"],
                name="sku_cost_above_price_idx",
                condition=Q(cost_amount__gt=F("list_amount")),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def outside_code(self) -> str:
        """The 商家编码 as the platform has it."""
        return self.merchant_code or self.code


class ProductFigures(models.Model):
    """What the list of products is sorted by, as of the last look (every ten minutes). Null is unknown."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="figures"
    )
    stock = models.IntegerField(null=True)
    sold = models.IntegerField(null=True)
    cover_days = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    margin_rate = models.DecimalField(max_digits=20, decimal_places=6, null=True)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.stock}"


class BundlePart(models.Model):
    """So many pieces of a SKU in a bundle; a bundle has no stock of its own. Bundles do not nest."""

    bundle = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="in_bundles")
    quantity = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "part"], name="a_part_stands_once_in_a_bundle"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_part_has_pieces"),
            models.CheckConstraint(
                condition=~Q(bundle=F("part")), name="a_bundle_does_not_contain_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} x {self.quantity}"


class CatalogueConflict(models.Model):
    """Two sources that say different things of one field; a person decides, side by side."""

    product = models.ForeignKey(
        Product, null=True, on_delete=models.CASCADE, related_name="conflicts"
    )
    sku = models.ForeignKey(Sku, null=True, on_delete=models.CASCADE, related_name="conflicts")
    batch_id = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    takes_theirs = models.BooleanField(null=True)
    field = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    ours = models.TextField(blank=True, default="")
    theirs = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "sku", "field"],
                condition=Q(decided_at__isnull=True),
                nulls_distinct=False,
                name="a_field_is_in_one_open_conflict",
            ),
        ]
        indexes = [
            # The conflicts page, newest first.
            models.Index(
                fields=["-id"], name="conflict_open_idx", condition=Q(decided_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.ours} / {self.theirs}"


class ProductDay(models.Model):
    """One product's figures of one day, as 生意参谋 gives them. Null is unknown, not zero."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="days")
    batch_id = models.BigIntegerField(null=True)
    exported_at = models.DateTimeField(null=True)
    date = models.DateField()
    visitors = models.IntegerField(null=True)
    views = models.IntegerField(null=True)
    favourites = models.IntegerField(null=True)
    cart_pieces = models.IntegerField(null=True)
    cart_people = models.IntegerField(null=True)
    ordered_buyers = models.IntegerField(null=True)
    ordered_pieces = models.IntegerField(null=True)
    paid_buyers = models.IntegerField(null=True)
    paid_pieces = models.IntegerField(null=True)
    new_buyers = models.IntegerField(null=True)
    old_buyers = models.IntegerField(null=True)
    search_visitors = models.IntegerField(null=True)
    search_buyers = models.IntegerField(null=True)
    ordered_amount = money(null=True)
    paid_amount = money(null=True)
    refunded_amount = money(null=True)
    # Cannot be added up over products or days: shown by row only.
    stay_seconds = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    bounce_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    score = models.DecimalField(max_digits=7, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "date"], name="a_product_has_a_day_once"),
        ]
        indexes = [models.Index(fields=["date"], name="product_day_date_idx")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.date}"
