"""The festivals ahead, as dated rows: some certain, some to be looked up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from promotions.choices import FestivalKind


class Festival(models.Model):
    """A festival or a season of one year; both days are included."""

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    version = models.IntegerField(default=1)
    # False: where it lay in the years before; somebody looks it up (待核对).
    is_certain = models.BooleanField(default=True)
    kind = models.CharField(max_length=12, choices=FestivalKind.choices)
    name = models.CharField(max_length=40)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_festival_does_not_end_before"
            ),
            models.UniqueConstraint(
                fields=["name", "starts_on"], name="a_festival_begins_once_on_a_day"
            ),
        ]
        # What lies in a span of days.
        indexes = [models.Index(fields=["ends_on", "starts_on"], name="festival_span_idx")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"
