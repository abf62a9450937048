"""Which rows of a channel's days count, what they sum to, and which level answers which question."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.utils import CursorWrapper

from promotions.actions import channel_watch
from promotions.choices import Level
from promotions.importers.ad_report import FIGURES
from promotions.models import ChannelAccount, ChannelDay
from promotions.rules.channel_levels import LevelDay, serving

_NAMES = [name for name, _ in FIGURES]
_VIEWS = ("total", "plans", "items")


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day of a channel."""

    channel: str
    date: date


def settle(cursor: CursorWrapper, *, days: Sequence[Day], now: datetime) -> None:
    """Work the days out anew, in the caller's transaction; safe to repeat."""
    if not days:
        return
    named: dict[str, Any] = {
        "channels": [day.channel for day in days],
        "dates": [day.date for day in days],
    }
    touched = (
        "SELECT d.id FROM promotions_channelday d JOIN unnest(%(channels)s::text[],"
        " %(dates)s::date[]) t (channel, date) ON t.channel = d.channel AND t.date = d.date"
        " WHERE d.channel <> 'tbk'"
    )
    cursor.execute(
        "UPDATE promotions_channelfact SET is_current = false WHERE is_current"
        f" AND day_id IN ({touched})",
        named,
    )
    cursor.execute(
        "UPDATE promotions_channelfact SET is_current = true WHERE id IN ("
        " SELECT DISTINCT ON (day_id, plan_key, unit_no, object_no) id FROM promotions_channelfact"
        f" WHERE day_id IN ({touched})"
        " ORDER BY day_id, plan_key, unit_no, object_no, exported_at DESC, batch_id DESC, id DESC)",
        named,
    )
    sums = ", ".join(f"sum(f.{name}) AS {name}" for name in _NAMES)
    cursor.execute(
        f"UPDATE promotions_channelday d SET {', '.join(f'{n} = s.{n}' for n in _NAMES)},"
        " row_count = s.row_count, exported_at = s.exported_at"
        f" FROM (SELECT f.day_id, {sums}, count(*) AS row_count, max(f.exported_at) AS exported_at"
        f" FROM promotions_channelfact f WHERE f.is_current AND f.day_id IN ({touched})"
        " GROUP BY f.day_id) s WHERE s.day_id = d.id",
        named,
    )
    cursor.execute(
        f"DELETE FROM promotions_channelday d WHERE d.id IN ({touched}) AND NOT EXISTS"
        " (SELECT 1 FROM promotions_channelfact f WHERE f.day_id = d.id)",
        named,
    )
    choose_levels(days=days)
    _use_channels(days=days)


def choose_levels(*, days: Sequence[Day]) -> None:
    """Write which level of each day answers which question."""
    rows = list(_days_of(days))
    by_day: dict[Day, list[ChannelDay]] = defaultdict(list)
    for row in rows:
        by_day[Day(row.channel, row.date)].append(row)
    changed = []
    for levels in by_day.values():
        chosen = {view: serving(view, [_level_day(one) for one in levels]) for view in _VIEWS}
        for row in levels:
            wanted = {f"serves_{view}": row.level == chosen[view] for view in _VIEWS}
            if any(getattr(row, name) != value for name, value in wanted.items()):
                changed.append((row, wanted))
    fields = [f"serves_{view}" for view in _VIEWS]
    # First none, then the one: two levels never answer at once, not even for a moment.
    ChannelDay.objects.filter(pk__in=[row.pk for row, _ in changed]).update(
        **dict.fromkeys(fields, False)
    )
    for row, wanted in changed:
        for name, value in wanted.items():
            setattr(row, name, value)
    ChannelDay.objects.bulk_update([row for row, _ in changed], fields, batch_size=1000)


def _level_day(row: ChannelDay) -> LevelDay:
    return LevelDay(
        Level(row.level),
        row.date,
        row.exported_at,
        names_items=bool(getattr(row, "names_items", True)),
    )


def _days_of(days: Sequence[Day]) -> Sequence[ChannelDay]:
    return list(
        ChannelDay.objects.raw(
            "SELECT d.*, EXISTS (SELECT 1 FROM promotions_channelfact f WHERE f.day_id = d.id"
            " AND f.is_current AND f.object_no <> '') AS names_items"
            " FROM promotions_channelday d JOIN unnest(%(channels)s::text[], %(dates)s::date[])"
            " t (channel, date) ON t.channel = d.channel AND t.date = d.date ORDER BY d.id",
            {
                "channels": [day.channel for day in days],
                "dates": [day.date for day in days],
            },
        )
    )


def _use_channels(*, days: Sequence[Day]) -> None:
    """Know a channel from its first report on."""
    known = sorted({day.channel for day in days})
    ChannelAccount.objects.bulk_create(
        [ChannelAccount(channel=channel) for channel in known], ignore_conflicts=True
    )


def after_change(*, days: Sequence[Day], now: datetime) -> None:
    """Look at caps and returns again; of days long gone nobody need be told."""
    recent = [day for day in days if day.date >= now.date() - timedelta(days=3)]
    channel_watch.look_again(days=[(day.channel, day.date) for day in recent], now=now)
