"""Listing: checks before it, the week's plan, the watch after it, violations."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.choices import RankSort, ViolationState
from products.models.catalogue import Product
from shopops.lib.columns import money


class ListingCheck(models.Model):
    """What was found when a product was checked: one outcome with evidence for each point."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="checks")
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    failed_count = models.SmallIntegerField()
    unknown_count = models.SmallIntegerField()
    # The newest of its product: what lists read.
    is_latest = models.BooleanField(default=True)
    # What was measured of which picture, so that the same one is not measured every night.
    image_path = models.CharField(max_length=200, blank=True, default="")
    picture = models.JSONField(null=True)
    # [{"code": "title_length", "outcome": "fail", "evidence": "code|value|…"}, …]
    points = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_latest=True),
                name="a_product_has_one_latest_check",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-checked_at"], name="listing_check_idx"),
            # The list of products that fail, worst first.
            models.Index(
                fields=["-failed_count", "id"],
                name="listing_check_failed_idx",
                condition=Q(is_latest=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.failed_count} failed"


class ListingWord(models.Model):
    """A word that a listing may not carry (or should), since a date."""

    word = models.CharField(max_length=40)
    # Empty: every category.
    category = models.CharField(max_length=80, blank=True, default="")
    is_forbidden = models.BooleanField(default=True)
    reason = models.CharField(max_length=200)
    # Words around it that make it harmless: ["最大承重", …].
    exemptions = models.JSONField(default=list, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True, default="")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_listing_word_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.word


class ShelfSlot(models.Model):
    """When in the week a product is (re)listed: the shelf cycle is seven days."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="slot"
    )
    weekday = models.SmallIntegerField()  # 0 is Monday
    at = models.TimeField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_by_hand = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6), name="a_slot_is_on_a_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.at}"


class RankSnapshot(models.Model):
    """At which place a product stood in a search. Null: not among those looked at."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="ranks")
    batch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    position = models.IntegerField(null=True)
    looked_at = models.IntegerField()
    sort = models.CharField(max_length=8, choices=RankSort.choices)
    keyword = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "keyword", "sort", "at"], name="a_rank_is_taken_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keyword}: {self.position}"


class Competitor(models.Model):
    """Another shop's item that is watched beside one of ours."""

    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="competitors"
    )
    shop = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    item_no = models.CharField(max_length=32, blank=True, default="")
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class CompetitorSnapshot(models.Model):
    """What was seen of a competitor on a day."""

    competitor = models.ForeignKey(Competitor, on_delete=models.CASCADE, related_name="snapshots")
    batch_id = models.BigIntegerField(null=True)
    date = models.DateField()
    price_amount = money(null=True)
    monthly_sales = models.IntegerField(null=True)
    activity = models.CharField(max_length=60, blank=True, default="")
    ad_pressure = models.SmallIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["competitor", "date"], name="a_competitor_is_seen_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competitor_id} {self.date}"


class Violation(models.Model):
    """What the platform holds against a product, until when one may appeal, and how it ended."""

    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="violations"
    )
    found_at = models.DateTimeField()
    appeal_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    points = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    penalty_amount = money(default=0)
    forbids_listing = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=ViolationState.choices, default=ViolationState.OPEN
    )
    kind = models.CharField(max_length=60)
    words = models.CharField(max_length=500, blank=True, default="")
    ending = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["appeal_until", "id"],
                name="violation_open_idx",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class WordExemption(models.Model):
    """A named person's word that a forbidden word is harmless in one product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="word_exemptions")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    word = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "word"], name="a_word_is_exempt_once_in_a_product"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.reason}"


class GoodsRule(models.Model):
    """What goods are judged by since a date: the newest row of a code that has begun counts."""

    code = models.CharField(max_length=20)
    valid_from = models.DateField()
    parameters = models.JSONField(default=dict)
    source = models.CharField(max_length=200, blank=True, default="")
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="a_goods_rule_begins_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"
