"""Material: ideas, pictures and texts, and where each is used."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from products.models import Product
from promotions.choices import MaterialKind
from promotions.models.activity import Activity
from promotions.models.trial import Trial


class Material(models.Model):
    """One idea, picture or text that activities, products and tests draw on."""

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    is_on = models.BooleanField(default=True)
    kind = models.CharField(max_length=8, choices=MaterialKind.choices)
    title = models.CharField(max_length=80)
    text = models.TextField(blank=True, default="")
    # Picture in the vault: format|whole|small|size, as products keep theirs; empty: none.
    image_path = models.CharField(max_length=200, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    class Meta:
        # Those that carry a tag.
        indexes = [GinIndex(fields=["tags"], name="material_tags_idx")]

    def __str__(self) -> str:
        return self.title


class MaterialUse(models.Model):
    """Where a piece of material is used: an activity, a product or a test."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="uses")
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.CASCADE, related_name="material"
    )
    product = models.ForeignKey(
        Product, null=True, on_delete=models.CASCADE, related_name="material"
    )
    trial = models.ForeignKey(Trial, null=True, on_delete=models.CASCADE, related_name="material")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=False, product__isnull=True, trial__isnull=True)
                | Q(activity__isnull=True, product__isnull=False, trial__isnull=True)
                | Q(activity__isnull=True, product__isnull=True, trial__isnull=False),
                name="material_is_used_at_one_place",
            ),
            models.UniqueConstraint(
                fields=["material", "activity", "product", "trial"],
                nulls_distinct=False,
                name="material_is_used_once_at_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material_id}"
