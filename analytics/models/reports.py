"""Reports of days and weeks, the addresses they go to, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """What was known on a morning, as it was then: written once, never changed.

    `facts`: every figure with its source, exact numbers as text, null where unknown (see
    `queries.report_facts`). `sheet` and `picture` are names in the vault; `picture_why` says why there
    is no picture.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", _("日报")
        WEEKLY = "weekly", _("周报")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    # The morning of which it is; it tells of the days before.
    business_date = models.DateField()
    since = models.DateField()
    until = models.DateField()
    facts = models.JSONField()
    made_at = models.DateTimeField()
    sheet = models.CharField(max_length=40)
    picture = models.CharField(max_length=40, blank=True, default="")
    picture_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "business_date"], name="there_is_one_report_of_a_kind_and_date"
            )
        ]
        indexes = [
            # The page of reports: the newest first.
            models.Index(F("business_date").desc(), F("id").desc(), name="report_newest_idx")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.business_date}"


class ReportAddress(models.Model):
    """Where reports go: an address of Apprise, sealed with the installation's keys.

    An address that was taken away keeps its row for what went there, and nothing of the address.
    """

    class Tested(models.TextChoices):
        NEVER = "never", _("没试过")
        WAITING = "waiting", _("正在试")
        TAKEN = "taken", _("试通了")
        REFUSED = "refused", _("试不通")
        UNKNOWN = "unknown", _("不确定")

    name = models.CharField(max_length=60)
    sealed = models.BinaryField(null=True)
    # Which service, and the end of its key: to tell addresses apart.
    schema = models.CharField(max_length=20)
    hint = models.CharField(max_length=8, blank=True, default="")
    takes_files = models.BooleanField(default=False)
    gets_daily = models.BooleanField(default=True)
    gets_weekly = models.BooleanField(default=True)
    is_on = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    tested = models.CharField(max_length=8, choices=Tested.choices, default=Tested.NEVER)
    tested_at = models.DateTimeField(null=True)
    tested_words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(removed_at__isnull=True),
                name="an_address_of_reports_has_a_name_of_its_own",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, sealed__isnull=False)
                | Q(removed_at__isnull=False, sealed__isnull=True, is_on=False),
                name="an_address_taken_away_is_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReportSending(models.Model):
    """One report to one address: claimed before it is handed over, settled after.

    A row that was claimed and not settled is never sent again by itself: it becomes unknown.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等着发")
        CLAIMED = "claimed", _("正在发")
        SENT = "sent", _("发出了")
        FAILED = "failed", _("没发出去")
        UNKNOWN = "unknown", _("不确定")
        LEFT_OUT = "left_out", _("不发")

    OPEN = (State.WAITING, State.CLAIMED, State.FAILED, State.UNKNOWN)

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="sendings")
    address = models.ForeignKey(ReportAddress, on_delete=models.PROTECT, related_name="sendings")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    # What the other side said, or why it was not sent; never the address.
    words = models.CharField(max_length=300, blank=True, default="")
    # Raised by whatever a person decides about it, so that two clicks are one.
    version = models.PositiveIntegerField(default=1)
    # From then on it is a finding that it did not go out.
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "address"], name="an_address_gets_a_report_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="a_sent_report_says_when",
            ),
        ]
        indexes = [
            # What has not gone out.
            models.Index(
                fields=["due_at"],
                name="report_sending_open_idx",
                condition=Q(state__in=["waiting", "claimed", "failed", "unknown"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.address_id}: {self.state}"
