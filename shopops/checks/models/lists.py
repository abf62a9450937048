"""The daily lists of roles: what stands on them since when, and what became of them each day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User


class ListItemRule(models.Model):
    """One line of a role's daily list since a day. An edit ends a row and begins another."""

    role = models.CharField(max_length=40)
    # What stays the same through edits, so that a missed line is found again tomorrow.
    key = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    # Codes of checks, or beginnings of codes that end in a dot; empty: ticked by hand.
    checks = models.JSONField(default=list, blank=True)
    needs_picture = models.BooleanField(default=False)
    valid_from = models.DateField()
    # The first day on which it stands there no more.
    valid_until = models.DateField(null=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["role", "key"],
                condition=Q(valid_until__isnull=True),
                name="a_line_of_a_list_has_one_open_row",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="a_line_of_a_list_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.text}"


class DailyList(models.Model):
    """The list of one role for one business date; written once, frozen by signing or by the day's end."""

    role = models.CharField(max_length=40)
    business_date = models.DateField()
    written_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True, default="")
    # Its computed lines are as they were at that time, and nothing is ticked any more.
    frozen_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["role", "business_date"], name="a_role_has_one_list_a_day"
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(frozen_at__isnull=False),
                name="a_signed_list_is_frozen",
            ),
        ]
        indexes = [
            # All roles of some days.
            models.Index(fields=["business_date"], name="daily_list_date_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.business_date}"


class DailyItem(models.Model):
    """One line of a day's list. A computed one has its state from its checks until it is frozen."""

    class State(models.TextChoices):
        OPEN = "open", _("没做")
        DONE = "done", _("做了")
        SKIPPED = "skipped", _("不适用")
        PASSED = "passed", _("通过")
        FAILED = "failed", _("不过")
        UNKNOWN = "unknown", _("未知")

    daily = models.ForeignKey(DailyList, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    checks = models.JSONField(default=list, blank=True)
    needs_picture = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    # Of a computed line, when it was frozen: how many issues were open.
    issue_count = models.PositiveIntegerField(default=0)
    # Missed since that day, and on every list until it is done.
    missed_since = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    # Format, names of both files in the vault, size; empty without a picture.
    picture = models.CharField(max_length=200, blank=True, default="")
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["daily", "key"], name="a_line_stands_once_on_a_list"),
        ]

    def __str__(self) -> str:
        return self.text
