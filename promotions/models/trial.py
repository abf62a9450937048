"""A/B tests: what is tried, in which forms, with the figures of each day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.models import Product
from promotions.choices import TrialMeasure, TrialSplit, TrialState, TrialSubject
from shopops.lib.columns import money


class Trial(models.Model):
    """One test. Its size is set before it begins and never changed afterwards.

    `baseline`, `smallest_lift` and `spread` are what the size follows from: the rate (or amount per
    visitor) as it is, the smallest part of it worth finding, and for amounts their standard deviation.
    """

    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.PROTECT, related_name="trials"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen = models.ForeignKey(
        "TrialVariant", null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    starts_on = models.DateField()
    version = models.IntegerField(default=1)
    # People each form needs, and days all of it runs at least.
    planned_people = models.IntegerField()
    planned_days = models.SmallIntegerField()
    block_days = models.SmallIntegerField(default=1)
    subject = models.CharField(max_length=12, choices=TrialSubject.choices)
    split = models.CharField(max_length=8, choices=TrialSplit.choices)
    measure = models.CharField(max_length=12, choices=TrialMeasure.choices)
    state = models.CharField(max_length=8, choices=TrialState.choices, default=TrialState.RUNNING)
    baseline = models.DecimalField(max_digits=12, decimal_places=6)
    smallest_lift = models.DecimalField(max_digits=6, decimal_places=4)
    spread = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    name = models.CharField(max_length=80)
    lesson = models.CharField(max_length=400, blank=True, default="")
    # The result as it stood when it was decided.
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_people__gt=0, planned_days__gt=0, block_days__gt=0),
                name="a_test_has_a_planned_size",
            ),
        ]
        indexes = [models.Index(fields=["state", "-starts_on", "-id"], name="trial_state_idx")]

    def __str__(self) -> str:
        return self.name


class TrialVariant(models.Model):
    """One form of what is tried; the first is what there is now."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="variants")
    position = models.SmallIntegerField()
    # Its part of the traffic, as a weight against the others.
    weight = models.SmallIntegerField(default=1)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "position"], name="a_form_stands_once_in_its_test"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="a_form_gets_some_traffic"),
        ]

    def __str__(self) -> str:
        return self.name


class TrialDay(models.Model):
    """One form's figures of one day: people who saw it, those of them who did it, what they paid."""

    variant = models.ForeignKey(TrialVariant, on_delete=models.CASCADE, related_name="days")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    date = models.DateField()
    people = models.IntegerField()
    hits = models.IntegerField()
    is_imported = models.BooleanField(default=False)
    amount = money(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "date"], name="a_form_has_a_day_once"),
            models.CheckConstraint(
                condition=Q(people__gte=F("hits"), hits__gte=0),
                name="no_more_did_it_than_saw_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} {self.date}"
