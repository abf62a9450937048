"""Calling staff about a campaign: the bell, and whatever addresses of Apprise the shop named.

Never for customers: Apprise knows no consent, no key and no fate of a message.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from crm.models import Campaign
from shopops.notices import calling
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.work.actions import request_run
from shopops.work.context import RunContext

KIND = "crm.staff_call"


def call_staff(*, campaign: Campaign, key: str, text: str, now: datetime) -> None:
    """Tell who made and who approved a campaign; call it in the transaction of what happened."""
    url = reverse("crm:campaign", args=[campaign.pk])
    news = News(
        key=f"crm.campaign:{campaign.pk}:{key}", tone=Notice.Tone.DONE, text=text[:200], url=url
    )
    tell(news, people=[campaign.created_by_id, campaign.approved_by_id], now=now)
    if settings.STAFF_NOTICE_URLS:
        request_run(kind=KIND, key=news.key, payload={"text": text[:200]}, now=now)


def perform_call(run: RunContext) -> dict[str, Any]:
    """Do the work of a `crm.staff_call` run. A second call after a crash does no harm."""
    text = str(run.payload["text"])
    answers = [
        calling.call(address, title="ShopOps", body=text) for address in settings.STAFF_NOTICE_URLS
    ]
    if not any(answer.fate is calling.Fate.TAKEN for answer in answers):
        raise RuntimeError("no notice service took the call")
    return {"told": True}
