"""Parcels: what the warehouse packs. An order has none until it is merged, split, labelled or taken into a wave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.choices import ConsentChannel, MergeRisk, ParcelChangeKind, ParcelState
from orders.models.orders import Order, OrderLine
from shopops.lib.columns import money


class GiftLine(models.Model):
    """A gift that goes with an order. `source` names the rule that gave it: it gives once."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="gifts")
    quantity = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    sku_code = models.CharField(max_length=80, db_collation="C")
    title = models.TextField(blank=True, default="")
    source = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "source", "sku_code"], name="a_rule_gives_a_gift_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="a_gift_has_at_least_one_piece"
            ),
        ]

    def __str__(self) -> str:
        return self.sku_code


class Parcel(models.Model):
    """One package: pieces of one order, or of several merged ones. Its barcode is `P` and the id.

    The quantities of an order's lines over its parcels always sum to the order's, once it has any.
    """

    # The order whose due time, address and buyer the parcel goes by: the most urgent of them.
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    wave = models.ForeignKey(
        "Wave", null=True, blank=True, on_delete=models.PROTECT, related_name="parcels"
    )
    sheet = models.ForeignKey(
        "HandOverSheet", null=True, blank=True, on_delete=models.PROTECT, related_name="parcels"
    )
    created_at = models.DateTimeField()
    # The earliest due time of its orders when it went into the wave.
    due_at = models.DateTimeField(null=True)
    picked_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    second_checked_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    # Who has the parcel on the packing table since when: nobody else scans it without a take-over.
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    second_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    wave_position = models.IntegerField(null=True)
    piece_count = models.IntegerField(default=0)
    kind_count = models.SmallIntegerField(default=0)
    order_count = models.SmallIntegerField(default=1)
    weighed_grams = models.IntegerField(null=True)
    state = models.CharField(
        max_length=12, choices=ParcelState.choices, default=ParcelState.PLANNED
    )
    carrier = models.CharField(max_length=40, blank=True, default="")
    # Why this carrier, as `code|value|…`, worded at display.
    carrier_reason = models.CharField(max_length=200, blank=True, default="")
    waybill_no = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    # Put aside at the packing table, and why.
    skip_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["waybill_no"],
                condition=~Q(waybill_no="") & ~Q(state=ParcelState.DROPPED),
                name="a_waybill_is_on_one_parcel",
            ),
        ]
        indexes = [
            # A wave's parcels in the order in which they are picked and packed.
            models.Index(
                fields=["wave", "wave_position"],
                name="parcel_wave_idx",
                condition=Q(wave__isnull=False),
            ),
            # What stands in the house, by state and due time.
            models.Index(
                fields=["state", "due_at", "id"],
                name="parcel_state_due_idx",
                condition=~Q(state__in=[ParcelState.HANDED_OVER, ParcelState.DROPPED]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What the barcode says."""
        return f"P{self.pk:08d}"


class ParcelLine(models.Model):
    """Pieces of one order line (or one gift) in one parcel, with their part of the money paid."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcel_lines")
    line = models.ForeignKey(
        OrderLine, null=True, on_delete=models.CASCADE, related_name="parcel_lines"
    )
    gift = models.ForeignKey(
        GiftLine, null=True, on_delete=models.CASCADE, related_name="parcel_lines"
    )
    quantity = models.IntegerField()
    checked_quantity = models.IntegerField(default=0)
    # The part of the order's paid amount (postage included) that goes with these pieces.
    amount = money(default=0)
    sku_code = models.CharField(max_length=80, blank=True, default="", db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "line"],
                condition=Q(line__isnull=False),
                name="a_line_stands_once_in_a_parcel",
            ),
            models.UniqueConstraint(
                fields=["parcel", "gift"],
                condition=Q(gift__isnull=False),
                name="a_gift_stands_once_in_a_parcel",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False, gift__isnull=True)
                | Q(line__isnull=True, gift__isnull=False),
                name="a_parcel_line_is_of_a_line_or_a_gift",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(checked_quantity__gte=0)
                & Q(checked_quantity__lte=F("quantity")),
                name="no_more_is_checked_than_belongs_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_code} x {self.quantity}"


class ParcelChange(models.Model):
    """One merge or split, with what lay in which parcel before and after, so that it can be undone."""

    orders = models.ManyToManyField(Order, related_name="parcel_changes")
    kind = models.CharField(max_length=8, choices=ParcelChangeKind.choices)
    risk = models.CharField(max_length=8, choices=MergeRisk.choices, blank=True, default="")
    # [{"parcel": id, "lines": [[line or null, gift or null, quantity, "amount"], …]}, …]
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=200, blank=True, default="")
    # The buyer's consent to a merge.
    consent_channel = models.CharField(
        max_length=12, choices=ConsentChannel.choices, blank=True, default=""
    )
    consent_words = models.CharField(max_length=500, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=ParcelChangeKind.MERGE)
                | ~Q(risk=MergeRisk.MIDDLE)
                | ~Q(consent_words=""),
                name="a_risky_merge_keeps_the_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class ShipApart(models.Model):
    """Two orders that could travel together and, as a person said, do not."""

    first = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="apart_from_later")
    second = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="apart_from_earlier")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_set_apart_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="the_earlier_of_a_pair_stands_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} / {self.second_id}"
