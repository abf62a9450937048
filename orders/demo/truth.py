"""The sums that the written files must yield, counted from the drawn orders."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orders.demo import people, state
from orders.demo.catalog import load_skus
from orders.demo.curve import DAY
from orders.demo.dice import Flags, Texts
from orders.demo.item_cells import lacks_code
from orders.demo.state import View

_NO_CODE = -1

type Row = dict[str, str | int]
_MEANING = {
    "gross_amount": "paid orders as charged, postage included",
    "refund_amount": "successful refunds of the group's orders, whenever they ended",
    "net_amount": "gross less refunds",
    "buyers": "distinct member names with a paid order in the group; a masked name is nobody's",
    "unpaid_orders": "orders without a payment time, open or closed",
    "pieces": "pieces of paid orders",
}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One export: its rows and the period of creation (for refunds: application) it covers."""

    name: str
    kind: str
    layout: str
    encoding: str
    rows: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What importing all files in order of their names' time stamps must give."""

    document: dict[str, Any]
    files: tuple[WrittenFile, ...]

    def save(self, path: Path) -> None:
        """Write the document as `truth.json` beside the files."""
        text = json.dumps(self.document, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


class Tally:
    """Collects compact columns of every order as the newest file shows it."""

    def __init__(self) -> None:
        self._orders: list[pd.DataFrame] = []
        self._lines: list[pd.DataFrame] = []
        self._refunds: Counter[str] = Counter()
        self._refund_days: Counter[int] = Counter()

    def add(self, view: View) -> None:
        """Count a day's orders in."""
        orders, is_paid = view.orders, view.is_paid
        names = people.describe(orders.buyer).member
        self._orders.append(
            pd.DataFrame(
                {
                    "created": orders.created,
                    "paid": view.paid,
                    "is_paid": is_paid,
                    "buyer": np.where(_is_masked(names), 0, pd.util.hash_array(names)),
                    "gross": np.where(is_paid, orders.total, 0),
                    "refund": np.where(is_paid, view.refunded, 0),
                    "pieces": np.where(is_paid, orders.pieces, 0),
                    "province": people.home_of(orders.buyer).astype(np.int16),
                    "status": view.status.astype(np.int8),
                }
            )
        )
        paid_line = is_paid[orders.order_of]
        self._lines.append(
            pd.DataFrame(
                {
                    "sku": np.where(lacks_code(orders.oid), _NO_CODE, orders.sku)[paid_line],
                    "pieces": orders.quantity[paid_line],
                    "gross": orders.due[paid_line],
                    "refund": view.line_refunded[paid_line],
                }
            )
        )
        self._count_refunds(view)

    def _count_refunds(self, view: View) -> None:
        for status, count in zip(*np.unique(view.refund_status, return_counts=True), strict=True):
            if status:
                self._refunds[str(state.REFUND_TEXT[status])] += int(count)
        done = view.line_refunded > 0
        days = view.orders.refunds.ended[done] // DAY
        for day, fen in zip(days.tolist(), view.line_refunded[done].tolist(), strict=True):
            self._refund_days[day] += fen

    def document(self) -> dict[str, Any]:
        """Return all sums, amounts as strings with two decimals."""
        orders = pd.concat(self._orders, ignore_index=True)
        by_status = orders["status"].value_counts()
        return {
            "meaning": _MEANING,
            "totals": _row(orders),
            "lines": sum(len(lines) for lines in self._lines),
            "statuses": {
                state.STATUS_CODE[code]: count
                for code, count in sorted(
                    zip(by_status.index.tolist(), by_status.tolist(), strict=True)
                )
            },
            "refund_statuses": dict(sorted(self._refunds.items())),
            "refund_amount_by_success_day": {
                _day(day): money(fen) for day, fen in sorted(self._refund_days.items())
            },
            "created": _groups(orders, orders["created"]),
            "paid": _groups(orders[orders["is_paid"]], orders.loc[orders["is_paid"], "paid"]),
            "sku": self._by_sku(),
        }

    def _by_sku(self) -> list[dict[str, str | int]]:
        """Return per SKU what its lines brought, postage left out; paid orders only."""
        sums = pd.concat(self._lines).groupby("sku").sum()
        codes = load_skus().code
        return [
            {
                "key": "" if sku == _NO_CODE else str(codes[sku]),
                "pieces": pieces,
                "goods_amount": money(gross),
                "refund_amount": money(refund),
            }
            for sku, pieces, gross, refund in zip(
                sums.index.tolist(),
                *(sums[c].tolist() for c in ("pieces", "gross", "refund")),
                strict=True,
            )
        ]


def _is_masked(names: Texts) -> Flags:
    return np.array(["*" in name for name in names], dtype=np.bool_)


def money(fen: int) -> str:
    """Return an amount in yuan with two decimals."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _day(day: int) -> str:
    return str(np.datetime64(day, "D"))


def _row(orders: pd.DataFrame) -> Row:
    paid = int(orders["is_paid"].sum())
    gross, refund = int(orders["gross"].sum()), int(orders["refund"].sum())
    return {
        "orders": len(orders),
        "paid_orders": paid,
        "buyers": int(orders.loc[orders["is_paid"] & (orders["buyer"] != 0), "buyer"].nunique()),
        "gross_amount": money(gross),
        "refund_amount": money(refund),
        "net_amount": money(gross - refund),
        "refunded_orders": int((orders["refund"] > 0).sum()),
        "unpaid_orders": len(orders) - paid,
        "pieces": int(orders["pieces"].sum()),
    }


def _groups(orders: pd.DataFrame, moments: pd.Series) -> dict[str, list[Row]]:
    """Return the sums by day, hour and weekday of these moments, and by province."""
    day = moments // DAY
    province = people.province_names()[orders["province"].to_numpy()]
    keys: dict[str, tuple[pd.Series, Callable[[int], str]]] = {
        "day": (day, _day),
        "hour": (moments % DAY // 3600, str),
        "weekday": ((day + 3) % 7, str),
        "province": (pd.Series(province, index=orders.index), str),
    }
    return {
        name: [{"key": show(key), **_row(group)} for key, group in orders.groupby(values)]
        for name, (values, show) in keys.items()
    }
