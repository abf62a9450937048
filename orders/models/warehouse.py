"""Waves, the packing table and the hand-over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.choices import ScanOutcome, WaveShape, WaveState
from orders.models.parcels import Parcel


class Wave(models.Model):
    """Parcels picked in one walk: one carrier, one shape, near due times."""

    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    date = models.DateField()
    due_at = models.DateTimeField(null=True)
    picking_at = models.DateTimeField(null=True)
    picked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    picker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    position = models.IntegerField()
    parcel_count = models.IntegerField(default=0)
    piece_count = models.IntegerField(default=0)
    state = models.CharField(max_length=12, choices=WaveState.choices, default=WaveState.OPEN)
    shape = models.CharField(max_length=12, choices=WaveShape.choices)
    carrier = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["date", "position"], name="a_wave_has_its_own_number"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="wave_open_idx",
                condition=~Q(state__in=[WaveState.DONE, WaveState.CANCELLED]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it: `W0917-02`."""
        return f"W{self.date:%m%d}-{self.position:02d}"


class PackingStandard(models.Model):
    """How pieces of one SKU are packed; the empty code stands for every SKU without its own."""

    sku_code = models.CharField(max_length=80, unique=True, blank=True, db_collation="C")
    # Steps to tick, e.g. ["无纺布袋 大号 1 个，商标朝外", "6 号飞机盒，四边胶带"].
    steps = models.JSONField(default=list)
    # Cards that may lie in it; none of them may ask for praise.
    cards = models.JSONField(default=list, blank=True)
    needs_second_check = models.BooleanField(default=False)
    # Why: the share of complaints, as `code|value|…`, or a person's words.
    second_check_reason = models.CharField(max_length=200, blank=True, default="")
    # What the other person looks at, step by step.
    second_check_steps = models.JSONField(default=list, blank=True)
    material_grams = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.sku_code or "*"


class PackingTick(models.Model):
    """One step of the standard that somebody did on one parcel."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="ticks")
    step = models.CharField(max_length=120)
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "step"], name="a_step_is_ticked_once"),
        ]

    def __str__(self) -> str:
        return self.step


class Scan(models.Model):
    """One scan at the packing table, also the refused ones: who errs where is worth knowing."""

    parcel = models.ForeignKey(Parcel, null=True, on_delete=models.CASCADE, related_name="scans")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The parcel line on which a piece was counted (lines may go with a later split), and when that
    # was taken back.
    counted_line_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=ScanOutcome.choices)
    code = models.CharField(max_length=80)
    # What the answer was, as it stood on the band.
    words = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["at"], name="scan_at_idx")]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class HandOverSheet(models.Model):
    """Parcels given to one carrier in one go, signed with a time."""

    carrier = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # When the carrier's man signed, and the name that he gave.
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=40, blank=True, default="")
    parcel_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            # What is scanned goes onto the one open list of its carrier.
            models.UniqueConstraint(
                fields=["carrier"],
                condition=Q(signed_at__isnull=True),
                name="a_carrier_has_one_open_sheet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.pk}"
