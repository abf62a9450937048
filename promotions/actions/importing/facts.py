"""Merge of a staged report of a paid channel: every file's rows stay, the newest export of a key counts."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from promotions.actions.importing import settling
from promotions.importers.ad_report import FIGURES, TOTALS
from shopops.intake.spec import Counts, Preview
from shopops.intake.turn import take_turn

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

NAMES = [name for name, _ in FIGURES]
_KEY = ("plan_key", "unit_no", "object_no")
SAMPLE_ROWS = 20


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged report would do. Writes nothing."""
    with connection.cursor() as cursor:
        _collect(cursor, stage, batch.exported_at)
        lines = _lines(cursor)
        cursor.execute(
            "SELECT count(*), min(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " max(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " coalesce(sum(spend_amount), 0)::numeric(14, 2),"
            " coalesce(sum(deal_amount), 0)::numeric(14, 2),"
            " coalesce(sum(jsonb_array_length(doubts)), 0),"
            f" count(DISTINCT object_no) FILTER (WHERE {_UNKNOWN}), count(DISTINCT date),"
            f" min(level) FROM {stage} s"
        )
        total, first, last, spend, deals, doubts, unknown, days, level = cursor.fetchone()
        doubled = _count(cursor, "in_doubled")
        sample = _sample(cursor)
        _drop(cursor)
    return Preview(
        created=lines.created,
        updated=lines.updated,
        unchanged=max(total - lines.created - lines.updated, 0),
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums={"花费": f"{spend:.2f}", "总成交金额": f"{deals:.2f}"},
        sample=sample,
        facts={
            "ad_level": level or "",
            "ad_doubts": doubts,
            "ad_unknown_items": unknown,
            "notes": [
                *batch.facts.get("notes", []),
                *_notes(batch, doubts=doubts, unknown=unknown, doubled=doubled, days=days),
            ],
        },
    )


_UNKNOWN = (
    "s.object_no <> '' AND NOT EXISTS"
    " (SELECT 1 FROM products_product p WHERE p.item_no = s.object_no)"
)


def _notes(batch: "Batch", *, doubts: int, unknown: int, doubled: int, days: int) -> list[str]:
    """Give what a person should know before the report is written."""
    notes = _total_notes(batch.facts)
    if batch.kind == "promotions.wxt_plans" and "商品报表" in batch.file_name:
        notes.append("ad_is_plans")
    if batch.kind == "promotions.wxt_items" and "计划报表" in batch.file_name:
        notes.append("ad_is_items")
    counted = (
        ("ad_doubts", doubts),
        ("ad_unknown_items", unknown),
        ("ad_doubled", doubled),
        ("ad_days", days if days > 1 else 0),
    )
    return [*notes, *(f"{code}|{count}" for code, count in counted if count)]


def _total_notes(facts: dict[str, Any]) -> list[str]:
    """Compare the row of totals with the sum of the rows that are taken."""
    if not facts.get("kept_totals"):
        return []
    told = [(name, heads, scale) for name, heads, scale in TOTALS if f"ad_total_{name}" in facts]
    wrong = [
        f"ad_total_differs|{heads[0]}|{_whole(facts[f'ad_total_{name}'], scale)}"
        f"|{_whole(facts.get(f'ad_rows_{name}', 0), scale)}"
        for name, heads, scale in told
        if facts[f"ad_total_{name}"] != facts.get(f"ad_rows_{name}", 0)
    ]
    if wrong:
        return wrong
    return [f"ad_total_agrees|{facts['kept_totals']}"] if told else ["ad_total_left_out"]


def _whole(value: int, scale: int) -> str:
    """Write a figure to its last sign: 5020 of hundredths as 50.20."""
    return str(value) if scale == 1 else f"{Decimal(value) / scale:.2f}"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file that bring something new, and others that change something."""

    created: int
    updated: int


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Write the staged report in one transaction: rows, plans, doubts, and the days anew."""
    with connection.cursor() as cursor:
        total = _count(cursor, stage)
    done: dict[str, Any] = dict(run.cursor or {})
    if not done.get("merged"):
        done = {"merged": True}
        with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入推广报表")):
            take_turn(run)
            with connection.cursor() as cursor:
                _collect(cursor, stage, batch.exported_at)
                lines = _lines(cursor)
                days = _write(cursor, batch)
                _write_doubts(cursor, stage, batch.pk)
                _drop(cursor)
                settling.settle(cursor, days=days, now=now)
            settling.after_change(days=days, now=now)
            done |= {"created": lines.created, "updated": lines.updated}
    created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
    return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)


def _collect(cursor: CursorWrapper, stage: str, at: datetime) -> None:
    """Add up the rows of one key; a row that stands twice with money in it counts once."""
    _drop(cursor)
    sums = ", ".join(f"sum(s.{name}) AS {name}" for name in NAMES)
    cursor.execute(
        "CREATE TEMP TABLE in_doubled AS SELECT line_no FROM ("
        " SELECT line_no, row_number() OVER (PARTITION BY row_hash, date, plan_key, unit_no,"
        f" object_no ORDER BY line_no) AS n FROM {stage} WHERE spend_amount > 0 AND clicks > 0"
        ") d WHERE n > 1"
    )
    key = ", ".join(f"s.{name}" for name in _KEY)
    cursor.execute(
        f"CREATE TEMP TABLE in_facts AS SELECT s.channel, s.level, s.date, {key},"
        f" max(s.plan_name) AS plan_name, max(s.object_name) AS object_name, {sums},"
        " count(*)::int AS row_count, min(s.line_no) AS line_no, NULL::bigint AS id,"
        " true AS wins, false AS differs"
        f" FROM {stage} s WHERE s.line_no NOT IN (SELECT line_no FROM in_doubled)"
        f" GROUP BY s.channel, s.level, s.date, {key}"
    )
    new, old = (", ".join(f"{alias}.{name}" for name in NAMES) for alias in ("u", "o"))
    cursor.execute(
        "UPDATE in_facts u SET id = o.id, wins = o.exported_at <= %(at)s,"
        f" differs = ({new}) IS DISTINCT FROM ({old})"
        " FROM promotions_channelfact o JOIN promotions_channelday d ON d.id = o.day_id"
        " WHERE o.is_current AND d.channel = u.channel AND d.level = u.level AND d.date = u.date"
        " AND o.plan_key = u.plan_key AND o.unit_no = u.unit_no AND o.object_no = u.object_no",
        {"at": at},
    )
    cursor.execute("ANALYZE in_facts")


def _drop(cursor: CursorWrapper) -> None:
    cursor.execute("DROP TABLE IF EXISTS in_facts, in_doubled")


def _lines(cursor: CursorWrapper) -> Lines:
    cursor.execute(
        "SELECT coalesce(sum(row_count) FILTER (WHERE id IS NULL), 0),"
        " coalesce(sum(row_count) FILTER (WHERE id IS NOT NULL AND wins AND differs), 0)"
        " FROM in_facts"
    )
    return Lines(*(int(one) for one in cursor.fetchone()))


def _write(cursor: CursorWrapper, batch: "Batch") -> list[settling.Day]:
    """Write the rows, not yet counting; give the days that they are of."""
    cursor.execute(
        "INSERT INTO promotions_channelday (channel, level, date, exported_at, row_count,"
        " serves_total, serves_plans, serves_items)"
        " SELECT DISTINCT channel, level, date, %s, 0, false, false, false FROM in_facts"
        " ON CONFLICT (channel, date, level) DO NOTHING",
        [batch.exported_at],
    )
    names = ", ".join(NAMES)
    cursor.execute(
        "INSERT INTO promotions_channelfact (day_id, batch_id, exported_at, date, row_count,"
        f" is_current, channel, plan_key, unit_no, object_no, object_name, {names})"
        " SELECT d.id, %s, %s, u.date, least(u.row_count, 32767), false, u.channel, u.plan_key,"
        f" u.unit_no, u.object_no, u.object_name, {', '.join(f'u.{name}' for name in NAMES)}"
        " FROM in_facts u JOIN promotions_channelday d"
        " ON d.channel = u.channel AND d.level = u.level AND d.date = u.date",
        [batch.pk, batch.exported_at],
    )
    cursor.execute(
        "INSERT INTO promotions_adplan (channel, key, name, seen_at, version, state, note)"
        " SELECT channel, plan_key, left(max(plan_name), 120), %s, 1, 'running', ''"
        " FROM in_facts WHERE plan_key <> '' GROUP BY channel, plan_key"
        " ON CONFLICT (channel, key) DO UPDATE SET name = excluded.name,"
        " seen_at = excluded.seen_at WHERE promotions_adplan.seen_at <= excluded.seen_at"
        " AND excluded.name <> ''",
        [batch.exported_at],
    )
    cursor.execute("SELECT DISTINCT channel, date FROM in_facts ORDER BY channel, date")
    return [settling.Day(*row) for row in cursor.fetchall()]


def _write_doubts(cursor: CursorWrapper, stage: str, batch_id: int) -> None:
    cursor.execute(
        'INSERT INTO promotions_channelwarning (batch_id, line, "column", value, expected, code)'
        " SELECT %s, s.line_no, left(d ->> 0, 60), left(d ->> 1, 60), left(d ->> 2, 60), d ->> 3"
        f" FROM {stage} s CROSS JOIN LATERAL jsonb_array_elements(s.doubts) d"
        " ORDER BY s.line_no",
        [batch_id],
    )


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a report back: of its keys, what other files said counts again. In the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT channel, date FROM promotions_channelfact WHERE batch_id = %s"
            " ORDER BY channel, date",
            [batch.pk],
        )
        days = [settling.Day(*row) for row in cursor.fetchall()]
        cursor.execute("DELETE FROM promotions_channelwarning WHERE batch_id = %s", [batch.pk])
        cursor.execute(
            "DELETE FROM promotions_channelfact WHERE batch_id = %s RETURNING plan_key", [batch.pk]
        )
        removed = int(cursor.rowcount)
        settling.settle(cursor, days=days, now=now)
        cursor.execute(
            "DELETE FROM promotions_adplan a WHERE version = 1 AND NOT EXISTS (SELECT 1 FROM"
            " promotions_channelfact f WHERE f.channel = a.channel AND f.plan_key = a.key"
            " AND f.is_current)"
        )
    settling.after_change(days=days, now=now)
    return Counts(removed, 0, 0, 0)


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


def _sample(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Give the first figures that would change."""
    pairs = ", ".join(
        f"'{name}', CASE WHEN o.{name} IS DISTINCT FROM u.{name} THEN"
        f" jsonb_build_array(o.{name}::text, u.{name}::text) END"
        for name in NAMES
    )
    cursor.execute(
        "SELECT u.date || ' ' || coalesce(nullif(u.object_no, ''), nullif(u.plan_name, ''),"
        f" u.plan_key), jsonb_strip_nulls(jsonb_build_object({pairs}))::text FROM in_facts u"
        " JOIN promotions_channelfact o ON o.id = u.id WHERE u.wins AND u.differs"
        f" ORDER BY u.line_no LIMIT {SAMPLE_ROWS}"
    )
    return [
        {
            "key": key,
            "changes": [
                {"column": column, "old": old, "new": value}
                for column, (old, value) in json.loads(found).items()
            ],
        }
        for key, found in cursor.fetchall()
    ]
