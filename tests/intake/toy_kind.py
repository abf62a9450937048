"""What Postgres does with toy rows: a table of the test's own."""

from django.db import connection, transaction

from shopops.intake.spec import Counts, FileKind, Preview

TABLE = """
CREATE TABLE toy (no text PRIMARY KEY, amount numeric(12,2), memo text, phone bytea,
                  phone_index bytea, batch_id bigint, before jsonb)
"""
_COUNT = """
SELECT count(*) FILTER (WHERE t.no IS NULL),
       count(*) FILTER (WHERE t.no IS NOT NULL
                          AND (t.amount, t.memo) IS DISTINCT FROM (s.amount, s.memo)),
       count(*) FILTER (WHERE t.no IS NOT NULL
                          AND (t.amount, t.memo) IS NOT DISTINCT FROM (s.amount, s.memo))
FROM {stage} s LEFT JOIN toy t USING (no)
"""
_MERGE = """
INSERT INTO toy (no, amount, memo, phone, phone_index, batch_id)
SELECT no, amount, memo, phone, phone_index, %s FROM {stage}
ON CONFLICT (no) DO UPDATE SET amount = excluded.amount, memo = excluded.memo,
    before = jsonb_build_object('amount', toy.amount, 'memo', toy.memo, 'batch', toy.batch_id),
    batch_id = excluded.batch_id
WHERE (toy.amount, toy.memo) IS DISTINCT FROM (excluded.amount, excluded.memo)
"""


def _counts(stage):
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(stage=stage))
        return cursor.fetchone()


def preview(batch, stage):
    created, updated, unchanged = _counts(stage)
    return Preview(created, updated, unchanged, 0, sums={"金额": str(batch.facts["fen"] / 100)})


def merge(batch, stage, run, now):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE toy IN EXCLUSIVE MODE")  # a kind's step is alone among merges
        created, updated, unchanged = _counts(stage)
        cursor.execute(_MERGE.format(stage=stage), [batch.pk])
    return Counts(created, updated, unchanged, 0)


def undo(batch, run, now):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM toy WHERE batch_id = %s AND before IS NULL", [batch.pk])
        gone = cursor.rowcount
        cursor.execute(
            "UPDATE toy SET amount = (before->>'amount')::numeric, memo = before->>'memo',"
            " before = NULL, batch_id = (before->>'batch')::bigint WHERE batch_id = %s",
            [batch.pk],
        )
        return Counts(0, cursor.rowcount, 0, gone)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT no, amount::text, memo FROM toy ORDER BY no")
        return cursor.fetchall()


KIND = FileKind(
    code="toy",
    label="玩具单",
    importer="tests.intake.toy_importer",
    preview=preview,
    merge=merge,
    undo=undo,
)
