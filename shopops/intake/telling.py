"""What people are told of files: one was refused, or rows of one were not taken."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from shopops.intake.models import Batch
from shopops.intake.wording import refusal_text
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice

REFUSED = gettext_noop("文件没有收：{name}")
REJECTED = gettext_noop("文件写完了，{n} 行退回：{name}")
TO_MEND = gettext_noop("退回的行可以下载，改好后再传")
# Who is told of a file that nobody uploaded: it lay in the inbox.
IN_CHARGE = ("manager", "administrator")


def tell_of_refusal(batch: Batch, *, now: datetime) -> None:
    """Tell who brought a file that nothing of it was taken. In the refusing transaction."""
    with override(settings.LANGUAGE_CODE):
        why = refusal_text(batch.refusal)
    _tell(batch, "refused", Notice.Tone.LATE, REFUSED.format(name=_name(batch)), why, now=now)


def tell_of_rejected_rows(batch: Batch, *, now: datetime) -> None:
    """Tell who brought a file how many of its rows were not taken. In the writing transaction."""
    text = REJECTED.format(n=f"{batch.rejected_count:,}", name=_name(batch))
    _tell(batch, "rejected", Notice.Tone.SOON, text, TO_MEND, now=now)


def _tell(
    batch: Batch, event: str, tone: Notice.Tone, text: str, sub: str, *, now: datetime
) -> None:
    news = News(
        key=f"intake.{event}:{batch.pk}",
        tone=tone,
        text=text,
        sub=sub,
        url=reverse("intake:batch", args=[batch.pk]),
    )
    if batch.created_by_id:
        tell(news, people=[batch.created_by_id], now=now)
    else:
        tell(news, roles=IN_CHARGE, now=now)


def _name(batch: Batch) -> str:
    name = batch.file_name
    return name if len(name) <= 120 else f"{name[:80]}…{name[-39:]}"
