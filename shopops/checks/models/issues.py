"""What is wrong now: one row per check and subject while the condition lasts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User


class Issue(models.Model):
    """One thing and condition that a check found, from the day it began to the day it ended.

    Opened, kept up to date and closed by the check itself; people acknowledge, assign and note. One
    that comes back is the next episode of the same subject, a row of its own.
    """

    class Severity(models.TextChoices):
        LATE = "late", _("红")
        SOON = "soon", _("黄")
        US = "us", _("要看")

    code = models.CharField(max_length=60)
    # The subject within the check, as `Finding.key` says; empty where a check has only one.
    key = models.CharField(max_length=120, blank=True, default="")
    episode = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=300)
    evidence = models.TextField(blank=True, default="")
    severity = models.CharField(max_length=4, choices=Severity.choices)
    # 0 late, 1 soon, 2 us: what lists are sorted by.
    rank = models.PositiveSmallIntegerField()
    owner_role = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True)
    url = models.CharField(max_length=300, blank=True, default="")
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    # The last time that the check said it, and about which business date.
    seen_on = models.DateField()
    seen_at = models.DateTimeField()
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="issues", db_index=False
    )
    # The newest note; all of them stand in the operation log.
    note = models.CharField(max_length=300, blank=True, default="")
    # The day on which somebody wants to look again: from then on it stands among that day's.
    look_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "key"],
                condition=Q(closed_at__isnull=True),
                name="a_subject_has_one_open_issue_per_check",
            ),
            models.UniqueConstraint(
                fields=["code", "key", "episode"], name="the_episodes_of_a_subject_are_counted"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_on__isnull=True)
                | Q(closed_at__isnull=False, closed_on__isnull=False),
                name="an_issue_is_closed_with_day_and_time",
            ),
        ]
        indexes = [
            # The list of what is open, the worst first.
            models.Index(
                F("rank"),
                F("opened_at"),
                F("id"),
                condition=Q(closed_at__isnull=True),
                name="issue_open_idx",
            ),
            # What is open of a role, of a person.
            models.Index(
                fields=["owner_role"],
                condition=Q(closed_at__isnull=True),
                name="issue_open_role_idx",
            ),
            models.Index(
                fields=["assignee"], condition=Q(closed_at__isnull=True), name="issue_assignee_idx"
            ),
            # What was closed, newest first.
            models.Index(
                F("closed_at").desc(),
                F("id").desc(),
                condition=Q(closed_at__isnull=False),
                name="issue_closed_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.key} ({self.episode})"


class IssueEvent(models.Model):
    """What a check itself did to an issue; what people did stands in the operation log."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("检查发现")
        WORSE = "worse", _("更急了")
        MILDER = "milder", _("缓下来了")
        CHANGED = "changed", _("情况变了")
        CLOSED = "closed", _("条件消失，自动关闭")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.kind} {self.issue_id}"
