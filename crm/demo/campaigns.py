"""Campaigns of the demo shop: one long sent with its effect in the orders, one that waits for approval.

The people are invented, and so is the effect: who of the groups bought more is drawn from the campaign's
seed and comes in by a file like any other. The result page works it out from the orders, as for any shop.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import F

from crm.actions import campaigns, opt_outs, preparing, recompute
from crm.actions.campaigns import ArmValues, CampaignValues
from crm.actions.segments import save_segment
from crm.choices import Backend, CampaignState, Channel, MemberState
from crm.demo.campaign_orders import Bought, write_orders
from crm.models import Campaign, CampaignMember, Consent, CustomerStat, MessageRule, Segment
from shopops.lib.business_time import at_local, business_date
from shopops.staff.models import User

SENT_DAYS_AGO, WINDOW_DAYS = 24, 14
# How many of each thousand bought because of the message, by arm: none, and with the benefit.
MORE_BUYERS = (18, 46)
OPT_OUTS = 7
BENEFIT, BENEFIT_FEN = "满 199 减 20", 2_000


def campaigns_life(by_name: Mapping[str, User], now: datetime) -> None:
    """Fill segments and campaigns; does nothing where there are some."""
    if Segment.objects.exists():
        return
    writer, boss = by_name.get("man"), by_name.get("ning")
    if writer is None or boss is None:
        return
    day = business_date(now)
    MessageRule.objects.get_or_create(
        valid_from=day - timedelta(days=120), defaults={"signature": "棉语家纺"}
    )
    _consents(now)
    old, asleep = _segments(writer, now)
    _past(old, writer, boss, at_local(day - timedelta(days=SENT_DAYS_AGO), time(10, 30)), now)
    _planned(asleep, writer, now)


def _dice(*parts: object) -> int:
    """Give a number of 0 to 999 that is always the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, ("demo", *parts))).encode()).digest()
    return int.from_bytes(digest[:4]) % 1000


def _consents(now: datetime) -> None:
    known = Consent.objects.filter(channel=Channel.SMS).values("customer_id")
    rows = CustomerStat.objects.exclude(customer_id__in=known).order_by("pk")
    Consent.objects.bulk_create(
        [
            Consent(
                customer_id=pk,
                given_at=now - timedelta(days=80),
                channel=Channel.SMS,
                proof="会员中心勾选接收短信",
            )
            for pk in rows.values_list("pk", flat=True)
            if _dice("consent", pk) < 720
        ],
        batch_size=5_000,
    )


def _segments(by: User, now: datetime) -> tuple[Segment, Segment]:
    old = save_segment(
        segment_id=None,
        name="买过的老客",
        note="一周前就买过、愿意收短信",
        conditions={
            "all": [
                {"fact": "first_paid", "op": "over", "a": 7},
                {"fact": "consent", "side": "sms"},
                {"not": {"fact": "black_list"}},
            ]
        },
        by=by,
        now=now,
    )
    asleep = save_segment(
        segment_id=None,
        name="30 天没再买",
        note="买过一次以上，一个月没来",
        conditions={
            "all": [
                {"fact": "last_paid", "op": "over", "a": 30},
                {"fact": "consent", "side": "sms"},
                {
                    "any": [
                        {"fact": "paid", "op": "least", "a": "200"},
                        {"fact": "paid_orders", "op": "least", "a": 2},
                    ]
                },
                {"not": {"fact": "open_case"}},
            ]
        },
        by=by,
        now=now,
    )
    return old, asleep


def _past(segment: Segment, by: User, boss: User, sent_at: datetime, now: datetime) -> None:
    values = CampaignValues(
        name="换季上新 老客先看",
        goal="看给不给券，老客回来得多多少",
        segment_id=segment.pk,
        channel=Channel.SMS,
        backend=Backend.TEST,
        starts_at=sent_at,
        holdout_percent=25,
        window_days=WINDOW_DAYS,
        arms=[
            ArmValues("A", "{name}，换季新花型到店了，老客先看先选，店铺首页第一屏"),
            ArmValues(
                "B",
                "{name}，换季新花型到店了，老客{benefit}，店铺首页第一屏先领券，领了随时能用",
                benefit=BENEFIT,
                benefit_amount=Decimal(BENEFIT_FEN) / 100,
            ),
        ],
    )
    before = sent_at - timedelta(hours=18)
    row = campaigns.save_campaign(campaign_id=None, values=values, by=by, now=before)
    Campaign.objects.filter(pk=row.pk).update(seed=20260917)
    row = campaigns.request_draw(campaign_id=row.pk, version=row.version, by=by, now=before)
    preparing.draw_people(campaign_id=row.pk, now=before)
    row.refresh_from_db()
    if not row.members.filter(state=MemberState.READY).exists():
        return
    row = campaigns.approve(campaign_id=row.pk, version=row.version, by=boss, now=before)
    _sent(row, sent_at)
    _effect(row, sent_at, now)
    _refusals(row, sent_at, boss)


def _sent(row: Campaign, at: datetime) -> None:
    """Write down that it was sent weeks ago: a demo cannot send into the past."""
    row.members.filter(state=MemberState.READY).update(
        state=MemberState.SENT, claimed_at=at, settled_at=at
    )
    Campaign.objects.filter(pk=row.pk).update(
        state=CampaignState.DONE,
        started_at=at,
        ended_at=at + timedelta(minutes=9),
        version=F("version") + 1,
    )


def _effect(row: Campaign, at: datetime, now: datetime) -> None:
    """Bring in, by files, the orders of those whom the message brought back."""
    more = {
        arm.pk: rate for arm, rate in zip(row.arms.order_by("position"), MORE_BUYERS, strict=True)
    }
    off = {arm.pk: round(arm.benefit_amount * 100) for arm in row.arms.all()}
    members = CampaignMember.objects.filter(campaign=row, arm__isnull=False).order_by("pk")
    rows = [
        Bought(
            nick=name,
            at=at + timedelta(minutes=30 + _dice("when", customer) * 18),
            sku=_dice("sku", customer),
            off_fen=off[arm],
        )
        for customer, arm, name in members.values_list("customer_id", "arm_id", "customer__name")
        if _dice("more", row.seed, customer) < more[arm]
    ]
    if not rows:
        return
    folder = Path(settings.SHOPOPS_DATA) / "demo" / "campaigns"
    stamp = min(at + timedelta(days=WINDOW_DAYS + 6), now)
    files = write_orders(folder, rows, stamp=stamp)
    call_command("import_files", *map(str, files), source="demo", json=True)
    recompute.recompute_all_marked(now=now)


def _refusals(row: Campaign, at: datetime, by: User) -> None:
    sent = row.members.filter(state=MemberState.SENT).order_by("pk")
    for customer in sent.values_list("customer_id", flat=True):
        if _dice("refuses", customer) < OPT_OUTS:
            said_at = at + timedelta(minutes=5 + _dice("said", customer))
            opt_outs.opt_out(
                customer_id=customer,
                channel=Channel.SMS,
                words="R",
                source="短信回复",
                at=said_at,
                by=None,
                now=said_at,
            )


def _planned(segment: Segment, by: User, now: datetime) -> None:
    values = CampaignValues(
        name="四件套换新提醒",
        goal="一个月没来的，提醒换新",
        segment_id=segment.pk,
        channel=Channel.SMS,
        backend=Backend.UPLOAD,
        starts_at=at_local(business_date(now) + timedelta(days=1), time(10, 30)),
        arms=[
            ArmValues("A", "{name}，上次的{item}还好用吗？换洗的那套也到店了，有问题随时找我们"),
            ArmValues("B", "{name}，好久不见，换季床品到店，老客先看实拍图"),
        ],
    )
    row = campaigns.save_campaign(campaign_id=None, values=values, by=by, now=now)
    row = campaigns.request_draw(campaign_id=row.pk, version=row.version, by=by, now=now)
    preparing.draw_people(campaign_id=row.pk, now=now)
