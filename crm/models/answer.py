"""The library of answers with all their versions, and what buyers ask most."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from crm.review_choices import Scene


class Answer(models.Model):
    """A standard answer as it is said today; variables stand in braces: {昵称}."""

    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    use_count = models.IntegerField(default=0)
    is_on = models.BooleanField(default=True)
    scene = models.CharField(max_length=10, choices=Scene.choices)
    title = models.CharField(max_length=60)
    # Other words by which it is looked for.
    keywords = models.CharField(max_length=200, blank=True, default="")
    text = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene", "title"],
                condition=Q(is_on=True),
                name="an_answer_has_one_title_in_its_scene",
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("text"), name="gin_trgm_ops"), name="answer_text_trgm_idx"),
            GinIndex(OpClass(F("title"), name="gin_trgm_ops"), name="answer_title_trgm_idx"),
        ]

    def __str__(self) -> str:
        return self.title


class AnswerVersion(models.Model):
    """An answer as it was written by somebody; never changed."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="versions")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.IntegerField()
    title = models.CharField(max_length=60)
    text = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "number"], name="a_version_of_an_answer_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} v{self.number}"


class Question(models.Model):
    """What buyers ask, many times in other words: one row for all of them, by its key words.

    Nothing tells who asked; numbers in the sample are hidden.
    """

    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # The answer that a person or the search found for it; null: one is missing.
    answer = models.ForeignKey(
        Answer, null=True, on_delete=models.SET_NULL, related_name="questions"
    )
    count = models.IntegerField(default=0)
    is_ignored = models.BooleanField(default=False)
    key = models.CharField(max_length=120, unique=True)
    sample = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(F("count").desc(), F("id"), name="question_count_idx"),
        ]

    def __str__(self) -> str:
        return self.sample


class QuestionSource(models.Model):
    """A chat export that was counted; the same one again counts nothing."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lines = models.IntegerField()
    questions = models.IntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name
