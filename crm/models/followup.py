"""Follow-ups: whom to ask after their parcel came, whom to keep in touch with, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.models.customer import Customer
from crm.review_choices import ArrivalBasis, FollowCause, FollowKind, FollowResult, FollowState
from orders.models import AfterSalesCase, Order


class FollowTask(models.Model):
    """One customer to speak to. One per order at most, however often the daily run looks."""

    order = models.OneToOneField(
        Order, null=True, on_delete=models.CASCADE, related_name="follow_task"
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="follow_tasks"
    )
    # What a problem led to.
    case = models.ForeignKey(AfterSalesCase, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    touched_at = models.DateTimeField(null=True)
    touched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField()
    version = models.IntegerField(default=1)
    attempts = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=FollowKind.choices)
    state = models.CharField(max_length=8, choices=FollowState.choices, default=FollowState.OPEN)
    basis = models.CharField(max_length=8, choices=ArrivalBasis.choices, blank=True, default="")
    result = models.CharField(max_length=10, choices=FollowResult.choices, blank=True, default="")
    cause = models.CharField(max_length=8, choices=FollowCause.choices, blank=True, default="")
    # Why this customer, for who has to speak to them (care).
    why = models.CharField(max_length=200, blank=True, default="")
    words = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="arrival", order__isnull=False)
                | Q(kind="care", customer__isnull=False),
                name="a_follow_up_is_about_somebody",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(kind="care", state="open"),
                name="a_customer_has_one_open_care_task",
            ),
        ]
        indexes = [
            # Today's and late ones, oldest first; whose turn it is.
            models.Index(
                fields=["due_on", "id"], name="follow_open_idx", condition=Q(state="open")
            ),
            models.Index(
                fields=["owner", "due_on", "id"],
                name="follow_mine_idx",
                condition=Q(state="open", owner__isnull=False),
            ),
            # What was done on a day, by whom.
            models.Index(
                fields=["touched_at"],
                name="follow_touched_idx",
                condition=Q(touched_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class FollowTouch(models.Model):
    """That somebody spoke to a customer: when, who, what came of it. Never changed."""

    task = models.ForeignKey(FollowTask, on_delete=models.CASCADE, related_name="touches")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    result = models.CharField(max_length=10, choices=FollowResult.choices)
    words = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.task_id}: {self.result}"
