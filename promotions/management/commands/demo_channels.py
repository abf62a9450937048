"""`manage.py demo_channels`: ninety days of paid traffic for the demo shop, through the importers."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db.models import Max, Sum
from django.utils import timezone

from orders.models import OrderLine
from products.models import Product
from promotions.actions import channel_watch, channels
from promotions.choices import Channel, PlanState
from promotions.demo.channels import DemoAd, DemoLine, write_files
from promotions.models import AdPlan, ChannelBalance, ChannelDay
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import SHANGHAI, business_date, parse_instant
from shopops.lib.commands import JsonCommand
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline

ADS, AFFILIATED = 12, 420


class Command(JsonCommand):
    help = "Give the demo shop its reports of paid channels, caps and a balance. Safe to repeat."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=20260917)
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(self, *, seed: int, now: str | None, **_options: object) -> dict[str, Any]:
        at = parse_instant(now) if now else timezone.now()
        local = at.astimezone(SHANGHAI)
        ads, lines = _ads(), _lines()
        if not ads:
            return {"files": 0}
        folder = Path(settings.SHOPOPS_DATA) / "demo" / "channels"
        self._keep(at)
        came = set(Batch.objects.filter(state=BatchState.DONE).values_list("file_name", flat=True))
        files = sorted(folder.glob("*")) or write_files(
            folder, ads=ads, lines=lines, now=local, seed=seed
        )
        missing = [str(path) for path in files if path.name not in came]
        if missing:
            call_command("import_files", *missing, source="demo", stdout=self.stderr)
        perform_inline(request_run(kind=channel_watch.DAYS, key="now", now=at, again=True))
        self._tend(at)
        return {"files": len(files)}

    def _keep(self, now: datetime) -> None:
        """Set caps and a balance before the reports tell what was spent."""
        by = User.objects.filter(username="man").first()
        if by is None or ChannelDay.objects.exists():
            return
        values = channels.AccountValues(is_used=True, cap=Decimal(1000), low_balance=Decimal(1500))
        channels.keep_account(
            channel=Channel.WXT, values=values, version=0, by=by, now=now - timedelta(days=3)
        )

    def _tend(self, now: datetime) -> None:
        """Note a balance and cap a plan, as the promotion person would."""
        by = User.objects.filter(username="man").first()
        if by is None or ChannelBalance.objects.exists():
            return
        today = business_date(now)
        channels.note_balance(
            channel=Channel.WXT, day=today, amount=Decimal("2860.40"), version=0, by=by, now=now
        )
        plan = AdPlan.objects.filter(channel=Channel.WXT, key="70012340001").first()
        if plan is not None:
            kept = channels.PlanValues(PlanState.RUNNING, Decimal(350), "主推款，旺季前不停")
            channels.keep_plan(plan_id=plan.pk, values=kept, version=plan.version, by=by, now=now)


def _ads() -> list[DemoAd]:
    """Give the items that sell best, with what a piece of each brings."""
    sold = (
        OrderLine.objects.exclude(item_no="")
        .values("item_no")
        .annotate(pieces=Sum("quantity"), amount=Sum("paid_amount"))
        .order_by("-pieces", "item_no")[:ADS]
    )
    titles = dict(
        Product.objects.filter(item_no__in=[one["item_no"] for one in sold]).values_list(
            "item_no", "title"
        )
    )
    return [
        DemoAd(
            one["item_no"],
            titles.get(one["item_no"], ""),
            int((one["amount"] or 0) / one["pieces"] * 100) or 9900,
        )
        for one in sold
    ]


def _lines() -> list[DemoLine]:
    """Give some paid lines as what affiliates brought: every so-and-so many."""
    rows = (
        OrderLine.objects.filter(order__paid_at__isnull=False, paid_amount__gt=0)
        .exclude(item_no="")
        .select_related("order")
        .order_by("pk")
    )
    newest = rows.aggregate(last=Max("pk"))["last"]
    if newest is None:
        return []
    step = max(rows.count() // AFFILIATED, 1)
    found = []
    for number, line in enumerate(rows.iterator(chunk_size=2000)):
        if number % step or line.order.paid_at is None:
            continue
        found.append(
            DemoLine(
                line.line_key,
                line.order.tid,
                line.item_no,
                line.title[:60],
                line.order.paid_at.astimezone(SHANGHAI),
                line.paid_amount or Decimal(0),
                line.quantity,
                line.refund_amount > 0,
            )
        )
    return found
