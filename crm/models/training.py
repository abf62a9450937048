"""Exam sheets for service agents, and every attempt at them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Exam(models.Model):
    """A sheet of questions with right answers (`crm.rules.training`), and what passes."""

    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # How many of a hundred.
    pass_mark = models.SmallIntegerField(default=80)
    # After so many days a pass is to be renewed; null: it holds for good.
    valid_days = models.SmallIntegerField(null=True, blank=True)
    is_on = models.BooleanField(default=True)
    title = models.CharField(max_length=60, unique=True)
    # The questions as written: see `crm.rules.training.parse_sheet`.
    text = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100),
                name="a_pass_mark_is_of_a_hundred",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ExamResult(models.Model):
    """One attempt of a person: what was asked, what was answered, what it was worth. Never changed."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="results")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField()
    date = models.DateField()
    # The sheet as it was then.
    exam_version = models.IntegerField()
    right_count = models.SmallIntegerField()
    question_count = models.SmallIntegerField()
    mark = models.SmallIntegerField()
    pass_mark = models.SmallIntegerField()
    has_passed = models.BooleanField()
    # By question: text, right options, chosen options.
    answers = models.JSONField(default=list)

    class Meta:
        indexes = [
            # A person's attempts at a sheet, the newest first.
            models.Index(
                F("person"), F("exam"), F("taken_at").desc(), name="exam_result_person_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.exam_id} {self.date}: {self.mark}"
