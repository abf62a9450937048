"""States of a batch."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("已上传")
    PARSING = "parsing", _("正在读取")
    PREVIEWED = "previewed", _("待确认")
    REFUSED = "refused", _("已拒绝")
    MERGING = "merging", _("正在写入")
    DONE = "done", _("已完成")
    DISCARDED = "discarded", _("已放弃")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")


BATCH_TRANSITIONS: dict[str, set[str]] = {
    BatchState.UPLOADED: {BatchState.PARSING, BatchState.REFUSED, BatchState.DISCARDED},
    BatchState.PARSING: {BatchState.PREVIEWED, BatchState.REFUSED, BatchState.DISCARDED},
    BatchState.PREVIEWED: {BatchState.MERGING, BatchState.DISCARDED},
    # Back to previewed: the run was cancelled and wrote nothing.
    BatchState.MERGING: {BatchState.DONE, BatchState.REFUSED, BatchState.PREVIEWED},
    BatchState.DONE: {BatchState.UNDOING},
    BatchState.UNDOING: {BatchState.UNDONE, BatchState.DONE},
    BatchState.REFUSED: set(),
    BatchState.DISCARDED: set(),
    BatchState.UNDONE: set(),
}


class BatchSource(models.TextChoices):
    UPLOAD = "upload", _("上传")
    INBOX = "inbox", _("收件夹")
    COMMAND = "command", _("命令行")
    DEMO = "demo", _("演示")
