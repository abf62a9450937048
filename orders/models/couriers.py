"""Which carrier takes a parcel, and what carriers report of it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from orders.choices import TraceKind
from orders.models.audit import DatedRow
from shopops.lib.columns import money


class Carrier(models.Model):
    """A carrier that the shop works with. Pickup times: `CarrierPickup`, by name."""

    name = models.CharField(max_length=40, unique=True)
    # The platform's code, e.g. ZTO, as the batch-ship file wants it.
    code = models.CharField(max_length=20, blank=True, default="")
    is_on = models.BooleanField(default=True)
    is_for_remote = models.BooleanField(default=False)
    # Provinces to which it does not go: no rule sends a parcel there with it.
    unserved = models.JSONField(default=list, blank=True)
    version = models.IntegerField(default=1)
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


class TraceLimit(DatedRow):
    """How long a carrier may be silent: the third clock. The row without provinces is for all others."""

    provinces = models.JSONField(default=list, blank=True)
    # From our hand-over to the carrier's pickup; from the pickup to the first trace; between two.
    pickup_hours = models.SmallIntegerField(default=24)
    first_trace_hours = models.SmallIntegerField(default=24)
    silence_hours = models.SmallIntegerField(default=48)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_trace_limit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(pickup_hours__gt=0, first_trace_hours__gt=0, silence_hours__gt=0),
                name="a_trace_limit_gives_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.silence_hours} h"


class TraceEvent(models.Model):
    """One thing that a carrier reports of a waybill, told by one file or by several.

    It belongs to the waybill, not to a shipment: merged orders share one, and a file may come before
    anybody typed the number. A shipment's times are worked out from these rows alone, so that the
    order in which files come does not matter.
    """

    # Files that told it; an undo takes its file out, and the row goes with the last of them.
    batch_ids = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()
    # Of the text as it came: a text that was erased does not come back as another row.
    text_hash = models.BigIntegerField(default=0)
    # Some shipment has this waybill; the others wait for one.
    is_known = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, choices=TraceKind.choices)
    waybill_no = models.CharField(max_length=60, db_collation="C")
    carrier = models.CharField(max_length=40, blank=True, default="")
    place = models.CharField(max_length=60, blank=True, default="")
    text = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            # Also finds the events of a waybill.
            models.UniqueConstraint(
                fields=["waybill_no", "at", "kind", "text_hash"], name="an_event_stands_once"
            ),
        ]
        indexes = [
            # Waybills that nobody knows yet: looked through when shipments come.
            models.Index(
                fields=["waybill_no"],
                name="trace_stray_idx",
                condition=Q(is_known=False),
            ),
            # What a file told, when it is taken back.
            GinIndex(fields=["batch_ids"], name="trace_batch_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_no} {self.kind} {self.at:%Y-%m-%d %H:%M}"
