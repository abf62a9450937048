"""What a campaign brought, as the page, the comparison and the file show it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.metrics.campaign import GroupSums, Interval, Outcome
from crm.models import Campaign
from crm.queries.campaigns import Result
from crm.views.campaign_parts import Data

# A mark nearer to the edge than this, in percent of the width, would be cut off.
EDGE = 6
VERDICTS = {"use": "done", "buyers": "", "open": "", "harm": "late"}


def verdict_words(verdict: str) -> str:
    """Say what a group was good for."""
    return {
        "use": _("有用"),
        "buyers": _("只多买"),
        "open": _("说不准"),
        "harm": _("反而少"),
    }[verdict]


def result_rows(result: Result, *, with_profit: bool) -> Data:
    """Give the rows of a result with their whiskers on one scale."""
    found = [*(one.outcome for one in result.arms), result.outcome]
    outcomes = [one for one in found if one]
    scale = Scale([one.lift for one in outcomes])
    rows = [
        row_of(
            one.sums,
            one.outcome,
            scale,
            name=one.arm.name,
            benefit=one.arm.benefit,
            with_profit=with_profit,
        )
        for one in result.arms
    ]
    return {
        "rows": rows,
        "whole": row_of(
            result.whole, result.outcome, scale, name="", benefit="", with_profit=with_profit
        ),
        "held_out": {
            "people": result.held_out.people,
            "buyers": result.held_out.buyers,
            "share": share(result.held_out),
        },
        "axis": scale.axis,
        "without_cost": result.whole.orders_without_cost + result.held_out.orders_without_cost,
    }


def share(sums: GroupSums) -> str:
    """Give the share of buyers among those drawn."""
    return f"{sums.buyers / sums.people * 100:.2f}%" if sums.people else "—"


def points(value: float) -> str:
    """Write a difference of shares in percentage points, with its sign."""
    number = round(value * 100, 2)
    return f"{'＋' if number > 0 else '−' if number < 0 else ''}{abs(number):.2f}"


def yuan(fen: float) -> Decimal:
    """Give fen as yuan."""
    return (Decimal(round(fen)) / 100).quantize(Decimal("0.01"))


def row_of(
    sums: GroupSums,
    found: Outcome | None,
    scale: "Scale",
    *,
    name: str,
    benefit: str,
    with_profit: bool,
) -> Data:
    """Give one row: figures, and where its whisker lies."""
    row: Data = {
        "name": name,
        "benefit": benefit or _("不给"),
        "people": sums.people,
        "reached": sums.reached,
        "buyers": sums.buyers,
        "share": share(sums),
        "opt_outs": sums.opt_outs,
        "known": found is not None,
    }
    if found is None:
        return row
    row |= {
        "lift": points(found.lift.value),
        "range": f"{points(found.lift.low)} ~ {points(found.lift.high)}",
        "extra_orders": f"{found.extra_orders:+.1f}".replace("+", "＋").replace("-", "−"),
        "dw": scale.whisker(found.lift),
        "cost": yuan(found.cost_fen),
        "messages": yuan(found.message_fen),
        "verdict": verdict_words(found.verdict) if with_profit else "",
        "tone": VERDICTS[found.verdict],
    }
    if with_profit:
        half = (found.extra_profit.high - found.extra_profit.low) / 2
        row |= {
            "profit": yuan(found.extra_profit.value),
            "profit_low": yuan(found.extra_profit.low),
            "profit_high": yuan(found.extra_profit.high),
            "half": yuan(half),
            "per_yuan": None if found.per_yuan is None else f"{found.per_yuan:.2f}",
        }
    return row


class Scale:
    """The axis on which all whiskers of a table lie, zero always on it."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        low = min([0.0, *(one.low for one in intervals)])
        high = max([0.0, *(one.high for one in intervals)])
        room = (high - low) * 0.08 or 0.01
        self.low, self.high = low - room, high + room

    def at(self, value: float) -> float:
        """Give the place of a difference in percent of the width."""
        return round((value - self.low) / (self.high - self.low) * 100, 2)

    def whisker(self, one: Interval) -> Data:
        """Give the places of an interval."""
        return {
            "zero": self.at(0),
            "low": self.at(one.low),
            "high": self.at(one.high),
            "value": self.at(one.value),
            "sure": one.is_sure,
        }

    @property
    def axis(self) -> list[Data]:
        """Give some marks in whole points."""
        span = (self.high - self.low) * 100
        step = next((s for s in (1, 2, 5, 10, 20, 50) if span / s <= 5), 100)
        first = -int(-self.low * 100 // step) * step
        marks = range(first, int(self.high * 100) + 1, step)
        return [
            {"at": self.at(mark / 100), "text": "0" if mark == 0 else points(mark / 100)[:-3]}
            for mark in marks
            if EDGE <= self.at(mark / 100) <= 100 - EDGE
        ]


def csv_rows(campaign: Campaign, result: Result, *, with_profit: bool) -> list[list[Any]]:
    """Give a result as a table to take away."""
    rows: list[list[Any]] = [csv_head(with_profit=with_profit)]
    rows += arm_rows(result, with_profit=with_profit)
    held = result.held_out
    rows.append([_("留出"), "", held.people, 0, held.buyers, share(held)])
    return rows


def csv_head(*, with_profit: bool) -> list[str]:
    """Give the names of the columns."""
    head = [_("文案"), _("利益"), _("抽到"), _("发出"), _("买"), _("买的比例"), _("多买（点）")]
    head += [_("95% 下限"), _("95% 上限"), _("多出的订单"), _("退订"), _("短信费")]
    return head + ([_("多赚"), _("多赚下限"), _("多赚上限")] if with_profit else [])


def arm_rows(result: Result, *, with_profit: bool) -> list[list[Any]]:
    """Give one row for each text with its benefit."""
    rows: list[list[Any]] = []
    for one in result.arms:
        sums, found = one.sums, one.outcome
        row = [one.arm.name, one.arm.benefit, sums.people, sums.reached, sums.buyers, share(sums)]
        if found:
            row += [points(found.lift.value), points(found.lift.low), points(found.lift.high)]
            row += [f"{found.extra_orders:.1f}", sums.opt_outs, yuan(found.message_fen)]
            if with_profit:
                profit = found.extra_profit
                row += [yuan(profit.value), yuan(profit.low), yuan(profit.high)]
        rows.append(row)
    return rows
