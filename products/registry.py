"""What higher apps hang on to goods: this app knows no orders and no activities."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from products.rules.quality import QualityFacts

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
