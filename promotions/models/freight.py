"""Freight templates of the shop: what the buyer pays for the way, by region, since a moment."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.models import Product
from promotions.choices import FreightUnit
from shopops.lib.columns import money


class FreightTemplate(models.Model):
    """One dated row of a template: in force from `valid_from` up to `valid_to`, not included.

    `code` is the same over all its rows: what a product points to, and what a quoted line names.
    """

    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Of products that name no template.
    is_default = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    unit = models.CharField(max_length=8, choices=FreightUnit.choices, default=FreightUnit.PIECES)
    code = models.CharField(max_length=20, db_collation="C")
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="a_freight_template_begins_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="a_freight_template_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FreightArea(models.Model):
    """What a template costs in some provinces; without any: everywhere that no other row names.

    `first` and `add` in pieces, grams or cm³, as the template's unit says.
    """

    template = models.ForeignKey(FreightTemplate, on_delete=models.CASCADE, related_name="areas")
    first = models.IntegerField()
    add = models.IntegerField()
    first_amount = money()
    add_amount = money()
    regions = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(regions=[]),
                name="a_freight_template_has_one_nationwide_row",
            ),
            models.CheckConstraint(
                condition=Q(first__gt=0, add__gt=0), name="a_freight_step_holds_something"
            ),
            models.CheckConstraint(
                condition=Q(first_amount__gte=0, first_amount__lt=1000, add_amount__gte=0)
                & (Q(add_amount__lte=F("first_amount")) | Q(first_amount=0, add_amount__lt=1000)),
                name="a_further_freight_step_costs_no_more_than_the_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {'、'.join(self.regions)}"


class FreightProduct(models.Model):
    """Which template a product goes by. `volume_cm3`: of a piece, for templates by volume."""

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, related_name="freight", primary_key=True
    )
    volume_cm3 = models.IntegerField(null=True, blank=True)
    code = models.CharField(max_length=20, db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(volume_cm3__isnull=True) | Q(volume_cm3__gt=0),
                name="a_piece_takes_up_room",
            ),
        ]
        # The products of one template.
        indexes = [models.Index(fields=["code"], name="freight_product_code_idx")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.code}"
