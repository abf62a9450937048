"""Merge of 淘宝客 settlements and refunds: every file's rows stay, the newest export of a key counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from promotions.importers import tbk_refunds, tbk_settlements
from shopops.intake.spec import Counts, Preview
from shopops.intake.turn import take_turn

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_SHANGHAI_DATE = "({0} AT TIME ZONE 'Asia/Shanghai')::date"


@dataclass(frozen=True, slots=True)
class Claims:
    """How one of the two files is stored."""

    table: str
    key: tuple[str, str]
    columns: tuple[str, ...]
    # The date that counts as a day of the channel, from a staged row.
    date_column: str
    date_sql: str
    sums: dict[str, str]

    def preview(self, batch: "Batch", stage: str) -> Preview:
        """Say what merging would do. Writes nothing."""
        with connection.cursor() as cursor:
            self._collect(cursor, stage, batch.exported_at)
            created, updated, total = self._lines(cursor, stage)
            sums = ", ".join(
                f"coalesce(sum(s.{column}), 0)::numeric(14, 2)" for column in self.sums.values()
            )
            cursor.execute(
                f"SELECT min(s.settled_at), max(s.settled_at), count(*) FILTER (WHERE NOT EXISTS"
                " (SELECT 1 FROM orders_orderline l WHERE l.line_key = s.line_key)),"
                f" {sums} FROM {stage} s"
            )
            first, last, strange, *amounts = cursor.fetchone()
            cursor.execute("DROP TABLE in_claims")
        notes = [f"tbk_without_order|{strange}"] if strange else []
        return Preview(
            created=created,
            updated=updated,
            unchanged=max(total - created - updated, 0),
            rejected=batch.rejected_count,
            period_from=first,
            period_to=last,
            sums={name: f"{amount:.2f}" for name, amount in zip(self.sums, amounts, strict=True)},
            facts={"notes": [*batch.facts.get("notes", []), *notes]},
        )

    def merge(self, batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
        """Write the staged rows in one transaction, and the days of the channel anew."""
        done: dict[str, Any] = dict(run.cursor or {})
        if not done.get("merged"):
            done = {"merged": True}
            with run.step(cursor=done, text=gettext_noop("写入淘宝客")):
                take_turn(run)
                with connection.cursor() as cursor:
                    self._collect(cursor, stage, batch.exported_at)
                    done["created"], done["updated"], done["total"] = self._lines(cursor, stage)
                    self._insert(cursor, batch)
                    cursor.execute("SELECT line_key FROM in_claims")
                    self._settle(cursor, [row[0] for row in cursor.fetchall()])
                    cursor.execute("DROP TABLE in_claims")
                    add_up(cursor, now=now)
        created, updated, total = (int(done.get(n, 0)) for n in ("created", "updated", "total"))
        return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)

    def undo(self, batch: "Batch", run: "RunContext", now: datetime) -> Counts:
        """Take a file back: what others said of its sub-orders counts again."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.table} WHERE batch_id = %s RETURNING line_key", [batch.pk]
            )
            keys = [row[0] for row in cursor.fetchall()]
            self._settle(cursor, keys)
            add_up(cursor, now=now)
        return Counts(len(keys), 0, 0, 0)

    def _collect(self, cursor: CursorWrapper, stage: str, at: datetime) -> None:
        cursor.execute("DROP TABLE IF EXISTS in_claims")
        key = ", ".join(self.key)
        same = " AND ".join(f"o.{name} = s.{name}" for name in self.key)
        new, old = (", ".join(f"{alias}.{name}" for name in self.columns) for alias in ("s", "o"))
        cursor.execute(
            f"CREATE TEMP TABLE in_claims AS SELECT s.*, {self.date_sql} AS {self.date_column},"
            " o.id AS old_id, coalesce(o.exported_at <= %s, true) AS wins,"
            f" ({new}) IS DISTINCT FROM ({old}) AS differs"
            f" FROM (SELECT DISTINCT ON ({key}) * FROM {stage} ORDER BY {key}, line_no DESC) s"
            f" LEFT JOIN {self.table} o ON o.is_current AND {same}",
            [at],
        )

    def _lines(self, cursor: CursorWrapper, stage: str) -> tuple[int, int, int]:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE old_id IS NULL),"
            " count(*) FILTER (WHERE old_id IS NOT NULL AND wins AND differs),"
            f" (SELECT count(*) FROM {stage}) FROM in_claims"
        )
        created, updated, total = cursor.fetchone()
        return int(created), int(updated), int(total)

    def _insert(self, cursor: CursorWrapper, batch: "Batch") -> None:
        names = ", ".join((*self.columns, self.date_column))
        cursor.execute(
            f"INSERT INTO {self.table} (batch_id, exported_at, is_current, {names})"
            f" SELECT %s, %s, false, {names} FROM in_claims",
            [batch.pk, batch.exported_at],
        )

    def _settle(self, cursor: CursorWrapper, keys: Sequence[str]) -> None:
        """Of each key let the newest export count."""
        cursor.execute(
            f"UPDATE {self.table} SET is_current = false WHERE is_current AND line_key = ANY(%s)",
            [list(keys)],
        )
        key = ", ".join(self.key)
        cursor.execute(
            f"UPDATE {self.table} SET is_current = true WHERE id IN (SELECT DISTINCT ON ({key}) id"
            f" FROM {self.table} WHERE line_key = ANY(%s)"
            f" ORDER BY {key}, exported_at DESC, batch_id DESC, id DESC)",
            [list(keys)],
        )


def add_up(cursor: CursorWrapper, *, now: datetime) -> None:
    """Write the channel's days anew: what the account paid on a day, less what came back on it.

    A day of settlements without any row is a day without commission as long as files tell of days
    on both sides; nobody can tell, so it stays unknown.
    """
    cursor.execute("DELETE FROM promotions_channelday WHERE channel = 'tbk'")
    cursor.execute(
        "INSERT INTO promotions_channelday (channel, level, date, exported_at, row_count,"
        " serves_total, serves_plans, serves_items, deals, deal_amount, spend_amount)"
        " SELECT 'tbk', 'account', date, max(at), sum(deals), true, false, false, sum(deals),"
        " sum(amount), sum(spend) FROM ("
        "  SELECT paid_date AS date, max(exported_at) AS at, count(*)::int AS deals,"
        "   sum(deal_amount) AS amount, sum(commission_amount + service_amount) AS spend"
        "  FROM promotions_affiliatesettlement WHERE is_current GROUP BY 1"
        "  UNION ALL SELECT returned_date, max(exported_at), 0, 0,"
        "   -sum(commission_amount + service_amount)"
        "  FROM promotions_affiliaterefund WHERE is_current AND returned_date IS NOT NULL GROUP BY 1"
        " ) d GROUP BY date"
    )
    cursor.execute(
        "INSERT INTO promotions_channelaccount (channel, version, is_used)"
        " SELECT 'tbk', 1, true WHERE EXISTS"
        " (SELECT 1 FROM promotions_channelday WHERE channel = 'tbk')"
        " ON CONFLICT (channel) DO NOTHING"
    )


def _stored(stage: Sequence[tuple[str, str]], *, without: set[str]) -> tuple[str, ...]:
    left = {"line_no", "row_hash", *without}
    return tuple(name for name, _ in stage if name not in left)


SETTLEMENTS = Claims(
    table="promotions_affiliatesettlement",
    key=("line_key", "settled_at"),
    columns=_stored(tbk_settlements.STAGE_COLUMNS, without={"paid_at"}),
    date_column="paid_date",
    date_sql=_SHANGHAI_DATE.format("coalesce(s.paid_at, s.settled_at)"),
    sums={"佣金": "commission_amount", "服务费金额": "service_amount"},
)
REFUNDS = Claims(
    table="promotions_affiliaterefund",
    key=("line_key", "opened_at"),
    columns=_stored(tbk_refunds.STAGE_COLUMNS, without=set()),
    date_column="returned_date",
    date_sql=_SHANGHAI_DATE.format("s.ended_at"),
    sums={"应退回佣金": "commission_amount", "应退回服务费": "service_amount"},
)
