"""Suppliers and what is on its way from them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.choices import PurchaseState
from products.models.catalogue import Sku
from shopops.lib.columns import money


class Supplier(models.Model):
    """Who delivers, how fast they say."""

    name = models.CharField(max_length=60, unique=True)
    contact = models.CharField(max_length=80, blank=True, default="")
    lead_days = models.SmallIntegerField(default=7)
    note = models.CharField(max_length=200, blank=True, default="")
    is_on = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class SupplierPrice(models.Model):
    """What a supplier asks for a SKU since a date; the newest counts, the older are the history."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="prices")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="supplier_prices")
    valid_from = models.DateField()
    amount = money()
    minimum_quantity = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "sku", "valid_from"], name="a_price_begins_once_a_day"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_supplier_price_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class PurchaseOrder(models.Model):
    """What was ordered from a supplier, when it should come, when it came."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="purchase_orders")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    expected_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    state = models.CharField(
        max_length=12, choices=PurchaseState.choices, default=PurchaseState.DRAFT
    )
    number = models.CharField(max_length=30, unique=True, db_collation="C")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["expected_on", "id"],
                name="purchase_open_idx",
                condition=~Q(state__in=[PurchaseState.ARRIVED, PurchaseState.CANCELLED]),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseLine(models.Model):
    """One SKU in a purchase order."""

    purchase = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="purchase_lines")
    quantity = models.IntegerField()
    arrived_quantity = models.IntegerField(default=0)
    defect_quantity = models.IntegerField(default=0)
    price_amount = money(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "sku"], name="a_sku_is_ordered_once_in_an_order"
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    arrived_quantity__gte=0,
                    defect_quantity__gte=0,
                    defect_quantity__lte=F("arrived_quantity"),
                ),
                name="a_purchase_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} x {self.quantity}"


class ReplenishmentRule(models.Model):
    """How the shop replenishes since a date; the newest row that has begun counts."""

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # In how many of a hundred cycles stock should last; main products by their own figure.
    service_percent = models.DecimalField(max_digits=4, decimal_places=1, default=95)
    main_service_percent = models.DecimalField(max_digits=4, decimal_places=1, default=98)
    # How often somebody orders, and the lead time of a SKU without a supplier.
    review_days = models.SmallIntegerField(default=7)
    lead_days = models.SmallIntegerField(default=7)
    # How far back sales are read: two years and a quarter let the season of a year ago speak.
    history_days = models.SmallIntegerField(default=812)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    service_percent__gt=50,
                    service_percent__lt=100,
                    main_service_percent__gt=50,
                    main_service_percent__lt=100,
                    review_days__gt=0,
                    lead_days__gte=0,
                    history_days__gte=84,
                ),
                name="a_replenishment_rule_can_be_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class ReplenishmentPlan(models.Model):
    """What the last forecast run says of one SKU: how good it is, and what to order until when."""

    sku = models.OneToOneField(
        Sku, primary_key=True, on_delete=models.CASCADE, related_name="replenishment"
    )
    made_at = models.DateTimeField()
    # Who delivers it; null: nobody is known, the shop's own lead time counts.
    supplier = models.ForeignKey(Supplier, null=True, on_delete=models.SET_NULL, related_name="+")
    # Pieces a day expected over the next weeks; of them by activities signed up for.
    daily_demand = models.DecimalField(max_digits=12, decimal_places=4)
    uplift_pieces = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    safety_stock = models.IntegerField(default=0)
    reorder_point = models.IntegerField()
    free = models.IntegerField(null=True)  # null: its stock is not kept
    on_the_way = models.IntegerField(default=0)
    suggested_quantity = models.IntegerField()
    order_by = models.DateField(null=True)
    cover_days = models.IntegerField(null=True)
    runs_out_on = models.DateField(null=True)
    lead_days = models.SmallIntegerField()
    kind = models.CharField(max_length=12, default="none")
    model = models.CharField(max_length=24)
    # Back-test over held-out weeks: mean absolute error of the model and of the naive one, bias.
    error = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    naive_error = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    bias = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    # Tried weeks, oldest first: [["2026-08-03", actual, forecast, naive], …]; and the last weeks' sales.
    back_test = models.JSONField(default=list)
    sold_weeks = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["order_by", "sku"], name="replenish_order_by_idx")]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.suggested_quantity}"
