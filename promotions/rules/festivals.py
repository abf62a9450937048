"""The festivals ahead: solar ones by rule, lunar ones from the almanac, the platform's as usual years had them.

Dates of the lunar calendar follow from the astronomical new moons in Beijing time (GB/T 33661-2017) and are
certain; so is what stands on a fixed day. What the platform or the State Council announces each year
(`is_certain` False) is only where it usually lies, and somebody looks it up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = (2026, 2027, 2028)
SUNDAY = 6
ASK_PLATFORM = "按往年推的，平台公布后改成准确的日子"
ASK_COUNCIL = "放假几天以国务院办公厅通知为准"


@dataclass(frozen=True, slots=True)
class FestivalDay:
    """One festival, both days included. `kind` as in `choices.FestivalKind`."""

    name: str
    kind: str
    starts_on: date
    ends_on: date
    is_certain: bool = True
    note: str = ""


# First day of the lunar year and of its months 5, 7, 8, 9 and 12 as far as festivals need them.
# 2027-02-06: the new moon falls on 23:56 in Beijing, so the year begins that day, not on the 7th.
SPRING = {2026: date(2026, 2, 17), 2027: date(2027, 2, 6), 2028: date(2028, 1, 26)}
DRAGON_BOAT = {2026: date(2026, 6, 19), 2027: date(2027, 6, 9), 2028: date(2028, 5, 28)}
DOUBLE_SEVENTH = {2026: date(2026, 8, 19), 2027: date(2027, 8, 8), 2028: date(2028, 8, 26)}
MID_AUTUMN = {2026: date(2026, 9, 25), 2027: date(2027, 9, 15), 2028: date(2028, 10, 3)}
DOUBLE_NINTH = {2026: date(2026, 10, 18), 2027: date(2027, 10, 8), 2028: date(2028, 10, 26)}
LABA = {2026: date(2026, 1, 26), 2027: date(2027, 1, 15), 2028: date(2028, 1, 4)}
# 清明: the day of the sun at 15°, in Beijing time.
BRIGHT = {2026: date(2026, 4, 5), 2027: date(2027, 4, 5), 2028: date(2028, 4, 4)}

# Name, kind, month, day: the same every year.
_FIXED = (
    ("元旦", "civic", 1, 1),
    ("情人节", "civic", 2, 14),
    ("妇女节", "civic", 3, 8),
    ("劳动节", "civic", 5, 1),
    ("520", "civic", 5, 20),
    ("儿童节", "civic", 6, 1),
    ("教师节", "civic", 9, 10),
    ("国庆节", "civic", 10, 1),
    ("平安夜", "civic", 12, 24),
    ("圣诞节", "civic", 12, 25),
)
_HOLIDAYS = {"元旦", "劳动节", "国庆节", "春节", "清明", "端午", "中秋"}
# Name, kind, first and last (month, day): where it lay in the years before.
_USUAL = (
    ("38 焕新周", "platform", (3, 1), (3, 8)),
    ("618", "platform", (5, 16), (6, 20)),
    ("99 划算节", "platform", (9, 6), (9, 9)),
    ("双11", "platform", (10, 15), (11, 14)),
    ("双12", "platform", (12, 9), (12, 12)),
    ("春季开学", "season", (2, 15), (3, 5)),
    ("秋季开学", "season", (8, 15), (9, 5)),
    ("换季（春夏）", "season", (4, 10), (5, 10)),
    ("换季（秋冬）", "season", (9, 20), (10, 20)),
)


def festivals_of(year: int) -> list[FestivalDay]:
    """Give a year's festivals in the order of their first days.

    :raises KeyError: if the almanac here does not reach the year
    """
    found = [*_lunar(year), *_solar(year), *_usual(year)]
    return sorted(found, key=lambda one: (one.starts_on, one.name))


def nth_sunday(year: int, month: int, n: int) -> date:
    """Give the nth Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(SUNDAY - first.weekday()) % 7 + 7 * (n - 1))


def _day(name: str, kind: str, day: date) -> FestivalDay:
    return FestivalDay(name, kind, day, day, note=ASK_COUNCIL if name in _HOLIDAYS else "")


def _lunar(year: int) -> Iterator[FestivalDay]:
    spring = SPRING[year]
    days = (
        ("腊八", LABA[year]),
        ("除夕", spring - timedelta(days=1)),
        ("春节", spring),
        ("元宵", spring + timedelta(days=14)),
        ("清明", BRIGHT[year]),
        ("端午", DRAGON_BOAT[year]),
        ("七夕", DOUBLE_SEVENTH[year]),
        ("中秋", MID_AUTUMN[year]),
        ("重阳", DOUBLE_NINTH[year]),
    )
    for name, day in days:
        yield _day(name, "traditional", day)
    # The fair before the new year ends about a week before it, when carriers stop.
    yield FestivalDay(
        "年货节",
        "platform",
        spring - timedelta(days=28),
        spring - timedelta(days=8),
        is_certain=False,
        note=ASK_PLATFORM,
    )


def _solar(year: int) -> Iterator[FestivalDay]:
    for name, kind, month, day in _FIXED:
        yield _day(name, kind, date(year, month, day))
    yield _day("母亲节", "civic", nth_sunday(year, 5, 2))
    yield _day("父亲节", "civic", nth_sunday(year, 6, 3))


def _usual(year: int) -> Iterator[FestivalDay]:
    for name, kind, (month, day), (last_month, last_day) in _USUAL:
        yield FestivalDay(
            name,
            kind,
            date(year, month, day),
            date(year, last_month, last_day),
            is_certain=False,
            note=ASK_PLATFORM if kind == "platform" else "",
        )
