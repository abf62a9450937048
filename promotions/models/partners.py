"""Those who work with the shop: distributors with agreed prices, exchange partners, tools that are paid for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.models import Sku
from promotions.choices import (
    BillingCycle,
    Breach,
    DistributorState,
    ExchangeKind,
    ExchangeSide,
)
from shopops.lib.columns import money


class Distributor(models.Model):
    """Somebody who sells our goods in a shop of their own."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    state_since = models.DateTimeField()
    # When somebody asks again; null: nothing to follow up.
    follow_up_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)
    state = models.CharField(
        max_length=12, choices=DistributorState.choices, default=DistributorState.TALKING
    )
    name = models.CharField(max_length=60, unique=True)
    shop = models.CharField(max_length=200, blank=True, default="")
    contact = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=400, blank=True, default="")
    ended_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["state", "follow_up_on", "id"], name="distributor_board_idx")
        ]

    def __str__(self) -> str:
        return self.name


class AgreedPrice(models.Model):
    """The price under which a distributor may not sell a SKU, from a day on until the next row."""

    distributor = models.ForeignKey(Distributor, on_delete=models.CASCADE, related_name="prices")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="agreed_prices")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()
    valid_from = models.DateField()
    amount = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distributor", "sku", "valid_from"],
                name="a_price_is_agreed_once_for_a_day",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="an_agreed_price_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.sku_id} {self.amount}"


class SeenPrice(models.Model):
    """A price at which a distributor was seen selling a SKU. Kept as it was judged then."""

    distributor = models.ForeignKey(Distributor, on_delete=models.CASCADE, related_name="seen")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="seen_prices")
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    seen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # When they were told; null: nobody told them yet.
    warned_at = models.DateTimeField(null=True)
    breach = models.CharField(max_length=8, choices=Breach.choices)
    amount = money()
    # What had been agreed for that day; null: nothing.
    agreed_amount = money(null=True)
    place = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True, default="")
    # Picture in the vault: format|whole|small|size, as products keep theirs; empty: none.
    image_path = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distributor", "sku", "seen_at", "place"],
                name="a_price_is_seen_once_at_a_time",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_seen_price_is_positive"),
        ]
        indexes = [
            models.Index(fields=["distributor", "-seen_at"], name="seen_price_idx"),
            # Breaches that nobody spoke about yet: the daily check.
            models.Index(
                fields=["id"],
                name="seen_price_unsaid_idx",
                condition=Q(warned_at__isnull=True, breach__in=["warning", "ending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.amount}"


class Partner(models.Model):
    """Another shop with which coupons, banners or inserts are exchanged."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    follow_up_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)
    is_on = models.BooleanField(default=True)
    name = models.CharField(max_length=60, unique=True)
    contact = models.CharField(max_length=80, blank=True, default="")
    sells = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=400, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class Exchange(models.Model):
    """One exchange with a partner over a span of days, both included."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="exchanges")
    starts_on = models.DateField()
    ends_on = models.DateField()
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=8, choices=ExchangeKind.choices)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="an_exchange_does_not_end_before"
            ),
        ]
        indexes = [models.Index(fields=["partner", "-starts_on"], name="exchange_partner_idx")]

    def __str__(self) -> str:
        return self.name


class ExchangeFigures(models.Model):
    """What one side of an exchange brought so far. Null is unknown, not zero."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="figures")
    side = models.CharField(max_length=4, choices=ExchangeSide.choices)
    shown = models.IntegerField(null=True, blank=True)
    clicks = models.IntegerField(null=True, blank=True)
    coupons_given = models.IntegerField(null=True, blank=True)
    coupons_used = models.IntegerField(null=True, blank=True)
    orders = models.IntegerField(null=True, blank=True)
    amount = money(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "side"], name="an_exchange_has_each_side_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.side}"


class ContactNote(models.Model):
    """What was said with a distributor or a partner, and when to ask again."""

    distributor = models.ForeignKey(
        Distributor, null=True, on_delete=models.CASCADE, related_name="notes"
    )
    partner = models.ForeignKey(Partner, null=True, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    next_on = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(distributor__isnull=False, partner__isnull=True)
                | Q(distributor__isnull=True, partner__isnull=False),
                name="a_note_is_about_one_of_them",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Subscription(models.Model):
    """A tool that the shop pays for again and again."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="subscriptions")
    changed_at = models.DateTimeField()
    renews_on = models.DateField()
    # Not renewed any more: the day on which that was decided.
    cancelled_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)
    # So many days before the renewal somebody decides.
    notice_days = models.SmallIntegerField(default=7)
    is_automatic = models.BooleanField(default=False)
    cycle = models.CharField(max_length=10, choices=BillingCycle.choices)
    # Of one cycle.
    cost_amount = money()
    name = models.CharField(max_length=60, unique=True)
    purpose = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_amount__gte=0), name="a_subscription_costs_nothing_or_more"
            ),
            models.CheckConstraint(
                condition=Q(notice_days__gte=0), name="a_notice_is_given_before"
            ),
        ]

    def __str__(self) -> str:
        return self.name
