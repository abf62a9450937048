"""One thing told to one person. What is told to a role has a row for each who held it then."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User


class Notice(models.Model):
    """A notice in a person's bell. Texts are stored in Chinese and shown by `words.stored`."""

    class Tone(models.TextChoices):
        LATE = "late", _("要处理")
        SOON = "soon", _("要留意")
        DONE = "done", _("好了")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    # What happened, e.g. "intake.refused:4827": nobody is told the same thing twice.
    key = models.CharField(max_length=180)
    tone = models.CharField(max_length=4, choices=Tone.choices)
    text = models.CharField(max_length=200)
    sub = models.CharField(max_length=300, blank=True, default="")
    url = models.CharField(max_length=300)
    at = models.DateTimeField()  # when it happened
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="a_person_is_told_a_thing_once"),
        ]
        indexes = [
            # A person's notices, newest first: the bell and the page.
            models.Index("person", F("at").desc(), F("id").desc(), name="notice_newest_idx"),
            # The count beside the bell, on every page.
            models.Index(
                fields=["person"], name="notice_unread_idx", condition=Q(read_at__isnull=True)
            ),
            # Old ones that are removed.
            models.Index(fields=["at"], name="notice_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.person_id}"
