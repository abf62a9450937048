"""The daily checks of goods: listing, main products, competitors, violations, prices, quality."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.choices import GoodsRuleCode, ProductStatus
from products.models import ListingCheck, Product
from products.queries.goods_rules import parameters
from products.queries.prices import waiting_count
from products.queries.quality import worst
from products.queries.watch import Watched, near_deadlines, rival_news, silent_violations, watched
from products.registry import second_checks_on
from products.wording.listing import point_name
from products.wording.watch import band_words, rank_words, rival_words, second_check_words
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import clauses, listed

MOST_NAMED, MOST_READ = 20, 500


def listings_pass(day: date, now: datetime) -> CheckOutcome:
    """Fail for main products that fail their listing check, and once for all others together."""
    failing = ListingCheck.objects.filter(
        is_latest=True, failed_count__gt=0, product__status=ProductStatus.ON_SHELF
    ).select_related("product")
    if not ListingCheck.objects.filter(is_latest=True).exists():
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    mains = failing.filter(product__is_main=True).order_by("-failed_count", "pk")
    findings = [
        Finding(
            title=_("主推款「%(title)s」上架检查 %(count)s 项不过")
            % {"title": row.product.title[:30], "count": row.failed_count},
            evidence=listed(point_name(p["code"]) for p in row.points if p["outcome"] == "fail"),
            severity="us",
            owner_role="editor",
            key=str(row.product_id),
            url=reverse("products:listing_check", kwargs={"product_id": row.product_id}),
        )
        for row in mains
    ]
    others = failing.filter(product__is_main=False).count()
    if others:
        findings.append(
            Finding(
                title=_("另有 %(count)s 个在售商品上架检查不过") % {"count": others},
                evidence=_("看上架检查页，不过的在最前面"),
                severity="us",
                owner_role="editor",
                key="others",
                url=reverse("products:listing") + "?show=failed",
            )
        )
    return outcome_of(findings)


def nothing_forbidden_is_listed(day: date, now: datetime) -> CheckOutcome:
    """Fail for products on the shelf that an open violation forbids: a file may have said so."""
    rows = Product.objects.filter(
        status=ProductStatus.ON_SHELF,
        violations__forbids_listing=True,
        violations__ended_at__isnull=True,
    ).distinct()
    return outcome_of(
        [
            Finding(
                title=_("「%(title)s」禁止上架，却标着在售") % {"title": row.title[:30]},
                evidence=_("有没结案的违规；到平台确认已下架"),
                severity="late",
                owner_role="editor",
                key=str(row.pk),
                url=reverse("products:listing_check", kwargs={"product_id": row.pk}),
            )
            for row in rows.order_by("pk")
        ],
        most=MOST_NAMED,
    )


def mains_are_well(day: date, now: datetime) -> CheckOutcome:
    """Fail for each main product off the shelf, off its price, out of stock, weak or lost in rank."""
    rows = watched(now_date=day)
    findings = [_main_finding(row) for row in rows if row.faults]
    return outcome_of(findings, most=MOST_NAMED)


def _main_finding(row: Watched) -> Finding:
    parts, title = [], row.product.title[:30]
    if not row.is_on:
        parts.append(_("现在是「%(status)s」") % {"status": row.product.get_status_display()})
    if row.off_prices:
        parts.append(_("%(count)s 个 SKU 不是计划的价") % {"count": len(row.off_prices)})
    if row.is_short:
        parts.append(_("可用库存只有 %(count)s 件") % {"count": row.stock})
    if row.sales == "low":
        sold = _("%(day)s 卖 %(sold)s 件") % {"day": row.sold_on, "sold": row.sold}
        parts.append(clauses([sold, band_words(row.band)]))
    parts += [rank_words(one.keyword, one.sort, one.loss) for one in row.lost]
    heading = _("主推款「%(title)s」疑似被降权") if row.lost else _("主推款「%(title)s」要看一眼")
    is_late = not row.is_on or (row.stock is not None and row.stock <= 0)
    return Finding(
        title=heading % {"title": title},
        evidence=clauses(parts),
        severity="late" if is_late else "soon",
        owner_role="editor",
        key=str(row.product.pk),
        url=reverse("products:watch_product", kwargs={"product_id": row.product.pk}),
    )


def rivals_are_quiet(day: date, now: datetime) -> CheckOutcome:
    """Fail for each price cut or leap in sales of a competitor within seven days."""
    return outcome_of(
        [
            Finding(
                title=_("%(shop)s「%(title)s」")
                % {"shop": competitor.shop, "title": competitor.title[:24]},
                evidence=rival_words(change),
                severity="soon" if not change.activity else "us",
                owner_role="editor",
                key=f"{competitor.pk}:{change.kind}:{change.date}",
                url=reverse("products:competitor", kwargs={"competitor_id": competitor.pk}),
            )
            for competitor, change in rival_news(today=day)
        ]
    )


def violations_are_answered(day: date, now: datetime) -> CheckOutcome:
    """Fail for open violations whose appeal ends soon or has ended, or without one and silent for three days."""
    hours = int(parameters(GoodsRuleCode.VIOLATION, day=day)["near_hours"])
    near = near_deadlines(now=now, hours=hours)
    silent = silent_violations(now=now)
    return outcome_of(
        [
            Finding(
                title=_("违规「%(kind)s」三天没有答复") % {"kind": row.kind},
                evidence=row.words[:120] or _("还没有申诉，也没有结案"),
                severity="soon",
                owner_role="editor",
                due_at=row.appeal_until,
                key=str(row.pk),
                person=row.owner_id,
                url=reverse("products:violation", kwargs={"violation_id": row.pk}),
            )
            for row in silent
        ]
        + [
            Finding(
                title=_("违规「%(kind)s」申诉快到期") % {"kind": row.kind}
                if row.appeal_until and row.appeal_until > now
                else _("违规「%(kind)s」申诉已过期") % {"kind": row.kind},
                evidence=row.words[:120] or _("还没有申诉，也没有结案"),
                severity="late" if row.appeal_until and row.appeal_until <= now else "soon",
                owner_role="editor",
                due_at=row.appeal_until,
                key=str(row.pk),
                person=row.owner_id,
                url=reverse("products:violation", kwargs={"violation_id": row.pk}),
            )
            for row in near
        ]
    )


def no_price_waits(day: date, now: datetime) -> CheckOutcome:
    """Fail while prices wait for the manager."""
    waiting = waiting_count()
    if not waiting:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("%(count)s 条改价等店长批") % {"count": waiting},
                evidence=_("低于底价或成本，或者成本高过售价；批之前不生效"),
                severity="us",
                owner_role="manager",
                url=reverse("products:prices"),
            )
        ]
    )


def quality_is_known(day: date, now: datetime) -> CheckOutcome:
    """Tell of the SKUs that packing looks at twice because buyers brought too many back."""
    rows = worst(limit=MOST_READ)
    if rows is None:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    reasons = second_checks_on([row.sku.code for row in rows])
    return outcome_of(
        [
            Finding(
                title=_("%(code)s 打包要二检") % {"code": row.sku.code},
                evidence=second_check_words(reasons[row.sku.code]),
                severity="us",
                owner_role="warehouse_lead",
                key=row.sku.code,
                url=reverse("products:quality"),
            )
            for row in rows
            if row.sku.code in reasons
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by `products.wiring`."""
    rows = (
        ("listings_pass", gettext_lazy("上架检查都通过"), "editor", listings_pass),
        (
            "nothing_forbidden_is_listed",
            gettext_lazy("禁止上架的都没在售"),
            "editor",
            nothing_forbidden_is_listed,
        ),
        ("mains_are_well", gettext_lazy("主推款都正常"), "editor", mains_are_well),
        ("rivals_are_quiet", gettext_lazy("对手没有大动作"), "editor", rivals_are_quiet),
        (
            "violations_are_answered",
            gettext_lazy("违规都在期内处理"),
            "editor",
            violations_are_answered,
        ),
        ("no_price_waits", gettext_lazy("没有等批的改价"), "manager", no_price_waits),
        ("quality_is_known", gettext_lazy("品质没有超线"), "warehouse_lead", quality_is_known),
    )
    for code, name, role, run in rows:
        register_check(f"products.{code}", name, role, run)
