"""Merge of files about the shop's days: every word stays, of each figure the latest export counts."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from analytics.actions.stat_settling import lock_stats, settle
from analytics.importers import coupon, dsr, flow, item_flow, shop_day, trade
from analytics.importers.preamble import DAY, DEVICE, ITEM, UNTIL, read_name
from analytics.importers.stat_sheet import DOUBTS
from analytics.wording.stats import figure_words
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import FACT_SHOP_NAME, FACT_SHOP_NO, Counts, FileKind, Preview
from shopops.intake.turn import take_turn
from shopops.lib.business_time import business_date

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the rows of a kind of file are kept."""

    source: str
    scope: str
    every: timedelta


KINDS: dict[str, _Kept] = {
    shop_day.KIND: _Kept("shop_day", "shop", timedelta(days=1)),
    trade.KIND: _Kept("trade", "shop", timedelta(days=1)),
    flow.KIND: _Kept("flow", "flow", timedelta(days=1)),
    item_flow.KIND: _Kept("item_flow", "item_flow", timedelta(days=30)),
    coupon.KIND: _Kept("coupon", "coupon", timedelta(days=30)),
    dsr.KIND: _Kept("dsr", "shop", timedelta(days=30)),
}
_IMPORTERS = (shop_day, trade, flow, item_flow, coupon, dsr)
_GROUP = "r.scope = u.scope AND r.date = u.date AND r.hour IS NOT DISTINCT FROM u.hour AND r.key = u.key AND r.device = u.device"  # noqa: E501 # fmt: skip
# Said by both, and not the same number: `5.0` and `5` are.
_DIFFERS = (
    "EXISTS (SELECT FROM jsonb_each_text(u.figures) n JOIN jsonb_each_text(u.old) o USING (key)"
    " WHERE n.value::numeric IS DISTINCT FROM o.value::numeric)"
)
_ADDS = "EXISTS (SELECT FROM jsonb_object_keys(u.figures) n (key) WHERE NOT u.old ? n.key)"


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing.

    :raises FileRefusedError: for a file of two shops, of several days in one row, or without any day
    """
    _refuse_two_shops(batch)
    with connection.cursor() as cursor:
        _collect(cursor, batch, stage)
        counted = _counted(cursor)
        cursor.execute(
            "SELECT min(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " max(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " sum((figures ->> 'paid_amount')::numeric) FILTER (WHERE device = 'all')"
            " FROM in_stats"
        )
        first, last, paid = cursor.fetchone()
        total = _count(cursor, stage)
        sample = _sample(cursor)
        _drop(cursor)
    told = (
        ("stat_doubts", int(batch.facts.get(DOUBTS, 0))),
        ("stat_differs", counted.differing),
        ("stat_older", counted.older),
        ("stat_doubled", total - counted.rows),
    )
    has_sum = paid is not None and KINDS[batch.kind].scope in ("shop", "coupon")
    return Preview(
        created=counted.created,
        updated=counted.updated,
        unchanged=total - counted.created - counted.updated,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums={"支付金额": f"{paid:.2f}"} if has_sum else {},
        sample=sample,
        facts={
            "notes": [
                *batch.facts.get("notes", []),
                *(f"{code}|{count}" for code, count in told if count),
            ]
        },
    )


def _refuse_two_shops(batch: "Batch") -> None:
    for fact in (FACT_SHOP_NO, FACT_SHOP_NAME):
        names = [name for name in str(batch.facts.get(fact, "")).split(",") if name.strip()]
        if len(names) > 1:
            raise FileRefusedError("stat_two_shops", "、".join(names[:4]))


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Write the staged rows in one transaction, and which words of their days count."""
    with connection.cursor() as cursor:
        total = _count(cursor, stage)
    done: dict[str, Any] = dict(run.cursor or {})
    if not done.get("merged"):
        done = {"merged": True}
        with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入每天的数")):
            take_turn(run)
            lock_stats()
            with connection.cursor() as cursor:
                _collect(cursor, batch, stage)
                counted = _counted(cursor)
                _write(cursor, batch)
                cursor.execute("SELECT DISTINCT date FROM in_stats ORDER BY date")
                settle(cursor, source=KINDS[batch.kind].source, dates=_dates(cursor))
                _drop(cursor)
            done |= {"created": counted.created, "updated": counted.updated}
    created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
    return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)


def _collect(cursor: CursorWrapper, batch: "Batch", stage: str) -> None:
    """Make `in_stats`: one row for each key, with what counts there now and whether a later word does."""
    kept, told = KINDS[batch.kind], _told(cursor, batch, stage)
    _drop(cursor)
    cursor.execute(
        "CREATE TEMP TABLE in_stats AS"
        " SELECT u.*, o.figures AS old, coalesce(o.said_at <= %(at)s, true) AS wins FROM ("
        "  SELECT DISTINCT ON (date, hour, key, device) * FROM ("
        "   SELECT s.line_no, %(scope)s::text AS scope, coalesce(s.date, %(day)s::date) AS date, s.hour,"
        "    CASE WHEN s.key LIKE '|%%' THEN %(item)s || s.key ELSE s.key END AS key,"
        "    coalesce(nullif(s.device, ''), %(device)s) AS device, s.figures"
        f"   FROM {stage} s WHERE s.figures <> '{{}}'::jsonb) AS named"
        "  ORDER BY date, hour, key, device, line_no DESC) AS u"
        " LEFT JOIN LATERAL ("
        "  SELECT jsonb_object_agg(code, value ORDER BY said_at, id) AS figures, max(said_at) AS said_at"
        "  FROM (SELECT r.id, r.said_at, e.code, e.value FROM analytics_statrow r"
        "   CROSS JOIN LATERAL jsonb_each_text(r.figures) e (code, value)"
        f"   WHERE r.source = %(source)s AND r.is_current AND {_GROUP}) AS words) AS o ON true",
        {
            "at": batch.exported_at,
            "scope": kept.scope,
            "source": kept.source,
            "day": told.get(DAY),
            "item": told.get(ITEM, ""),
            "device": told.get(DEVICE, "all"),
        },
    )


def _told(cursor: CursorWrapper, batch: "Batch", stage: str) -> dict[str, str]:
    """Give what the rows leave to the lines above them and to the file's name.

    :raises FileRefusedError: if nothing tells the day or the item, or if a row is of several days
    """
    above = {
        name: str(batch.facts[name]) for name in (DAY, UNTIL, ITEM, DEVICE) if name in batch.facts
    }
    named = read_name(batch.file_name)
    if DAY in above:
        named = {name: value for name, value in named.items() if name not in (DAY, UNTIL)}
    told = named | above
    cursor.execute(
        f"SELECT count(*) FILTER (WHERE date IS NULL), count(*) FILTER (WHERE key LIKE '|%') FROM {stage}"
    )
    without_day, without_item = cursor.fetchone()
    if not without_day:
        told.pop(DAY, None)
    elif batch.kind == dsr.KIND and DAY not in told:
        told[DAY] = business_date(batch.exported_at).isoformat()
    elif DAY not in told:
        raise FileRefusedError("stat_no_day")
    elif told[DAY] != told[UNTIL]:
        span = date.fromisoformat(told[UNTIL]) - date.fromisoformat(told[DAY])
        raise FileRefusedError("stat_span", told[DAY], told[UNTIL], span.days + 1)
    if without_item and ITEM not in told:
        raise FileRefusedError("stat_no_item")
    return told


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a file brings, in rows; `differing`: rows that say another number than what counts."""

    rows: int
    created: int
    updated: int
    differing: int
    older: int


def _counted(cursor: CursorWrapper) -> _Counted:
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE u.old IS NULL),"
        f" count(*) FILTER (WHERE u.old IS NOT NULL AND (({_ADDS}) OR (u.wins AND {_DIFFERS}))),"
        f" count(*) FILTER (WHERE u.wins AND {_DIFFERS}),"
        f" count(*) FILTER (WHERE NOT u.wins AND {_DIFFERS}) FROM in_stats u"
    )
    return _Counted(*(int(value) for value in cursor.fetchone()))


def _write(cursor: CursorWrapper, batch: "Batch") -> None:
    cursor.execute(
        "INSERT INTO analytics_statrow (source, scope, date, hour, key, device, figures, batch_id,"
        " line, said_at, note, is_current)"
        " SELECT %s, scope, date, hour, left(key, 200), device, figures, %s, line_no, %s, '', false"
        " FROM in_stats ORDER BY line_no",
        [KINDS[batch.kind].source, batch.pk, batch.exported_at],
    )


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back: what others said of its days counts again. In the caller's transaction."""
    lock_stats()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT date FROM analytics_statrow WHERE batch_id = %s ORDER BY date",
            [batch.pk],
        )
        dates = _dates(cursor)
        cursor.execute("DELETE FROM analytics_statrow WHERE batch_id = %s", [batch.pk])
        removed = int(cursor.rowcount)
        settle(cursor, source=KINDS[batch.kind].source, dates=dates)
    return Counts(removed, 0, 0, 0)


def _dates(cursor: CursorWrapper) -> list[date]:
    return [row[0] for row in cursor.fetchall()]


def _drop(cursor: CursorWrapper) -> None:
    cursor.execute("DROP TABLE IF EXISTS in_stats")


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


def _sample(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Give the first figures that would change: what counted, and what this file says."""
    cursor.execute(
        "SELECT u.date || CASE WHEN u.hour IS NULL THEN '' ELSE ' ' || lpad(u.hour::text, 2, '0') || ':00' END"
        " || CASE WHEN u.key = '' THEN '' ELSE ' ' || u.key END,"
        " (SELECT jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value))::text"
        "  FROM jsonb_each_text(u.figures) n JOIN jsonb_each_text(u.old) o USING (key)"
        "  WHERE n.value::numeric IS DISTINCT FROM o.value::numeric)"
        f" FROM in_stats u WHERE u.wins AND {_DIFFERS} ORDER BY u.line_no LIMIT {SAMPLE_ROWS}"
    )
    return [
        {
            "key": key,
            "changes": [
                {"column": column, "old": old, "new": new}
                for column, (old, new) in json.loads(changes).items()
            ],
        }
        for key, changes in cursor.fetchall()
    ]


def register() -> None:
    """Make the kinds known to the intake."""
    for importer in _IMPORTERS:
        register_file_kind(
            FileKind(
                code=importer.KIND,
                label=importer.LABEL,
                importer=importer.__name__,
                preview=preview,
                merge=merge,
                undo=undo,
                every=KINDS[importer.KIND].every,
                column_words=figure_words,
            )
        )
