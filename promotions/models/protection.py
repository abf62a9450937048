"""What the platform wrote on an order about price protection (价保)."""

from django.conf import settings
from django.db import models


class ProtectionLabel(models.Model):
    """The label of an order, such as 15天价保 or 大促价保. By order number: it may come before the order."""

    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    tid = models.CharField(max_length=32, primary_key=True, db_collation="C")
    label = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.tid}: {self.label}"
