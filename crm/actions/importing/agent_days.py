"""Merge of a chat tool's figures: every file's rows stay, of a name's day the newest export counts."""

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from crm.actions import agent_locks
from crm.actions.agent_settling import settle
from crm.importers import agent_days as importer
from crm.rules.agents import FIGURES
from crm.wording.service import figure_words
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import Counts, FileKind, Preview
from shopops.intake.turn import take_turn

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

SAMPLE_ROWS = 20
_NEW, _OLD = (", ".join(f"{alias}.{name}" for name in FIGURES) for alias in ("u", "o"))


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing."""
    with connection.cursor() as cursor:
        _collect(cursor, stage, batch.exported_at)
        created, updated, unchanged = _lines(cursor)
        cursor.execute(
            "SELECT count(*), min(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " max(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " coalesce(sum(paid_amount), 0)::numeric(14, 2),"
            " coalesce(sum(jsonb_array_length(doubts)), 0),"
            " count(DISTINCT name) FILTER (WHERE NOT is_known) FROM in_agents"
        )
        kept, first, last, paid, doubts, unknown = cursor.fetchone()
        total = _count(cursor, stage)
        sample = _sample(cursor)
        _drop(cursor)
    told = (
        ("agent_names", unknown),
        ("agent_doubts", doubts),
        ("agent_doubled", total - kept),
    )
    return Preview(
        created=created,
        updated=updated,
        unchanged=unchanged + total - kept,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums={"付款金额": f"{paid:.2f}"},
        sample=sample,
        facts={
            "notes": [
                *batch.facts.get("notes", []),
                *(f"{code}|{count}" for code, count in told if count),
            ]
        },
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Write the staged rows in one transaction: names, days, doubts, and which days count."""
    with connection.cursor() as cursor:
        total = _count(cursor, stage)
    done: dict[str, Any] = dict(run.cursor or {})
    if not done.get("merged"):
        done = {"merged": True}
        with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入客服数据")):
            take_turn(run)
            agent_locks.lock_days()
            with connection.cursor() as cursor:
                _collect(cursor, stage, batch.exported_at)
                created, updated, _unchanged = _lines(cursor)
                _write(cursor, batch, now)
                settle(cursor, dates=_dates(cursor, "SELECT DISTINCT date FROM in_agents"))
                _drop(cursor)
            done |= {"created": created, "updated": updated}
    created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
    return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)


def _collect(cursor: CursorWrapper, stage: str, at: datetime) -> None:
    """Make `in_agents`: one row for each name and day, with what counts there now."""
    _drop(cursor)
    cursor.execute(
        "CREATE TEMP TABLE in_agents AS SELECT DISTINCT ON (s.name, s.date) s.*,"
        " n.id AS name_id, n.agent_id, o.id AS old_id,"
        " coalesce(n.agent_id IS NOT NULL OR n.is_nobody, false) AS is_known,"
        " coalesce(o.said_at <= %s, true) AS wins"
        f" FROM {stage} s LEFT JOIN crm_agentname n ON n.name = s.name"
        " LEFT JOIN LATERAL (SELECT d.id, d.said_at FROM crm_agentday d WHERE d.name_id = n.id"
        "  AND d.date = s.date ORDER BY d.said_at DESC, d.id DESC LIMIT 1) o ON true"
        " ORDER BY s.name, s.date, s.line_no DESC",
        [at],
    )


def _drop(cursor: CursorWrapper) -> None:
    cursor.execute("DROP TABLE IF EXISTS in_agents")


def _lines(cursor: CursorWrapper) -> tuple[int, int, int]:
    cursor.execute(
        "SELECT count(*) FILTER (WHERE u.old_id IS NULL),"
        f" count(*) FILTER (WHERE o.id IS NOT NULL AND u.wins AND ({_NEW}) IS DISTINCT FROM"
        f" ({_OLD})), count(*)"
        " FROM in_agents u LEFT JOIN crm_agentday o ON o.id = u.old_id"
    )
    created, updated, total = cursor.fetchone()
    return int(created), int(updated), int(total - created - updated)


def _write(cursor: CursorWrapper, batch: "Batch", now: datetime) -> None:
    cursor.execute(
        "INSERT INTO crm_agentname (name, seen_at, version, is_nobody)"
        " SELECT DISTINCT name, %s::timestamptz, 1, false FROM in_agents"
        " ON CONFLICT (name) DO NOTHING",
        [now],
    )
    names = ", ".join(FIGURES)
    cursor.execute(
        f"INSERT INTO crm_agentday (name_id, agent_id, batch_id, said_at, date, is_current, note,"
        f" {names}) SELECT n.id, n.agent_id, %s, %s, u.date, false, '',"
        f" {', '.join(f'u.{name}' for name in FIGURES)}"
        " FROM in_agents u JOIN crm_agentname n ON n.name = u.name ORDER BY u.line_no",
        [batch.pk, batch.exported_at],
    )
    cursor.execute(
        'INSERT INTO crm_agentdoubt (batch_id, line, "column", value, expected)'
        " SELECT %s, u.line_no, left(d ->> 0, 60), left(d ->> 1, 60), left(d ->> 2, 60)"
        " FROM in_agents u CROSS JOIN LATERAL jsonb_array_elements(u.doubts) d ORDER BY u.line_no",
        [batch.pk],
    )


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back: what others said of its days counts again. In the caller's transaction."""
    agent_locks.lock_days()
    with connection.cursor() as cursor:
        dates = _dates(
            cursor, "SELECT DISTINCT date FROM crm_agentday WHERE batch_id = %s", [batch.pk]
        )
        cursor.execute("DELETE FROM crm_agentdoubt WHERE batch_id = %s", [batch.pk])
        cursor.execute("DELETE FROM crm_agentday WHERE batch_id = %s", [batch.pk])
        removed = int(cursor.rowcount)
        settle(cursor, dates=dates)
        cursor.execute(
            "DELETE FROM crm_agentname n WHERE n.version = 1 AND NOT EXISTS"
            " (SELECT 1 FROM crm_agentday d WHERE d.name_id = n.id)"
        )
    return Counts(removed, 0, 0, 0)


def _dates(cursor: CursorWrapper, statement: str, params: list[Any] | None = None) -> list[date]:
    cursor.execute(statement, params)
    return sorted(row[0] for row in cursor.fetchall())


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


def _sample(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Give the first figures that would change."""
    pairs = ", ".join(
        f"'{name}', CASE WHEN o.{name} IS DISTINCT FROM u.{name} THEN"
        f" jsonb_build_array(o.{name}::text, u.{name}::text) END"
        for name in FIGURES
    )
    cursor.execute(
        f"SELECT u.date || ' ' || u.name, jsonb_strip_nulls(jsonb_build_object({pairs}))::text"
        " FROM in_agents u JOIN crm_agentday o ON o.id = u.old_id WHERE u.wins"
        f" AND ({_NEW}) IS DISTINCT FROM ({_OLD}) ORDER BY u.line_no LIMIT {SAMPLE_ROWS}"
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
    """Make the kind known to the intake."""
    register_file_kind(
        FileKind(
            code=importer.KIND,
            label=importer.LABEL,
            importer=importer.__name__,
            preview=preview,
            merge=merge,
            undo=undo,
            every=timedelta(days=1),
            column_words=figure_words,
        )
    )
