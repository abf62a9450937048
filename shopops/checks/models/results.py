"""Findings of the daily checks, kept per business date."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckResult(models.Model):
    """What one check said about one business date. Run again, it is replaced, not doubled."""

    class Status(models.TextChoices):
        PASSED = "passed", _("通过")
        FAILED = "failed", _("不过")
        UNKNOWN = "unknown", _("未知")

    code = models.CharField(max_length=60)
    business_date = models.DateField()
    status = models.CharField(max_length=8, choices=Status.choices)
    # [{"title", "evidence", "severity": "late"|"soon"|"us", "owner_role", "due_at", "url"}]
    findings = models.JSONField(default=list)
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "business_date"], name="a_check_speaks_once_per_business_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.business_date}"
