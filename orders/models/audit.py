"""What audit judges by: the shop's own rules, keyword rules, black list, and words for buyers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.choices import AuditRuleCode, HoldKind, KeywordAct, KeywordPlace
from orders.models.orders import Buyer


class DatedRow(models.Model):
    """A row that a manager edits: an edit ends it and begins another, so that history stays.

    In force on a date from `valid_from` to `valid_to`, both included, while `is_on`.
    """

    position = models.IntegerField(default=0)
    is_on = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class AuditRuleRow(DatedRow):
    """One rule of the audit with its parameters."""

    code = models.CharField(max_length=24, choices=AuditRuleCode.choices)
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="an_audit_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class KeywordRow(DatedRow):
    """Words in a message or memo, and what they ask for."""

    words = models.JSONField(default=list)
    unless = models.JSONField(default=list, blank=True)
    place = models.CharField(max_length=8, choices=KeywordPlace.choices)
    act = models.CharField(max_length=8, choices=KeywordAct.choices)
    # Courier, gift code or kind of hold, as the act needs.
    value = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_keyword_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.words)


class BlackListEntry(models.Model):
    """A buyer whose orders a person looks at first, and why."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="black_list")
    reason = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    # The last day that it counts; null: until somebody ends it.
    until_date = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer"],
                condition=Q(removed_at__isnull=True),
                name="a_buyer_stands_once_on_the_black_list",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class TellTemplate(models.Model):
    """Words ready to send to a buyer about a kind of hold; `kind` empty: about any."""

    kind = models.CharField(max_length=24, choices=HoldKind.choices, blank=True, default="")
    name = models.CharField(max_length=40)
    words = models.CharField(max_length=500)
    is_on = models.BooleanField(default=True)
    version = models.IntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"], name="a_template_has_its_name_once_in_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name
