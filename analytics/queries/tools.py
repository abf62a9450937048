"""What marketing tools brought, as the platform's file says: coupons taken and used, what was paid with them.

The file tells of a day and of a tool (优惠券, 单品宝, 店铺宝), or of each coupon by its name. A coupon that was
taken on one day may be used on a later one: the rate of a period is what was used in it by what was taken in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from analytics.models import StatRow
from shopops.intake.models import Batch

TOOL = "coupon"


@dataclass(slots=True)
class ToolDay:
    """What was said of a tool's day, and in which file; a figure that no file has is absent."""

    figures: dict[str, Decimal] = field(default_factory=dict)
    batch_id: int | None = None
    line: int | None = None
    said_at: datetime | None = None

    @property
    def use_rate(self) -> Decimal | None:
        """Give what was used by what was taken."""
        return _by(self.figures.get("used"), self.figures.get("taken"))


@dataclass(slots=True)
class Tool:
    """One tool, or one coupon by its name, over a period; days without a word are absent."""

    key: str
    days: dict[date, ToolDay] = field(default_factory=dict)

    def total(self, code: str) -> Decimal | None:
        """Add a figure up over the days that know it; None if none does."""
        known = [day.figures[code] for day in self.days.values() if code in day.figures]
        return sum(known, Decimal(0)) if known else None

    @property
    def use_rate(self) -> Decimal | None:
        """Give what was used by what was taken, over the days that know both."""
        both = [
            one.figures for one in self.days.values() if {"used", "taken"} <= one.figures.keys()
        ]
        used = sum((one["used"] for one in both), Decimal(0))
        return _by(used, sum((one["taken"] for one in both), Decimal(0))) if both else None


def _by(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return part / whole if part is not None and whole else None


def tools(*, since: date, until: date) -> list[Tool]:
    """Give the tools that some file tells of in a period, both ends included, the dearest first. One query."""
    rows = StatRow.objects.filter(
        is_current=True, scope=TOOL, source=TOOL, device="all", date__range=(since, until)
    ).order_by("said_at", "pk")
    found: dict[str, Tool] = {}
    for row in rows:
        tool = found.setdefault(row.key, Tool(row.key))
        day = tool.days.setdefault(row.date, ToolDay())
        day.figures |= {code: Decimal(value) for code, value in row.figures.items()}
        day.batch_id, day.line, day.said_at = row.batch_id, row.line, row.said_at
    return sorted(
        found.values(), key=lambda one: (-(one.total("paid_amount") or Decimal(0)), one.key)
    )


@dataclass(frozen=True, slots=True)
class ToolFile:
    """A file that told of tools."""

    batch_id: int
    name: str
    said_at: datetime


def files_of(found: Iterable[Tool]) -> list[ToolFile]:
    """Give the files whose words count, the newest first. One query."""
    said = {
        day.batch_id: day.said_at
        for tool in found
        for day in tool.days.values()
        if day.batch_id is not None and day.said_at is not None
    }
    rows = Batch.objects.filter(pk__in=said).order_by("pk").values_list("pk", "file_name")
    files = [ToolFile(pk, name, said[pk]) for pk, name in rows]
    return sorted(files, key=lambda one: (one.said_at, one.batch_id), reverse=True)
