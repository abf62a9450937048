"""The file of a malicious review: evidence, complaint, the platform's word."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.models.review import Review
from crm.review_choices import MaliceState, ProofKind


class MaliceFile(models.Model):
    """What we hold against a review, to be given to the platform."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="malice")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    complained_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    state = models.CharField(
        max_length=10, choices=MaliceState.choices, default=MaliceState.COLLECTING
    )
    complaint_no = models.CharField(max_length=40, blank=True, default="")
    claim = models.CharField(max_length=1000)
    ending = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["opened_at"], name="malice_open_idx", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.state}"


class MaliceProof(models.Model):
    """One piece of evidence: words, or a file in the vault with a word on it."""

    file = models.ForeignKey(MaliceFile, on_delete=models.CASCADE, related_name="proofs")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # When what it shows happened, as far as known: the chain stands in this order.
    happened_at = models.DateTimeField()
    size = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=ProofKind.choices)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    content_type = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=120, blank=True, default="")
    path = models.CharField(max_length=200, blank=True, default="")
    words = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "sha256"],
                condition=~Q(sha256=""),
                name="a_proof_is_kept_once_with_a_malice_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.words[:40]
