"""Merge of a staged review export: new ones, edited ones, taken back ones; what a person did stays."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from crm.actions.reviews.following import request_follow
from crm.importers import review_list
from crm.review_choices import Rating
from orders.actions.importing import after, steps
from orders.actions.importing.steps import Steps
from orders.actions.importing.words import value_words as common_words
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import Counts, FileKind, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_TABLE = "crm_review"
# What an older file may still fill in, and what the newer file says.
_NEWER = ("rating", "content", "append", "append_at", "spec")
_KEPT = ("score_goods", "score_service", "score_logistics")
_NUMBERS = ("tid", "oid", "item_no", "sku_no")
_VALUES = (*_NEWER, *_KEPT, *_NUMBERS, "taken_back_at", "missing_since")
_COLUMNS = (*_VALUES, "row_hash", "exported_at", "mined_at")
_FIXED = ("rated_at", "is_masked", "nick")
_WORDS = {
    "rating": _l("评价"),
    "content": _l("评论"),
    "append": _l("追评"),
    "append_at": _l("追评时间"),
    "taken_back_at": _l("已删除"),
    "tid": _l("订单编号"),
    "spec": _l("规格"),
    "score_goods": _l("描述相符"),
    "score_service": _l("服务态度"),
    "score_logistics": _l("物流服务"),
}


_MISSING = f"""
SELECT o.id FROM {_TABLE} o, (SELECT min(rated_at) AS first, max(rated_at) AS last,
  max(exported_at) AS at, count(*) AS n FROM merge_reviews) f
WHERE f.n >= 10 AND o.rated_at > f.first AND o.rated_at < f.last AND o.exported_at < f.at
  AND o.missing_since IS NULL AND o.taken_back_at IS NULL
  AND o.rating IN (SELECT rating FROM merge_reviews)
  AND o.item_no IN (SELECT item_no FROM merge_reviews)
  AND NOT EXISTS (SELECT 1 FROM merge_reviews u WHERE u.key = o.key)
"""


def _rows_sql(stage: str) -> str:
    """Give the rows to be written. Several of one member, item, SKU and minute are told apart by place.

    The place goes by the words, so that the same file in another order gives the same keys.
    """
    newer = ", ".join(
        f"CASE WHEN n.newer THEN coalesce(s.{name}, r.{name}) ELSE r.{name} END AS {name}"
        for name in _NEWER
    )
    kept = ", ".join(
        f"CASE WHEN n.newer THEN coalesce(s.{name}, r.{name})"
        f" ELSE coalesce(r.{name}, s.{name}) END::smallint AS {name}"
        for name in _KEPT
    )
    numbers = ", ".join(f"coalesce(nullif(r.{name}, ''), s.{name}) AS {name}" for name in _NUMBERS)
    words = "(s.content, s.append) IS DISTINCT FROM (r.content, r.append)"
    return f"""
      SELECT s.line_no, r.id, s.key, n.newer, s.rated_at, s.is_masked, s.nick, {newer}, {kept}, {numbers},
        CASE WHEN n.newer AND s.taken_back THEN coalesce(r.taken_back_at, %(now)s)
          WHEN n.newer AND s.taken_back IS FALSE THEN NULL ELSE r.taken_back_at END AS taken_back_at,
        CASE WHEN n.newer THEN NULL ELSE r.missing_since END AS missing_since,
        CASE WHEN n.newer THEN s.row_hash ELSE r.row_hash END AS row_hash,
        CASE WHEN n.newer AND {words} THEN NULL ELSE r.mined_at END AS mined_at,
        greatest(r.exported_at, %(exported_at)s) AS exported_at
      FROM (SELECT s.*, base_key || CASE WHEN place = 1 THEN '' ELSE '#' || least(place, 99) END AS key
            FROM (SELECT *, row_number() OVER (PARTITION BY base_key ORDER BY content, line_no) AS place
                  FROM {stage}) s) s
      LEFT JOIN {_TABLE} r ON r.key = s.key
      CROSS JOIN LATERAL (
        SELECT r.id IS NULL OR r.exported_at IS NULL OR %(exported_at)s >= r.exported_at AS newer) n
    """


def _differs() -> str:
    new, old = (", ".join(f"{alias}.{name}" for name in _VALUES) for alias in ("u", "o"))
    return f"({new}) IS DISTINCT FROM ({old})"


def _tidy_stage(cursor: CursorWrapper, stage: str) -> int:
    """Drop what stands twice in the file, letter by letter, and doubles beyond what can be told apart."""
    cursor.execute(
        f"DELETE FROM {stage} s USING (SELECT line_no, row_number() OVER ("
        f"PARTITION BY base_key, content ORDER BY append DESC, line_no DESC) AS place FROM {stage}) d"
        " WHERE d.line_no = s.line_no AND d.place > 1"
    )
    doubled = int(cursor.rowcount)
    cursor.execute(
        f"DELETE FROM {stage} s USING orders_order o JOIN orders_erasedorder e ON e.order_id = o.id"
        " WHERE o.tid = s.tid AND s.tid <> ''"
    )
    return doubled


def _collect(cursor: CursorWrapper, stage: str, batch: "Batch", now: datetime | None) -> int:
    cursor.execute("DROP TABLE IF EXISTS merge_reviews, merge_review_changes")
    doubled = _tidy_stage(cursor, stage)
    cursor.execute(
        f"CREATE TEMP TABLE merge_reviews AS {_rows_sql(stage)}",
        {"exported_at": batch.exported_at, "now": now or batch.exported_at},
    )
    cursor.execute("ANALYZE merge_reviews")
    return doubled


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do; writes nothing but doubled rows out of the staging."""
    with connection.cursor() as cursor:
        doubled = _collect(cursor, stage, batch, None)
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE id IS NULL), min(rated_at), max(rated_at),"
            " count(*) FILTER (WHERE rating = 'bad'), count(*) FILTER (WHERE rating = 'neutral')"
            " FROM merge_reviews"
        )
        total, created, first, last, bad, neutral = cursor.fetchone()
        cursor.execute(
            "CREATE TEMP TABLE merge_review_changes AS SELECT u.* FROM merge_reviews u"
            f" JOIN {_TABLE} o ON o.id = u.id WHERE {_differs()}"
        )
        updated = steps.count_rows(cursor, "merge_review_changes")
        sample = after.sample(cursor, "merge_review_changes", _TABLE, "nick")
        missing = steps.count_rows(cursor, f"({_MISSING}) m")
        cursor.execute("DROP TABLE merge_review_changes, merge_reviews")
    return Preview(
        created=created,
        # A file that only lacks something says something too: without changes it would not be written.
        updated=updated + missing,
        unchanged=max(total - created - updated, 0),
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sample=sample,
        facts={
            "doubled_rows": doubled,
            "bad_reviews": bad,
            "neutral_reviews": neutral,
            "missing_reviews": missing,
        },
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Merge the staged file, note what is missing from it, and ask for joining and sorting."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, stage)
    if not work.cursor.get("merged"):
        with work.step(done=total, total=total, text=gettext_noop("写入评价")) as cursor:
            _collect(cursor, stage, batch, now)
            work.add(updated=_update(cursor, batch.pk), created=_insert(cursor, batch.pk, now))
            _mark_missing(cursor, now)
            cursor.execute("DROP TABLE merge_reviews")
            work.cursor["merged"] = True
            request_follow(now=now)
    return work.counts(total=total, rejected=batch.rejected_count)


def _update(cursor: CursorWrapper, batch_id: int) -> int:
    after.remember(cursor, batch_id, _TABLE, new="merge_reviews", condition=_differs())
    assigned = ", ".join(f"{name} = u.{name}" for name in _COLUMNS)
    cursor.execute(
        f"UPDATE {_TABLE} o SET {assigned}, last_batch_id = {batch_id:d}"
        f" FROM merge_reviews u WHERE u.id = o.id AND {_differs()}"
    )
    changed = int(cursor.rowcount)
    cursor.execute(
        f"UPDATE {_TABLE} o SET exported_at = u.exported_at FROM merge_reviews u"
        " WHERE u.id = o.id AND u.exported_at > o.exported_at"
    )
    return changed


def _insert(cursor: CursorWrapper, batch_id: int, now: datetime) -> int:
    names = ", ".join(("key", *_FIXED, *_COLUMNS))
    values = ", ".join(f"u.{name}" for name in ("key", *_FIXED, *_COLUMNS))
    cursor.execute(
        f"INSERT INTO {_TABLE} ({names}, first_seen_at, first_batch_id, last_batch_id, append_is_bad)"
        f" SELECT {values}, %s, {batch_id:d}, {batch_id:d}, false"
        " FROM merge_reviews u WHERE u.id IS NULL ORDER BY u.rated_at, u.line_no",
        [now],
    )
    return int(cursor.rowcount)


def _mark_missing(cursor: CursorWrapper, now: datetime) -> None:
    """Note known reviews that a newer file over the same days, items and ratings does not have.

    A file may be filtered, so this is a hint that a person confirms, never the fact itself.
    """
    cursor.execute(f"UPDATE {_TABLE} o SET missing_since = %s WHERE o.id IN ({_MISSING})", [now])


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back: what it brought goes unless somebody worked on it, what it changed comes back."""
    names = ", ".join(f"{name} = n.{name}" for name in _VALUES)
    with run.step(text=gettext_noop("撤销评价")), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} o SET {names}, row_hash = NULL, mined_at = NULL, last_batch_id = NULL"
            f" FROM (SELECT o.id AS row_pk, (jsonb_populate_record(o, c.before)).*"
            f" FROM intake_rowchange c JOIN {_TABLE} o ON o.id = c.row_pk WHERE c.batch_id = %s"
            f" AND c.\"table\" = '{_TABLE}' AND o.last_batch_id = c.batch_id) n WHERE n.row_pk = o.id",
            [batch.pk],
        )
        restored = int(cursor.rowcount)
        cursor.execute("DELETE FROM intake_rowchange WHERE batch_id = %s", [batch.pk])
        untouched = (
            f"SELECT o.id FROM {_TABLE} o LEFT JOIN crm_reviewcase k ON k.review_id = o.id"
            f" LEFT JOIN crm_malicefile f ON f.review_id = o.id WHERE o.first_batch_id = {batch.pk:d}"
            " AND o.last_batch_id = o.first_batch_id AND f.id IS NULL AND coalesce(k.version, 1) = 1"
        )
        cursor.execute(f"DELETE FROM crm_reviewtopic WHERE review_id IN ({untouched})")
        cursor.execute(
            f"WITH gone AS ({untouched}), cases AS (DELETE FROM crm_reviewcase WHERE review_id IN"
            " (SELECT id FROM gone)) SELECT array_agg(id) FROM gone"
        )
        gone = cursor.fetchone()[0] or []
        cursor.execute(f"DELETE FROM {_TABLE} WHERE id = ANY(%s)", [gone])
        cursor.execute(f"SELECT count(*) FROM {_TABLE} WHERE first_batch_id = %s", [batch.pk])
        kept = int(cursor.fetchone()[0])
        request_follow(now=now)
    return Counts(len(gone), restored, kept, 0)


def _column_words(column: str) -> str:
    return str(_WORDS.get(column, ""))


def _value_words(column: str, value: object) -> str:
    if column == "rating" and str(value) in Rating:
        return str(Rating(str(value)).label)
    return common_words(column, value)


def register() -> None:
    """Make the kind known to the intake."""
    register_file_kind(
        FileKind(
            code=review_list.KIND,
            label=review_list.LABEL,
            importer=review_list.__name__,
            preview=preview,
            merge=merge,
            undo=undo,
            every=timedelta(days=1),
            column_words=_column_words,
            value_words=_value_words,
        )
    )
