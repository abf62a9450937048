"""The platform's rules as dated rows, and the reading of a row's parameters.

Every number here has changed several times. The rows below start a new shop's rule book; the
manager edits the stored copies. Sources are seller-education pages and re-posted notices, not the
rule pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from orders.rules.calendar import SHOP_TZ
from orders.rules.penalties import PenaltyRule
from orders.rules.promises import SHIP_BY, SHIP_BY_EVENT, UNRECORDED, PromiseRule

PROMISE_CODES = (SHIP_BY, SHIP_BY_EVENT)
PENALTY_CODES = (
    "late",
    "stock_out",
    "fake_shipping",
    "tracking_timeout",
    "tracking_anomaly",
    "order_cap",
    "buyer_day_cap",
)
CHECK_BEFORE_USE = "来自卖家培训资料和转发的公告，不是规则原文，用前请核对"


class RuleParameterError(ValueError):
    """A parameter of a rule row is missing or means nothing; names the key."""

    def __init__(self, *, key: str, value: object, expected: str) -> None:
        self.key = key
        self.value = value
        self.expected = expected
        super().__init__(f"{key}: expected {expected}, got {value!r}")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of the rule book; `valid_from` and `valid_to` are dates of payment, both included.

    A start that nobody recorded is `UNRECORDED` (1970-01-01). `parameters` holds JSON values only:
    amounts and rates as strings.
    """

    code: str
    platform: str
    valid_from: date
    valid_to: date | None
    parameters: Mapping[str, Any]
    source_note: str
    id: int | None = field(default=None)


def _row(
    code: str,
    platform: str,
    since: str | None,
    last: str | None,
    note: str = "",
    **parameters: str | int,
) -> RuleRow:
    return RuleRow(
        code=code,
        platform=platform,
        valid_from=date.fromisoformat(since) if since else UNRECORDED,
        valid_to=date.fromisoformat(last) if last else None,
        parameters=parameters,
        source_note=f"{note}；{CHECK_BEFORE_USE}" if note else CHECK_BEFORE_USE,
    )


def _both(
    code: str, since: str | None, last: str | None, note: str = "", **parameters: str | int
) -> list[RuleRow]:
    return [_row(code, name, since, last, note, **parameters) for name in ("taobao", "tmall")]


def _rate(rate: str, minimum: str, maximum: str) -> dict[str, str]:
    return {"rate": rate, "minimum": minimum, "maximum": maximum}


START_RULES: tuple[RuleRow, ...] = (
    _row(SHIP_BY, "tmall", None, "2017-05-30", "付款后 72 小时内有揽收记录", hours=72),
    _row(SHIP_BY, "tmall", "2017-05-31", None, "付款后 48 小时内有揽收记录", hours=48),
    _row(SHIP_BY, "taobao", None, None, "付款后 48 小时内有揽收记录，起始日未记", hours=48),
    _row(SHIP_BY_EVENT, "tmall", "2021-11-01", "2021-11-03", "2021 年双 11 预热", hours=48),
    _row(
        SHIP_BY_EVENT,
        "tmall",
        "2021-11-11",
        "2021-11-14",
        "2021 年双 11",
        until="2021-11-16 23:59:59",
    ),
    _row(SHIP_BY_EVENT, "tmall", "2021-11-15", "2021-11-18", "2021 年双 11 返场", hours=48),
    _row(
        "late",
        "taobao",
        None,
        "2022-07-17",
        "起始日未记；与 2015-10-29 起 5% 的记载重叠，按重的算",
        **_rate("0.10", "5", "100"),
    ),
    _row("late", "taobao", "2015-10-29", "2022-07-17", "失效日未记", **_rate("0.05", "5", "30")),
    _row("late", "taobao", "2022-07-18", "2024-12-31", **_rate("0.05", "5", "30")),
    _row(
        "late",
        "taobao",
        "2025-01-01",
        None,
        "承诺 48 小时以内 5%，超过 48 小时 10%",
        **_rate("0.05", "5", "50"),
        long_promise_over_hours=48,
        long_promise_rate="0.10",
    ),
    _row("late", "tmall", "2020-01-01", None, **_rate("0.05", "5", "50")),
    _row("stock_out", "tmall", "2020-01-01", None, after_hours=72, **_rate("0.30", "5", "500")),
    _row("fake_shipping", "tmall", "2020-01-01", None, **_rate("0.30", "5", "500")),
    _row(
        "stock_out",
        "taobao",
        "2022-07-18",
        "2024-12-31",
        after_hours=72,
        **_rate("0.30", "5", "100"),
    ),
    _row("stock_out", "taobao", "2025-01-01", None, after_hours=72, **_rate("0.30", "5", "500")),
    _row("fake_shipping", "taobao", "2022-07-18", None, **_rate("0.30", "5", "100")),
    *_both("tracking_anomaly", None, "2025-09-04", "起始日未记", **_rate("0.20", "5", "100")),
    *_both("tracking_timeout", "2025-09-05", None, **_rate("0.05", "5", "50")),
    *_both(
        "goods_not_received",
        "2025-08-26",
        None,
        "轨迹违规后 5 天仍未收到货",
        days_after_violation=5,
    ),
    _row("order_cap", "tmall", "2020-01-01", None, "一单合计不超过实付 35%", rate="0.35"),
    _row("buyer_day_cap", "tmall", "2020-01-01", None, "一个买家一个付款日 500 元", maximum="500"),
)


def rules_in_force(rows: Iterable[RuleRow], code: str, platform: str, on: date) -> list[RuleRow]:
    """Give the rows of a code in force for payments on a date.

    A row with a recorded start replaces those that began before it. A row whose start nobody
    recorded cannot be ordered, so it is given as well; the caller takes the dearer or the shorter.
    """
    found = [
        row
        for row in rows
        if row.code == code
        and row.platform == platform
        and row.valid_from <= on
        and (row.valid_to is None or on <= row.valid_to)
    ]
    latest = max((row.valid_from for row in found), default=UNRECORDED)
    return [row for row in found if row.valid_from in (latest, UNRECORDED)]


def promise_rules(rows: Iterable[RuleRow]) -> list[PromiseRule]:
    """Read the promise rows among `rows`.

    :raises RuleParameterError: if a parameter is missing or wrong
    """
    return [promise_rule(row) for row in rows if row.code in PROMISE_CODES]


def penalty_rules(rows: Iterable[RuleRow]) -> list[PenaltyRule]:
    """Read the penalty and cap rows among `rows`; a row with two rates gives two rules.

    :raises RuleParameterError: if a parameter is missing or wrong
    """
    return [rule for row in rows if row.code in PENALTY_CODES for rule in penalty_rules_of(row)]


def promise_rule(row: RuleRow) -> PromiseRule:
    """Read one promise row.

    Keys: `hours` (whole number) or `until` ("YYYY-MM-DD HH:MM:SS", shop time); optional `paid_from`
    (included) and `paid_to` (excluded), written the same way.

    :raises RuleParameterError: if a parameter is missing or wrong
    """
    parameters = row.parameters
    _refuse_unknown(parameters, {"hours", "until", "paid_from", "paid_to"})
    try:
        return PromiseRule(
            code=row.code,
            platform=row.platform,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            hours=_whole(parameters, "hours"),
            until=_instant(parameters, "until"),
            paid_from=_instant(parameters, "paid_from"),
            paid_to=_instant(parameters, "paid_to"),
            id=row.id,
        )
    except RuleParameterError:
        raise
    except ValueError as error:
        key = "until" if parameters.get("until") else "hours"
        raise RuleParameterError(key=key, value=parameters.get(key), expected=str(error)) from error


def penalty_rules_of(row: RuleRow) -> list[PenaltyRule]:
    """Read one penalty or cap row.

    Keys: `rate` ("0.05"), `minimum`, `maximum` (yuan), `after_hours` (stock-out: hours after the
    order became late), and `long_promise_over_hours` with `long_promise_rate`.

    :raises RuleParameterError: if a parameter is missing or wrong
    """
    parameters = row.parameters
    long_keys = {"long_promise_over_hours", "long_promise_rate"}
    _refuse_unknown(parameters, {"rate", "minimum", "maximum", "after_hours", *long_keys})
    rate = _amount(parameters, "rate", highest=Decimal(1))
    if rate is None and row.code != "buyer_day_cap":
        raise RuleParameterError(key="rate", value=None, expected="a rate from 0 to 1")
    long_rate = _amount(parameters, "long_promise_rate", highest=Decimal(1))
    over_hours = _whole(parameters, "long_promise_over_hours")
    if (long_rate is None) != (over_hours is None):
        key = "long_promise_rate" if long_rate is None else "long_promise_over_hours"
        raise RuleParameterError(key=key, value=None, expected="both keys or neither")
    short = _penalty(row, rate or Decimal(1), over=None, up_to=over_hours)
    if long_rate is None:
        return [short]
    return [short, _penalty(row, long_rate, over=over_hours, up_to=None)]


def _penalty(row: RuleRow, rate: Decimal, *, over: int | None, up_to: int | None) -> PenaltyRule:
    minimum = _amount(row.parameters, "minimum") or Decimal(0)
    maximum = _amount(row.parameters, "maximum")
    if maximum is not None and maximum < minimum:
        raise RuleParameterError(key="maximum", value=str(maximum), expected=f"at least {minimum}")
    return PenaltyRule(
        code=row.code,
        platform=row.platform,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        rate=rate,
        minimum_amount=minimum,
        maximum_amount=maximum,
        promise_over_hours=over,
        promise_up_to_hours=up_to,
        after_hours=_whole(row.parameters, "after_hours") or 0,
        id=row.id,
    )


def _refuse_unknown(parameters: Mapping[str, Any], known: set[str]) -> None:
    for key in sorted(parameters):
        if key not in known:
            expected = "one of " + ", ".join(sorted(known))
            raise RuleParameterError(key=key, value=parameters[key], expected=expected)


def _whole(parameters: Mapping[str, Any], key: str) -> int | None:
    value = parameters.get(key)
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 5:
        raise RuleParameterError(key=key, value=value, expected="a whole number of hours")
    return int(text)


def _amount(
    parameters: Mapping[str, Any], key: str, *, highest: Decimal = Decimal(10**9)
) -> Decimal | None:
    value = parameters.get(key)
    if value is None:
        return None
    expected = f"a number from 0 to {highest}, written as text"
    if not isinstance(value, str) or not value.isascii():
        raise RuleParameterError(key=key, value=value, expected=expected)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise RuleParameterError(key=key, value=value, expected=expected) from None
    if not number.is_finite() or not 0 <= number <= highest:
        raise RuleParameterError(key=key, value=value, expected=expected)
    return number


def _instant(parameters: Mapping[str, Any], key: str) -> datetime | None:
    value = parameters.get(key)
    if value is None:
        return None
    expected = "a time as YYYY-MM-DD HH:MM:SS"
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise RuleParameterError(key=key, value=value, expected=expected) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=SHOP_TZ)
