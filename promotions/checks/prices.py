"""The daily checks of final prices: the platform's figures against ours, prices below the floor."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.models import SellerPrice, SkuLowest
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money

MOST_NAMED = 30
TOLERANCE = Decimal("0.01")
FRESH = timedelta(days=3)


def platform_agrees(day: date, now: datetime) -> CheckOutcome:
    """Fail for SKUs whose price in the seller's export differs from ours of that day by over a cent."""
    rows = SellerPrice.objects.filter(exported_at__gte=now - FRESH).select_related("sku")
    theirs = list(rows.order_by("sku_id"))
    if not theirs:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    days = {business_date(row.exported_at) for row in theirs}
    kept = SkuLowest.objects.filter(sku__in=[row.sku_id for row in theirs], date__in=days)
    ours = {(row.sku_id, row.date): row for row in kept}
    findings = []
    for row in theirs:
        mine = ours.get((row.sku_id, business_date(row.exported_at)))
        if mine is not None and (words := _differences(row, mine)):
            findings.append(
                Finding(
                    title=_("%(code)s 的到手价和平台算的不一样") % {"code": row.sku.code},
                    evidence=words,
                    severity="us",
                    owner_role="promotion",
                    key=str(row.sku_id),
                    url=reverse("promotions:price_of", kwargs={"sku_id": row.sku_id}),
                )
            )
    return outcome_of(findings, most=MOST_NAMED)


def _differences(theirs: SellerPrice, ours: SkuLowest) -> str:
    pairs = (
        (_("1 件"), theirs.one_piece_amount, ours.one_piece_amount),
        (_("最低"), theirs.lowest_amount, ours.lowest_amount),
    )
    return "；".join(
        _("%(what)s：平台 %(theirs)s，这里 %(ours)s")
        % {"what": what, "theirs": money(amount), "ours": money(mine)}
        for what, amount, mine in pairs
        if amount is not None and abs(amount - mine) > TOLERANCE
    )


def nothing_falls_below_its_floor(day: date, now: datetime) -> CheckOutcome:
    """Fail for SKUs whose lowest price falls below the floor on a day ahead.

    The floor itself is not told: findings are read by people who may not see costs.
    """
    ahead = SkuLowest.objects.filter(date__gte=day)
    if not ahead.exists():
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    low = (
        ahead.filter(lowest_amount__lt=F("sku__floor_amount"))
        .values("sku_id", "sku__code")
        .annotate(least=Min("lowest_amount"), first=Min("date"))
        .order_by("first", "sku_id")
    )
    return outcome_of(
        [
            Finding(
                title=_("%(code)s 的最低到手价要低于底价") % {"code": row["sku__code"]},
                evidence=_("%(day)s 起最低 %(least)s，比底价低")
                % {
                    "day": f"{row['first']:%m-%d}",
                    "least": money(row["least"]),
                },
                severity="late" if row["first"] <= day else "soon",
                owner_role="promotion",
                key=str(row["sku_id"]),
                url=reverse("promotions:price_of", kwargs={"sku_id": row["sku_id"]}),
            )
            for row in low
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Make the checks known."""
    register_check(
        "promotions.platform_agrees",
        gettext_lazy("到手价和平台算的一样"),
        "promotion",
        platform_agrees,
    )
    register_check(
        "promotions.floor",
        gettext_lazy("到手价不低于底价"),
        "promotion",
        nothing_falls_below_its_floor,
    )
