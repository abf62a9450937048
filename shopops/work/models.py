"""The ledger of runs, and the business calendar by which work is due.

Postgres is the only record of work to do; the broker merely rings. See docs/architecture.md.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shopops.work.choices import RunState, RunWish


class Run(models.Model):
    """One piece of work: what it is, how far it got, who holds it now.

    `attempts` counts starts since the last progress: it is raised and committed before the work,
    so that a run which kills its process is quarantined after three strikes, while a run that moved
    its cursor may be killed as often as machines like.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    business_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.WAITING)
    wish = models.CharField(max_length=6, choices=RunWish.choices, default=RunWish.NONE, blank=True)
    payload = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_text = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    # Asked for again while it was running: what came in meanwhile may not have been seen.
    is_wanted_again = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], name="a_run_exists_once_per_kind_and_key"
            ),
            models.CheckConstraint(
                condition=Q(progress_done__gte=0, progress_total__gte=0),
                name="run_progress_is_not_negative",
            ),
        ]
        indexes = [
            # The sweeper: due runs, and runs whose holder went silent.
            models.Index(
                fields=["due_at", "id"],
                name="run_due_idx",
                condition=Q(state__in=["waiting", "failed"]),
            ),
            models.Index(
                fields=["lease_until"], name="run_leased_idx", condition=Q(state="running")
            ),
            # The work page: newest first, and the top bar's running work.
            models.Index(F("created_at").desc(), F("id").desc(), name="run_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class BusinessDay(models.Model):
    """What one calendar day is by the State Council's notice, as far as anybody told us.

    Seeded from `chinesecalendar`, edited by the administrator. A year that the seed does not know
    has rows with `is_confirmed` false, guessed from the weekday, and every screen that uses them
    says so.
    """

    class Kind(models.TextChoices):
        WORKDAY = "workday", _("工作日")
        WEEKEND = "weekend", _("周末")
        HOLIDAY = "holiday", _("法定假日")
        MAKE_UP = "make_up", _("调休上班")

    date = models.DateField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=40, blank=True, default="")
    is_confirmed = models.BooleanField(default=True)
    is_hand_set = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
