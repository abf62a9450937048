"""What a sale costs beside the goods, since a date: commission, fees, postage, expected returns."""

from django.conf import settings
from django.db import models


class ProfitRule(models.Model):
    """The rates of the price check: the newest row that has begun counts.

    What a row leaves out has its start value: `promotions.rules.profit.START`.
    """

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Where the figures are from: the shop's contract, the bill, a guess.
    source = models.CharField(max_length=200, blank=True, default="")
    parameters = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.valid_from}"
