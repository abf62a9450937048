"""What the platform's files, and people by hand, say of a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class StatRow(models.Model):
    """One row of a file about one day, or what a person entered of it; every word stays.

    `figures`: {code: exact number as text}; what the file does not say is absent, never zero.
    `is_current`: at least one of its figures counts, that is, no later row of the same (source, scope,
    date, hour, key, device) says it. So a later export wins figure by figure, and taking a file
    back lets the earlier word count again.
    """

    source = models.CharField(max_length=16)
    # shop; flow (a source of visitors); item_flow (key: item number|source); coupon (key: the tool)
    scope = models.CharField(max_length=12)
    date = models.DateField()
    # Of a row that tells of one hour; null: the whole day.
    hour = models.SmallIntegerField(null=True, blank=True)
    key = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    # all, pc or wireless
    device = models.CharField(max_length=8, default="all")
    figures = models.JSONField()
    batch_id = models.BigIntegerField(null=True, blank=True)
    line = models.IntegerField(null=True, blank=True)
    # When the platform wrote the file, or a person the figures.
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__isnull=True) | Q(hour__gte=0, hour__lte=23),
                name="a_stat_is_of_an_hour_of_the_day",
            ),
        ]
        indexes = [
            # The days of a scope, as pages and checks ask for them.
            models.Index(
                fields=["scope", "date", "source"],
                name="stat_row_current_idx",
                condition=Q(is_current=True),
            ),
            # Which word of a day counts; all words of a day.
            models.Index(fields=["date", "source", "scope", "key"], name="stat_row_day_idx"),
            # Taking a file back.
            models.Index(fields=["batch_id"], name="stat_row_batch_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.scope} {self.date} {self.key}"
