"""After-sales: cases with clocks, what was said, evidence, and compensation with limits."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationKind,
    CompensationState,
    CourierFault,
    RefundStatus,
    Responsible,
    ToldChannel,
)
from orders.models.orders import Order, OrderLine, Refund
from shopops.lib.columns import money


class AfterSalesCase(models.Model):
    """One problem of one buyer with one order, from the first word to the end."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="cases")
    line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    refund = models.OneToOneField(
        Refund, null=True, blank=True, on_delete=models.SET_NULL, related_name="case"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The clocks: our own first answer and solution, and the platform's time-out from the file.
    answer_due_at = models.DateTimeField()
    solve_due_at = models.DateTimeField()
    platform_due_at = models.DateTimeField(null=True)
    # Since when the present state stands: the clock of the solution starts anew with each turn.
    turn_at = models.DateTimeField()
    # The earliest clock that still runs; queues sort by it.
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    escalation_reason = models.CharField(max_length=200, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # How often the buyer has written about it.
    contact_count = models.SmallIntegerField(default=1)
    is_complaint = models.BooleanField(default=False)
    is_by_hand = models.BooleanField(default=False)
    owner_role = models.CharField(max_length=40)
    type = models.CharField(max_length=20, choices=CaseType.choices)
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.OPEN)
    grade = models.CharField(max_length=12, choices=CaseGrade.choices, blank=True, default="")
    responsible = models.CharField(
        max_length=16, choices=Responsible.choices, blank=True, default=""
    )
    carrier = models.CharField(max_length=40, blank=True, default="")
    courier_fault = models.CharField(
        max_length=12, choices=CourierFault.choices, blank=True, default=""
    )
    sku_code = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    # The refund's status that this case followed last; a newer one moves the case along.
    refund_status = models.CharField(
        max_length=28, choices=RefundStatus.choices, blank=True, default=""
    )
    summary = models.CharField(max_length=300, blank=True, default="")
    resolution = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="case_due_idx", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["opened_at"], name="case_opened_idx"),
            # Closed cases, the newest first.
            models.Index(
                fields=["closed_at", "id"],
                name="case_closed_idx",
                condition=Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseEvent(models.Model):
    """What was said or done in a case: the buyer's word, our answer, a note."""

    case = models.ForeignKey(AfterSalesCase, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=CaseEventKind.choices)
    channel = models.CharField(max_length=12, choices=ToldChannel.choices, blank=True, default="")
    words = models.CharField(max_length=2000)

    def __str__(self) -> str:
        return self.words[:40]


class Evidence(models.Model):
    """A file kept with a case; its bytes are in the vault, encrypted."""

    case = models.ForeignKey(AfterSalesCase, on_delete=models.CASCADE, related_name="evidence")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], name="a_file_is_kept_once_with_a_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompensationLimit(models.Model):
    """Up to which amount a role may compensate a grade by itself; above it the manager decides."""

    role = models.CharField(max_length=40)
    grade = models.CharField(max_length=12, choices=CaseGrade.choices)
    maximum_amount = money()
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "grade"], name="a_role_has_one_limit_a_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.grade}"


class Compensation(models.Model):
    """Money or a coupon promised to the buyer in a case."""

    case = models.ForeignKey(AfterSalesCase, on_delete=models.CASCADE, related_name="compensations")
    amount = money()
    kind = models.CharField(max_length=12, choices=CompensationKind.choices)
    state = models.CharField(max_length=12, choices=CompensationState.choices)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_reason = models.CharField(max_length=200, blank=True, default="")
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="a_compensation_is_of_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="compensation_waiting_idx",
                condition=Q(state=CompensationState.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
