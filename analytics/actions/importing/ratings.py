"""Merge of stars by buyer: every file's rows stay, of a rating the newest export counts."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from analytics.actions.dsr import lock_topic
from analytics.actions.scores import request_scores
from analytics.importers import ratings as importer
from analytics.rules.dsr import SCORES
from analytics.wording.dsr import field_words
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import Counts, FileKind, Preview
from shopops.intake.turn import take_turn

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# Orders of erased people bring nothing back.
_COLLECT = f"""
CREATE TEMP TABLE in_ratings AS
SELECT DISTINCT ON (s.key) s.*, o.id AS old_id,
  o.id IS NULL OR o.said_at <= %(at)s AS wins, ({", ".join(f"s.{name}" for name in SCORES)})
    IS DISTINCT FROM ({", ".join(f"o.{name}" for name in SCORES)}) AS differs,
  coalesce((SELECT p.buyer_id FROM orders_order p WHERE p.tid = s.tid AND s.tid <> ''),
    (SELECT b.id FROM orders_buyer b WHERE b.key = s.nick AND NOT s.is_masked)) AS buyer_id
FROM {{stage}} s LEFT JOIN analytics_shoprating o ON o.key = s.key AND o.is_current
WHERE NOT EXISTS (SELECT FROM orders_order p JOIN orders_erasedorder e ON e.order_id = p.id
  WHERE p.tid = s.tid AND s.tid <> '')
ORDER BY s.key, s.line_no DESC
"""
_WRITE = """
INSERT INTO analytics_shoprating (batch_id, said_at, rated_at, buyer_id, goods, service, delivery,
  is_masked, is_current, key, tid, nick)
SELECT %(batch)s, %(at)s, rated_at, buyer_id, goods, service, delivery, is_masked, false, key, tid, nick
FROM in_ratings ORDER BY line_no
"""
# Off first: two that count at once would break the rule.
_SETTLE = (
    """UPDATE analytics_shoprating SET is_current = false
    WHERE is_current AND key IN (SELECT key FROM {keys})""",
    """UPDATE analytics_shoprating SET is_current = true WHERE id IN (
    SELECT DISTINCT ON (key) id FROM analytics_shoprating WHERE key IN (SELECT key FROM {keys})
    ORDER BY key, said_at DESC, id DESC)""",
)


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing."""
    with connection.cursor() as cursor:
        _collect(cursor, stage, batch.exported_at)
        created, updated = _lines(cursor)
        cursor.execute("SELECT min(rated_at), max(rated_at) FROM in_ratings")
        first, last = cursor.fetchone()
        total = _count(cursor, stage)
        cursor.execute("DROP TABLE in_ratings")
    return Preview(
        created=created,
        updated=updated,
        unchanged=total - created - updated,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        facts={"notes": list(batch.facts.get("notes", []))},
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Write the staged rows in one transaction, and which count."""
    with connection.cursor() as cursor:
        total = _count(cursor, stage)
    done: dict[str, Any] = dict(run.cursor or {})
    if not done.get("merged"):
        done = {"merged": True}
        with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入评分明细")):
            take_turn(run)
            lock_topic("ratings")
            with connection.cursor() as cursor:
                _collect(cursor, stage, batch.exported_at)
                created, updated = _lines(cursor)
                cursor.execute(_WRITE, {"batch": batch.pk, "at": batch.exported_at})
                for statement in _SETTLE:
                    cursor.execute(statement.format(keys="in_ratings"))
                cursor.execute("DROP TABLE in_ratings")
            done |= {"created": created, "updated": updated}
            request_scores(now=now)
    created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
    return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back: what others said of its ratings counts again. In the caller's transaction."""
    lock_topic("ratings")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS out_ratings")
        cursor.execute(
            "CREATE TEMP TABLE out_ratings AS SELECT DISTINCT key FROM analytics_shoprating"
            " WHERE batch_id = %s",
            [batch.pk],
        )
        cursor.execute("DELETE FROM analytics_shoprating WHERE batch_id = %s", [batch.pk])
        removed = int(cursor.rowcount)
        for statement in _SETTLE:
            cursor.execute(statement.format(keys="out_ratings"))
        cursor.execute("DROP TABLE out_ratings")
    request_scores(now=now)
    return Counts(removed, 0, 0, 0)


def _collect(cursor: CursorWrapper, stage: str, at: datetime) -> None:
    cursor.execute("DROP TABLE IF EXISTS in_ratings")
    cursor.execute(_COLLECT.format(stage=stage), {"at": at})


def _lines(cursor: CursorWrapper) -> tuple[int, int]:
    cursor.execute(
        "SELECT count(*) FILTER (WHERE old_id IS NULL),"
        " count(*) FILTER (WHERE old_id IS NOT NULL AND wins AND differs) FROM in_ratings"
    )
    created, updated = cursor.fetchone()
    return int(created), int(updated)


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
