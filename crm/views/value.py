"""The page of value: RFM, stages of life, cohorts, the fit of expected value, what goes together."""

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import value_rules
from crm.choices import LifeStage, RfmSegment
from crm.forms.customers import LifeRuleForm, RfmRuleForm
from crm.models import ClvRun, ProductInterval, ProductPair, RfmRun
from crm.queries import rfm as queries
from crm.queries.cohorts import MOST_MONTHS, cohorts
from crm.views.customer_acting import Asked, Data, answer, yuan
from crm.views.customers import STAGE_TONES
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

SHADES = 4
# As the papers write them: purchases and dropping out, then amounts.
PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")
SHOWN_PAIRS = 12


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def value(request: HttpRequest) -> HttpResponse:
    """Show what customers are worth as of yesterday; change by which rules, from today on."""
    back = reverse("crm:rfm")
    if request.method == "POST":
        parts = {"rfm": ("crm.set_tiers", _save_rfm), "life": ("crm.set_tiers", _save_life)}
        done = answer(request, parts, back=back)
        if done is not None:
            return done
    now = timezone.now()
    run, before = _runs()
    context: Data = {
        "run": run,
        "before": before,
        "now": now,
        "may_set": request.user.has_perm("crm.set_tiers"),
        "rfm_form": _rfm_form(business_date(now)),
        "life_form": LifeRuleForm(),
    }
    if run:
        context |= _rfm(run, before) | _cohorts(run.as_of) | _clv() | _together()
    return render(request, "crm/value.html", context)


def _runs() -> tuple[RfmRun | None, RfmRun | None]:
    rows = list(RfmRun.objects.order_by("-as_of")[:2])
    return (rows[0] if rows else None), (rows[1] if len(rows) > 1 else None)


def _rfm_form(day: date) -> RfmRuleForm:
    asked = queries.recipe(as_of=day)
    shown = {
        name: " ".join(str(one // (100 if name == "monetary" else 1)) for one in points)
        for name, points in asked.fixed.items()
    }
    return RfmRuleForm(initial={"window_days": asked.window_days, "method": asked.method, **shown})


def _rfm(run: RfmRun, before: RfmRun | None) -> Data:
    was = {one["code"]: one["buyers"] for one in before.segments} if before else {}
    sizes = {one["code"]: one for one in run.segments}
    whole = sum(one["net_fen"] for one in run.segments) or 1
    list_url = reverse("crm:customers")
    segments = [
        {
            "label": code.label,
            "url": f"{list_url}?segment={code.value}",
            "buyers": sizes.get(code.value, {}).get("buyers", 0),
            "net": yuan(sizes.get(code.value, {}).get("net_fen", 0)),
            "share": Decimal(sizes.get(code.value, {}).get("net_fen", 0)) / whole,
            "moved": sizes.get(code.value, {}).get("buyers", 0) - was.get(code.value, 0)
            if before
            else None,
        }
        for code in RfmSegment
    ]
    stages = {one["code"]: one for one in run.stages}
    return {
        "segments": segments,
        "stages": [
            {
                "label": stage.label,
                "tone": STAGE_TONES.get(stage.value, "wait"),
                "buyers": stages.get(stage.value, {}).get("buyers", 0),
                "url": f"{list_url}?stage={stage.value}"
                + ("&tab=unpaid" if stage == LifeStage.ASKED else ""),
                "words": _stage_words(stage, run.limits),
            }
            for stage in LifeStage
        ],
        "limits_words": _limits_words(run.limits),
        "grid": _grid(run),
        "cuts_words": _cuts_words(run),
    }


def _stage_words(stage: LifeStage, limits: Data) -> str:
    words = {
        LifeStage.ASKED: _("没付过款"),
        LifeStage.NEW: _("只买过一天，%(n)s 天以内"),
        LifeStage.ACTIVE: _("回头客，%(n)s 天以内"),
        LifeStage.COOLING: _("%(n)s–%(c)s 天没来"),
        LifeStage.ASLEEP: _("%(c)s–%(a)s 天没来"),
        LifeStage.LOST: _("超过 %(a)s 天没来"),
    }
    values = {"n": limits["active"], "c": limits["cooling"], "a": limits["asleep"]}
    return words[stage] % values


def _limits_words(limits: Data) -> str:
    if limits["by"] == "own":
        return _("按店里 %(n)s 个回购间隔算：四分之三的人在 %(days)s 天内再来") % {
            "n": f"{limits['intervals']:,}",
            "days": limits["active"],
        }
    return _("按规则定的天数") if limits["by"] == "rule" else _("回购还太少，先用起始天数")


def _grid(run: RfmRun) -> list[Data]:
    """Give rows of recency 5 to 1, cells of frequency 1 to 5, shaded by their buyers."""
    cells = {(r, f): (buyers, net) for r, f, buyers, net in run.grid}
    most = max((buyers for buyers, _net in cells.values()), default=0) or 1
    list_url = reverse("crm:customers")
    return [
        {
            "recency": r,
            "cells": [
                {
                    "buyers": cells.get((r, f), (0, 0))[0],
                    "url": f"{list_url}?recency={r}&frequency={f}",
                    "net": yuan(cells.get((r, f), (0, 0))[1]),
                    "shade": _shade(cells.get((r, f), (0, 0))[0] / most),
                }
                for f in range(1, 6)
            ],
        }
        for r in range(5, 0, -1)
    ]


def _shade(share: float) -> int:
    return 0 if share <= 0 else min(1 + int(share * SHADES), SHADES)


def _cuts_words(run: RfmRun) -> list[Data]:
    units = {"recency": _("天"), "frequency": _("单"), "monetary": _("元")}
    names = {"recency": _("最近一次付款距今"), "frequency": _("付款单数"), "monetary": _("净额")}
    return [
        {
            "label": names[name],
            "value": " / ".join(
                f"{point / 100:,.0f}" if name == "monetary" else str(point) for point in points
            )
            + f" {units[name]}",
        }
        for name, points in run.cuts.items()
    ]


def _cohorts(as_of: date) -> Data:
    rows = cohorts(as_of=as_of)
    shares = [n / row.buyers for row in rows if row.buyers for n in row.again if n]
    most = max(shares, default=0) or 1
    return {
        "cohort_months": list(range(1, MOST_MONTHS + 1)),
        "cohorts": [
            {
                "month": row.month,
                "buyers": row.buyers,
                "cells": [
                    {
                        "share": None if n is None or not row.buyers else n / row.buyers,
                        "shade": _shade((n or 0) / row.buyers / most) if row.buyers else 0,
                    }
                    for n in row.again
                ],
            }
            for row in rows
        ],
    }


def _clv() -> Data:
    fitted = ClvRun.objects.order_by("-as_of").first()
    if fitted is None:
        return {"clv": None}
    fit = fitted.fit
    weeks = [str(n + 1) for n in range(len(fit["weeks"]))]
    names = [str(n) for n in range(len(fit["counts"]) - 1)] + [f"{len(fit['counts']) - 1}+"]
    return {
        "clv": fitted,
        "clv_parameters": [
            {"label": name, "value": f"{value:,.3f}" if value is not None else "—"}
            for name in PARAMETERS
            for value in [fitted.parameters.get(name)]
        ],
        "weeks_chart": _chart(weeks, fit["weeks"], fit["expected_weeks"]),
        "weeks_rows": [
            list(row) for row in zip(weeks, fit["weeks"], fit["expected_weeks"], strict=True)
        ],
        "weeks_columns": [_("第几周"), _("实际累计"), _("模型累计")],
        "counts_chart": _chart(names, fit["counts"], fit["expected_counts"]),
        "counts_rows": [
            list(row) for row in zip(names, fit["counts"], fit["expected_counts"], strict=True)
        ],
        "counts_columns": [_("再买几次"), _("实际人数"), _("模型人数")],
    }


def _chart(labels: list[str], actual: list[float], expected: list[float]) -> Data:
    return {
        "kind": "trend",
        "x": labels,
        "now": actual,
        "before": expected,
        "now_label": _("实际"),
        "before_label": _("模型"),
        "unit": "",
        "unknown": _("未知"),
        "bands": [],
    }


def _together() -> Data:
    return {
        "pairs": {
            kind: list(
                # Up to 1 they are together no more often than by chance.
                ProductPair.objects.filter(kind=kind, lift__gt=1).order_by("-lift", "pk")[
                    :SHOWN_PAIRS
                ]
            )
            for kind in ("basket", "sequence")
        },
        "intervals": list(ProductInterval.objects.order_by("-intervals", "pk")[:SHOWN_PAIRS]),
    }


def _save_rfm(asked: Asked) -> HttpResponse:
    form = RfmRuleForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    value_rules.change_rfm_rule(
        window_days=data["window_days"],
        method=data["method"],
        cuts=data["cuts"],
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("存好了，从明天早上的计算起生效"))


def _save_life(asked: Asked) -> HttpResponse:
    form = LifeRuleForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    days = [data[name] for name in ("active_days", "cooling_days", "asleep_days")]
    value_rules.change_life_rule(days=days, by=asked.by, now=asked.now)
    return asked.done(_("存好了，从明天早上的计算起生效"))
