"""SKUs: what is sold under one merchant code."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Sku(models.Model):
    """One merchant code with what the warehouse must know of it: barcode, bin, weight."""

    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    weight_grams = models.IntegerField(null=True, blank=True)
    code = models.CharField(max_length=80, unique=True, db_collation="C")
    barcode = models.CharField(max_length=40, blank=True, default="", db_collation="C")
    bin_code = models.CharField(max_length=20, blank=True, default="", db_collation="C")
    title = models.TextField(blank=True, default="")
    spec = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["barcode"], condition=~Q(barcode=""), name="a_barcode_is_of_one_sku"
            ),
            models.CheckConstraint(
                condition=Q(weight_grams__isnull=True) | Q(weight_grams__gt=0),
                name="a_sku_weighs_something",
            ),
        ]

    def __str__(self) -> str:
        return self.code
