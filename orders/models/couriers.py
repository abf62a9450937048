"""Which carrier takes a parcel, and what carriers report of it."""

from django.db import models
from django.db.models import F, Q

from orders.choices import TraceKind
from orders.models.audit import DatedRow
from orders.models.orders import Shipment
from shopops.lib.columns import money


class Carrier(models.Model):
    """A carrier that the shop works with. Pickup times: `CarrierPickup`, by name."""

    name = models.CharField(max_length=40, unique=True)
    # The platform's code, e.g. ZTO, as the batch-ship file wants it.
    code = models.CharField(max_length=20, blank=True, default="")
    is_on = models.BooleanField(default=True)
    is_for_remote = models.BooleanField(default=False)
    note = models.CharField(max_length=100, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class CourierRule(DatedRow):
    """One rule: a parcel that meets all its conditions goes with its carrier; first match wins.

    An empty condition asks nothing. The rule without any condition is the fall-back.
    """

    name = models.CharField(max_length=60)
    carrier = models.CharField(max_length=40)
    provinces = models.JSONField(default=list, blank=True)
    sku_codes = models.JSONField(default=list, blank=True)
    minimum_grams = models.IntegerField(null=True, blank=True)
    maximum_grams = models.IntegerField(null=True, blank=True)
    minimum_amount = money(null=True, blank=True)
    maximum_amount = money(null=True, blank=True)
    # Only parcels whose buyer (by message or memo) asks for this very carrier.
    only_if_requested = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_courier_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TraceEvent(models.Model):
    """One thing that a carrier reports of a parcel."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="events")
    batch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=TraceKind.choices)
    place = models.CharField(max_length=60, blank=True, default="")
    text = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "at", "kind", "text"], name="an_event_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
