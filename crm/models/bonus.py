"""Bonus and deduction of service agents: the rule, a sheet per agent and month, and its lines."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.service_choices import AppealState, LineKind, SheetState


class BonusRule(models.Model):
    """What brings and costs how much, from a month on (`crm.rules.bonus.Rule`). Money in fen."""

    # The first day of the month from which it counts.
    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    amounts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__day=1), name="a_bonus_rule_begins_with_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m}"


class BonusSheet(models.Model):
    """One agent's month. While it is a draft or published it follows the data; closed it stands."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    computed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The first day of the month.
    month = models.DateField()
    version = models.IntegerField(default=1)
    base_fen = models.IntegerField(default=0)
    # What is paid: base and lines that stand, never below zero.
    total_fen = models.IntegerField(default=0)
    known_days = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=SheetState.choices, default=SheetState.DRAFT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "month"], name="an_agent_has_one_sheet_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="a_sheet_is_of_a_month"),
            models.CheckConstraint(
                condition=Q(total_fen__gte=0), name="a_bonus_is_never_below_nought"
            ),
        ]
        # The sheets of a month.
        indexes = [models.Index(fields=["month", "agent"], name="bonus_sheet_month_idx")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.month:%Y-%m}"


class BonusLine(models.Model):
    """One amount with what it rests on. `key` names its cause, so that computing again finds it."""

    sheet = models.ForeignKey(BonusSheet, on_delete=models.CASCADE, related_name="lines")
    appealed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.SmallIntegerField(default=1)
    unit_fen = models.IntegerField()
    amount_fen = models.IntegerField()
    version = models.IntegerField(default=1)
    # The cause is no longer in the data: kept because somebody spoke about it, and worth nothing.
    is_gone = models.BooleanField(default=False)
    kind = models.CharField(max_length=16, choices=LineKind.choices)
    appeal_state = models.CharField(
        max_length=8, choices=AppealState.choices, default=AppealState.NONE
    )
    key = models.CharField(max_length=60, db_collation="C")
    # Which days, reviews and figures: plain values, put into words by `crm.wording.service`.
    evidence = models.JSONField(default=dict)
    appeal_words = models.CharField(max_length=400, blank=True, default="")
    decision_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "key"], name="a_cause_stands_once_on_a_sheet"),
            models.CheckConstraint(
                condition=Q(appeal_state=AppealState.NONE)
                | Q(appeal_state=AppealState.STRUCK)
                | ~Q(appeal_words=""),
                name="an_appeal_has_words",
            ),
            models.CheckConstraint(
                condition=~Q(appeal_state__in=[AppealState.KEPT, AppealState.STRUCK])
                | ~Q(decision_reason=""),
                name="a_decision_has_a_reason",
            ),
        ]
        # Appeals that wait.
        indexes = [
            models.Index(
                fields=["appealed_at"],
                name="bonus_line_appeal_idx",
                condition=Q(appeal_state=AppealState.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.key}: {self.amount_fen}"
