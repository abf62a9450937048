"""Merge of files of scores: every word stays; reading takes the latest of each figure."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from analytics.actions.dsr import lock_topic
from analytics.importers import dsr_days as importer
from analytics.models import DsrDay
from analytics.queries.shown import FIELDS
from analytics.wording.dsr import field_words
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import Counts, FileKind, Preview
from shopops.intake.turn import take_turn
from shopops.lib.business_time import business_date

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

SAMPLE_ROWS = 20
# Of a day that stands twice in the file the last row counts.
_COLLECT = """
CREATE TEMP TABLE in_scores AS
SELECT DISTINCT ON (day) s.*, coalesce(s.date, %(today)s) AS day FROM {stage} s
ORDER BY day, s.line_no DESC
"""
_ANY = " OR ".join(f"u.{name} IS NOT NULL" for name in FIELDS)
# What another file or person said of the day so far, figure by figure.
_KNOWN = ", ".join(
    f"(SELECT d.{name} FROM analytics_dsrday d WHERE d.date = u.day AND d.{name} IS NOT NULL"
    f" ORDER BY d.said_at DESC, d.id DESC LIMIT 1) AS {name}"
    for name in FIELDS
)
_DIFFERS = " OR ".join(
    f"u.{name} IS NOT NULL AND u.{name} IS DISTINCT FROM k.{name}" for name in FIELDS
)


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing."""
    with connection.cursor() as cursor:
        _collect(cursor, stage, batch)
        created, updated, kept = _lines(cursor)
        cursor.execute(
            "SELECT min(day)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " max(day)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM in_scores"
        )
        first, last = cursor.fetchone()
        total = _count(cursor, stage)
        sample = _sample(cursor)
        cursor.execute("DROP TABLE in_scores")
    return Preview(
        created=created,
        updated=updated,
        unchanged=total - created - updated if kept else total,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sample=sample,
        facts={"notes": list(batch.facts.get("notes", []))},
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Write the words of the file in one transaction."""
    with connection.cursor() as cursor:
        total = _count(cursor, stage)
    done: dict[str, Any] = dict(run.cursor or {})
    if not done.get("merged"):
        done = {"merged": True}
        with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入评分")):
            take_turn(run)
            lock_topic("dsr_days")
            with connection.cursor() as cursor:
                _collect(cursor, stage, batch)
                created, updated, _kept = _lines(cursor)
                names = ", ".join(FIELDS)
                cursor.execute(
                    f"INSERT INTO analytics_dsrday (date, batch_id, said_at, note, {names})"
                    f" SELECT u.day, %s, %s, '', {', '.join(f'u.{name}' for name in FIELDS)}"
                    f" FROM in_scores u WHERE {_ANY} ORDER BY u.day",
                    [batch.pk, batch.exported_at],
                )
                cursor.execute("DROP TABLE in_scores")
            done |= {"created": created, "updated": updated}
    created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
    return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file's words back: what others said counts again."""
    lock_topic("dsr_days")
    removed, _each = DsrDay.objects.filter(batch_id=batch.pk).delete()
    return Counts(removed, 0, 0, 0)


def _collect(cursor: CursorWrapper, stage: str, batch: "Batch") -> None:
    cursor.execute("DROP TABLE IF EXISTS in_scores")
    cursor.execute(_COLLECT.format(stage=stage), {"today": business_date(batch.exported_at)})


def _lines(cursor: CursorWrapper) -> tuple[int, int, int]:
    """Count new days, days of which something changes, and days that say anything."""
    cursor.execute(
        "SELECT count(*) FILTER (WHERE NOT is_known),"
        " count(*) FILTER (WHERE is_known AND differs), count(*) FROM ("
        f"SELECT EXISTS (SELECT FROM analytics_dsrday d WHERE d.date = u.day) AS is_known,"
        f" ({_DIFFERS}) AS differs"
        f" FROM in_scores u CROSS JOIN LATERAL (SELECT {_KNOWN}) k WHERE {_ANY}) x"
    )
    created, updated, kept = cursor.fetchone()
    return int(created), int(updated), int(kept)


def _sample(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Give the first figures that would change."""
    pairs = ", ".join(
        f"'{name}', CASE WHEN u.{name} IS NOT NULL AND u.{name} IS DISTINCT FROM k.{name}"
        f" THEN jsonb_build_array(k.{name}::text, u.{name}::text) END"
        for name in FIELDS
    )
    cursor.execute(
        f"SELECT u.day::text, jsonb_strip_nulls(jsonb_build_object({pairs}))::text"
        f" FROM in_scores u CROSS JOIN LATERAL (SELECT {_KNOWN}) k WHERE {_DIFFERS}"
        f" ORDER BY u.day LIMIT {SAMPLE_ROWS}"
    )
    return [
        {
            "key": key,
            "changes": [
                {"column": column, "old": old or "", "new": new}
                for column, (old, new) in json.loads(changes).items()
            ],
        }
        for key, changes in cursor.fetchall()
    ]


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


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
            every=timedelta(days=7),
            column_words=field_words,
        )
    )
