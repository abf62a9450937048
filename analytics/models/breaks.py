"""What people know of days and of causes that no figure tells.

Breaks themselves are never stored: they follow from the figures, so a file that comes late or goes
again cannot leave a wrong one behind.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from analytics.choices import EventKind, Push, Verdict


class DayEvent(models.Model):
    """Something that was so on some days: weather, a platform event, what a rival did. Both ends included."""

    starts_on = models.DateField()
    ends_on = models.DateField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Its days say nothing of what is usual.
    is_left_out = models.BooleanField(default=False)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    push = models.CharField(max_length=5, choices=Push.choices, default=Push.NONE)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="an_event_does_not_end_before"
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "starts_on"], name="an_event_begins_once_on_a_day"
            ),
        ]
        # What lies in a span of days.
        indexes = [models.Index(fields=["ends_on", "starts_on"], name="day_event_span_idx")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"


class CauseWord(models.Model):
    """What a person says of one branch of causes on one day: it goes before what the figures say."""

    date = models.DateField()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    figure = models.CharField(max_length=24)
    branch = models.CharField(max_length=24)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    note = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["date", "figure", "branch"], name="a_branch_is_judged_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.date} {self.branch}: {self.verdict}"
