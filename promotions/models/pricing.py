"""Benefits, the dated rules of how they meet, and the lowest price of each SKU and day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.models import Sku
from promotions.choices import Audience, BenefitKind, RuleMark
from promotions.models.activity import Activity
from shopops.lib.columns import money


class Benefit(models.Model):
    """One thing that makes the buyer pay less, or get more, over a span of time.

    Of an activity, or standing by itself (a shop coupon). `parameters` by kind: `BenefitKind`.
    """

    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.CASCADE, related_name="benefits"
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    # True: every SKU of the shop; else those of `skus`.
    is_shop_wide = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, choices=BenefitKind.choices)
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.PUBLIC)
    code = models.CharField(max_length=40, unique=True, db_collation="C")
    name = models.CharField(max_length=80)
    # Part of the discount that the shop bears, 0 to 1; the platform gives the rest.
    shop_share = models.DecimalField(max_digits=5, decimal_places=4, default=1)
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_benefit_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(shop_share__gte=0, shop_share__lte=1),
                name="the_shop_bears_a_part_of_a_benefit",
            ),
        ]
        indexes = [
            # What meets on a span of days.
            models.Index(
                fields=["ends_at", "starts_at"], name="benefit_span_idx", condition=Q(is_on=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BenefitSku(models.Model):
    """A SKU that a benefit is for. `amount`: its own figure where the benefit has one per SKU."""

    benefit = models.ForeignKey(Benefit, on_delete=models.CASCADE, related_name="skus")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="benefits")
    # 单品立减 is entered per SKU, a price tool sets one price per SKU; null: the benefit's parameters.
    amount = money(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "sku"], name="a_sku_stands_once_in_a_benefit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}: {self.sku_id}"


class PriceRuleRow(models.Model):
    """How benefits meet since a moment: bases, thresholds, exclusions, rounding, sharing.

    In force from `valid_from` (a moment: stacking changed at 2026-03-10 00:00) up to `valid_to`,
    not included. `code` as in the notes on the final price (IT3, SH1, CR3 …).
    """

    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Rows that nobody has read in a source are off until a person switches them on.
    is_on = models.BooleanField(default=True)
    mark = models.CharField(max_length=1, choices=RuleMark.choices)
    code = models.CharField(max_length=12, db_collation="C")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="a_price_rule_begins_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="a_price_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SkuLowest(models.Model):
    """The lowest price that any buyer can reach for a SKU on a day, as last worked out.

    Audit, price checks and lists read it by key; the derivation is worked out anew when asked for.
    """

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="lowest", db_index=False)
    date = models.DateField()
    made_at = models.DateTimeField()
    # Pieces with which the lowest price per piece is reached; the price of one piece is another number.
    quantity = models.SmallIntegerField(default=1)
    list_amount = money()
    one_piece_amount = money()
    lowest_amount = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "date"], name="a_sku_has_one_lowest_price_a_day"
            ),
            models.CheckConstraint(
                condition=Q(lowest_amount__gte=0, quantity__gte=1),
                name="a_lowest_price_is_one",
            ),
        ]
        # A day's prices; also what is thrown away when a day is over.
        indexes = [models.Index(fields=["date"], name="sku_lowest_date_idx")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.date}: {self.lowest_amount}"
