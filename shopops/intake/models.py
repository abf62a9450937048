"""Files that came in: the batch, its rejected rows, and what it changed (for undo)."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from shopops.intake.choices import BatchSource, BatchState
from shopops.lib import words


class Batch(models.Model):
    """One file that came in. The same bytes twice are two batches; the second changes nothing."""

    file_name = models.CharField(max_length=255)  # shown only, never used as a path
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    # Name of the encrypted copy below SHOPOPS_DATA/files/uploads; empty once its retention ended.
    stored_name = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=8, choices=BatchSource.choices)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.UPLOADED)
    kind = models.CharField(max_length=40, blank=True, default="")
    layout = models.CharField(max_length=40, blank=True, default="")
    container = models.CharField(max_length=8, blank=True, default="")  # csv, xlsx, xls
    encoding = models.CharField(max_length=16, blank=True, default="")  # utf-8-sig, gb18030
    # When the platform wrote the file; decides which of two files is the newer one.
    exported_at = models.DateTimeField()
    period_from = models.DateTimeField(null=True, blank=True)
    period_to = models.DateTimeField(null=True, blank=True)
    row_count = models.IntegerField(default=0)
    created_count = models.IntegerField(default=0)
    updated_count = models.IntegerField(default=0)
    unchanged_count = models.IntegerField(default=0)
    rejected_count = models.IntegerField(default=0)
    # Sums of money columns, as strings with two decimals, e.g. {"总金额": "2995760.61"}.
    sums = models.JSONField(default=dict)
    # Column map, detected facts (e.g. paid_is_net), sample of changes shown before commit.
    facts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    refusal = models.TextField(blank=True, default="")
    auto_commit = models.BooleanField(default=False)
    seconds = models.DecimalField(max_digits=9, decimal_places=3, default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The imports page, newest first.
            models.Index(F("created_at").desc(), F("id").desc(), name="batch_newest_idx"),
            # "This very file came before."
            models.Index(fields=["sha256"], name="batch_sha256_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class Source(models.Model):
    """How far one kind of file reaches: the newest export that was written and not taken back.

    Kept by the runs that write and undo, so that the foot of every page need not look for it.
    """

    kind = models.CharField(max_length=40, primary_key=True)
    exported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.exported_at:%Y-%m-%d %H:%M}"


class RowError(models.Model):
    """Why one row of a file was rejected. `value` is masked where the column holds a contact."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="row_errors")
    line = models.IntegerField(help_text=_("文件里的行号，表头是第 1 行"))
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["batch", "line"], name="row_error_line_idx")]

    def __str__(self) -> str:
        return f"{self.line}: {self.column}"

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return words.stored(self.reason)


class RowChange(models.Model):
    """A row as it was before a batch changed it. Written set-based; read by undo and time-lines.

    Under the table's name with `.older`: what a batch said of a row of which a later export counts.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+")
    table = models.CharField(max_length=40)
    row_pk = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "table", "row_pk"], name="a_batch_remembers_a_row_once"
            )
        ]
        indexes = [
            # "Which imports changed this order?" on its time-line.
            models.Index(fields=["table", "row_pk"], name="row_change_row_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.table}:{self.row_pk}"
