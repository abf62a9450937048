"""What higher apps hang on to goods: this app knows no orders and no activities."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from products.rules.quality import QualityFacts
from products.rules.stock import Wanted

# Pieces sold by code and day of payment, both ends included. A day that is missing is zero where
# anything was sold in the shop that day, else unknown.
DailySales = Callable[[Sequence[str], date, date], Mapping[str, Mapping[date, int]]]
# The lines of those of these orders that are paid and have not left.
OpenLines = Callable[[Sequence[str]], Sequence[Wanted]]

_daily_sales: list[DailySales] = []
_open_lines: list[OpenLines] = []


def register_daily_sales(answer: DailySales) -> None:
    """Say who knows what was sold."""
    _daily_sales[:] = [answer]


def register_open_lines(answer: OpenLines) -> None:
    """Say who knows what orders still want."""
    _open_lines[:] = [answer]


def daily_sales(codes: Sequence[str], *, since: date, until: date) -> dict[str, dict[date, int]]:
    """Give pieces sold by code and day of payment, both ends included; nothing if nobody knows."""
    found: dict[str, dict[date, int]] = {}
    for answer in _daily_sales:
        for code, days in answer(codes, since, until).items():
            found[code] = dict(days)
    return found


def open_lines(tids: Sequence[str]) -> list[Wanted]:
    """Give the lines of those of these orders that are paid and have not left."""
    return [line for answer in _open_lines for line in answer(tids)]


# What activities that the shop signed up for are expected to do: factors on a day's sales by code.
Uplift = Callable[[Sequence[str], date, date], Mapping[str, Mapping[date, float]]]
_uplifts: list[Uplift] = []


def register_uplift(answer: Uplift) -> None:
    """Say what signed-up activities do to sales; several answers multiply."""
    if answer not in _uplifts:
        _uplifts.append(answer)


def uplift(codes: Sequence[str], *, since: date, until: date) -> dict[str, dict[date, float]]:
    """Give the factors of signed-up activities by code and day; a day without one is missing."""
    found: dict[str, dict[date, float]] = {}
    for answer in _uplifts:
        for code, days in answer(codes, since, until).items():
            mine = found.setdefault(code, {})
            for day, factor in days.items():
                mine[day] = mine.get(day, 1.0) * factor
    return found


# --- activities: what running and planned ones say against new prices, by SKU id. Each objection is
# a stored Chinese text (a msgid with its figures filled in). Called after a price came into force.
RecheckActivities = Callable[[Sequence[int], datetime], Mapping[int, Sequence[str]]]
_rechecks: list[RecheckActivities] = []


def recheck_activities_by(check: RecheckActivities) -> RecheckActivities:
    """Let a higher app look at its activities again when prices change."""
    if check not in _rechecks:
        _rechecks.append(check)
    return check


def recheck_activities(sku_ids: Sequence[int], now: datetime) -> dict[int, list[str]]:
    """Ask all activities again about SKUs whose price changed; give what they object."""
    found: dict[int, list[str]] = {}
    for check in _rechecks:
        for sku_id, objections in check(sku_ids, now).items():
            found.setdefault(sku_id, []).extend(objections)
    return found


# --- quality: what buyers brought back, per SKU, over two dates (both included).
QualitySource = Callable[[date, date], Sequence[QualityFacts]]
_quality: list[QualitySource] = []


def quality_from(source: QualitySource) -> QualitySource:
    """Let a higher app bring sales and faults per SKU."""
    if source not in _quality:
        _quality.append(source)
    return source


def quality_facts(*, since: date, until: date) -> list[QualityFacts] | None:
    """Ask for sales and faults per SKU; None while no app brings them: unknown, not zero."""
    if not _quality:
        return None
    return [facts for source in _quality for facts in source(since, until)]


# --- the second check at packing: switch it by SKU code (reason: on; empty: off), and tell where it
# is on and why. A switch that a person set is left alone. Gives how many were really switched.
SwitchSecondChecks = Callable[[Mapping[str, str], datetime], int]
SecondChecksOn = Callable[[Sequence[str]], Mapping[str, str]]
_switches: list[tuple[SwitchSecondChecks, SecondChecksOn]] = []


def second_checks_at(switch: SwitchSecondChecks, which: SecondChecksOn) -> None:
    """Let the app that packs take the switch."""
    if (switch, which) not in _switches:
        _switches.append((switch, which))


def switch_second_checks(reasons: Mapping[str, str], now: datetime) -> int:
    """Switch the second check on (with the reason) or off (empty) by SKU code, in this transaction."""
    return sum(switch(reasons, now) for switch, _which in _switches)


def second_checks_on(codes: Sequence[str]) -> dict[str, str]:
    """Give the reason for each SKU code whose packing is looked at twice."""
    return {code: why for _switch, which in _switches for code, why in which(codes).items()}


# --- traffic: payments by weekday (0 is Monday) and hour between two dates; None: not known.
HourCurve = Callable[[date, date], Sequence[Sequence[int]] | None]
_curves: list[HourCurve] = []


def hour_curve_from(curve: HourCurve) -> HourCurve:
    """Let a higher app bring when the shop's buyers pay."""
    if curve not in _curves:
        _curves.append(curve)
    return curve


def hour_curve(*, since: date, until: date) -> Sequence[Sequence[int]] | None:
    """Ask for payments by weekday and hour; None where nobody knows."""
    for curve in _curves:
        if (found := curve(since, until)) is not None:
            return found
    return None


# --- codes: what higher apps keep by merchant code, when a file brings SKUs that share some. Called in
# the file's transaction, with the shared codes that have new SKUs.
AfterNewShares = Callable[[Sequence[str], datetime], None]
_new_shares: list[AfterNewShares] = []


def after_new_shares(act: AfterNewShares) -> AfterNewShares:
    """Let a higher app look again at what it keeps under a merchant code that several specs share now."""
    if act not in _new_shares:
        _new_shares.append(act)
    return act


def tell_new_shares(codes: Sequence[str], now: datetime) -> None:
    """Tell everything registered of merchant codes under which there are new SKUs."""
    for act in _new_shares if codes else ():
        act(codes, now)
