"""Gift rules, and what each gave to which order."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.models import Buyer, Order
from products.models import Product, Sku
from promotions.choices import GiftShortage, GrantState
from promotions.models.activity import Activity
from shopops.lib.columns import money


class GiftRule(models.Model):
    """Which orders get which gift when they pass audit. Of an activity, or standing by itself.

    In force for orders paid from `starts_at` up to `ends_at`, not included, while it is on; one of an
    activity only when that activity runs (or ran).
    """

    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.PROTECT, related_name="gift_rules"
    )
    gift_sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="gift_rules")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    # Pieces of the gift for an order, and again for each full `every_pieces` of what is bought, at
    # most `most_times`; null: once.
    pieces = models.IntegerField(default=1)
    every_pieces = models.IntegerField(null=True, blank=True)
    most_times = models.SmallIntegerField(null=True, blank=True)
    # Only so many orders get it, those that pass audit first; null: all.
    first_orders = models.IntegerField(null=True, blank=True)
    # Pieces there are to give in all; null: as long as there is stock.
    quota = models.IntegerField(null=True, blank=True)
    # What stands given now: the sum of its grants, kept under the rule's row lock.
    used_pieces = models.IntegerField(default=0)
    used_orders = models.IntegerField(default=0)
    # True: whatever is bought counts; else only the SKUs and products of `skus` and `products`.
    is_shop_wide = models.BooleanField(default=False)
    is_once_per_buyer = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    # From what was paid for the goods that count, postage left out; null: any amount.
    from_amount = money(null=True, blank=True)
    when_out = models.CharField(
        max_length=8, choices=GiftShortage.choices, default=GiftShortage.SKIP
    )
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_gift_rule_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="a_gift_rule_gives_something"),
            models.CheckConstraint(
                condition=Q(every_pieces__isnull=True) | Q(every_pieces__gt=0),
                name="a_gift_multiple_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(from_amount__isnull=True) | Q(from_amount__gt=0),
                name="a_gift_amount_is_positive",
            ),
            # What stands between the last gift and two orders where the row lock is not.
            models.CheckConstraint(
                condition=Q(quota__isnull=True) | Q(used_pieces__lte=F("quota")),
                name="no_more_gifts_are_given_than_there_are",
            ),
            models.CheckConstraint(
                condition=Q(first_orders__isnull=True) | Q(used_orders__lte=F("first_orders")),
                name="no_more_orders_get_a_gift_than_may",
            ),
            models.CheckConstraint(
                condition=Q(used_pieces__gte=0, used_orders__gte=0),
                name="given_gifts_are_not_negative",
            ),
        ]
        indexes = [
            # What is in force for the orders of an audit.
            models.Index(
                fields=["ends_at", "starts_at"], name="gift_rule_span_idx", condition=Q(is_on=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """The name under which its gifts stand on orders."""
        return f"promotion:{self.pk}"


class GiftRuleSku(models.Model):
    """A SKU that counts for a gift rule."""

    rule = models.ForeignKey(GiftRule, on_delete=models.CASCADE, related_name="skus")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="gift_triggers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "sku"], name="a_sku_stands_once_in_a_gift_rule")
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.sku_id}"


class GiftRuleProduct(models.Model):
    """A product all of whose SKUs count for a gift rule."""

    rule = models.ForeignKey(GiftRule, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="gift_triggers")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "product"], name="a_product_stands_once_in_a_gift_rule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.product_id}"


class GiftGrant(models.Model):
    """What a rule gave to an order, or could not give. An order has one of each rule, for good."""

    rule = models.ForeignKey(GiftRule, on_delete=models.PROTECT, related_name="grants")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="gift_grants")
    buyer = models.ForeignKey(
        Buyer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    pieces = models.IntegerField()
    # The rule gives each buyer one: kept with the grant, for the constraint.
    is_only = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=GrantState.choices)
    # Why none was given: `quota`, `stock`, `picking`.
    reason = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "order"], name="a_gift_rule_meets_an_order_once"
            ),
            models.UniqueConstraint(
                fields=["rule", "buyer"],
                condition=Q(state="given", is_only=True, buyer__isnull=False),
                name="a_buyer_gets_the_gift_of_a_rule_once",
            ),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="a_grant_has_pieces"),
        ]
        indexes = [
            # A rule's grants, newest first.
            models.Index(fields=["rule", "-id"], name="gift_grant_rule_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} to {self.order_id}"
