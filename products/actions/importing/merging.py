"""Preview and merge of a staged catalogue file: one transaction, set-based."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from products import registry
from products.actions.importing import days, prices, resolve, write
from products.actions.importing.offer import Offer
from products.actions.watch import request_findings
from shopops.intake.spec import Counts, Preview
from shopops.intake.turn import take_turn

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class Merger:
    """How one kind of file is previewed and merged. `offer` reads a staging table of this name."""

    offer: Callable[[str], Offer]
    has_days: bool = False

    def preview(self, batch: "Batch", stage: str) -> Preview:
        """Say what merging would do. Writes nothing."""
        offer = self.offer(stage)
        with connection.cursor() as cursor:
            self._resolve(cursor, offer, stage, batch)
            lines = self._lines(cursor, offer)
            total = _count(cursor, stage)
            conflicts = _conflict_count(cursor, offer)
            preview = Preview(
                created=lines.created,
                updated=lines.updated,
                unchanged=max(total - lines.created - lines.updated, 0),
                rejected=batch.rejected_count,
                sample=_sample(cursor, offer),
                facts={
                    "new_products": _count(cursor, "in_products", "id IS NULL"),
                    "conflicts": conflicts,
                    "notes": [*batch.facts.get("notes", []), *_notes(cursor, offer, conflicts)],
                },
            )
            if self.has_days:
                self._add_period(cursor, stage, preview)
            resolve.drop(cursor)
        return preview

    def merge(self, batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
        """Write the staged file. Locks the products and SKUs that it changes."""
        offer = self.offer(stage)
        with connection.cursor() as cursor:
            total = _count(cursor, stage)
        if not (run.cursor or {}).get("merged"):
            done: dict[str, Any] = {"merged": True}
            with run.step(cursor=done, done=total, total=total, text=gettext_noop("写入商品")):
                take_turn(run)
                with connection.cursor() as cursor:
                    lines = self._write(cursor, offer, stage, batch, now)
                request_findings(by=None, now=now)
                done |= {"created": lines.created, "updated": lines.updated}
        else:
            done = dict(run.cursor or {})
        created, updated = int(done.get("created", 0)), int(done.get("updated", 0))
        return Counts(created, updated, max(total - created - updated, 0), batch.rejected_count)

    def _resolve(self, cursor: CursorWrapper, offer: Offer, stage: str, batch: "Batch") -> None:
        resolve.collect(cursor, offer, stage)
        write.judge(cursor, offer, batch.exported_at)
        if self.has_days:
            days.collect(cursor, stage, batch.exported_at)

    def _write(
        self, cursor: CursorWrapper, offer: Offer, stage: str, batch: "Batch", now: datetime
    ) -> "Lines":
        resolve.collect(cursor, offer, stage)
        _lock(cursor, offer)
        # Counted as the preview counts, before the new ones have ids.
        write.judge(cursor, offer, batch.exported_at)
        if self.has_days:
            days.collect(cursor, stage, batch.exported_at)
        lines = self._lines(cursor, offer)
        if offer.products is not None:
            write.insert_products(cursor, offer, batch.pk, now)
            write.update(cursor, "products", offer, batch.pk, now)
        if offer.skus is not None:
            resolve.join_products(cursor)
            cursor.execute("DROP TABLE v_skus, v_products")
            write.judge(cursor, offer, batch.exported_at)
            prices.note_changes(cursor, offer.sku_fields, batch.pk, now)
            write.update(cursor, "skus", offer, batch.pk, now)
            prices.recheck(batch.pk, now)
            write.insert_skus(cursor, offer, batch.pk, now)
            registry.tell_new_shares(_new_shares(cursor, batch.pk), now)
        if self.has_days:
            days.collect(cursor, stage, batch.exported_at)
            days.write(cursor, batch.pk)
        write.note_conflicts(cursor, offer, batch.pk, now)
        resolve.drop(cursor)
        return lines

    def _lines(self, cursor: CursorWrapper, offer: Offer) -> "Lines":
        """Count the lines that bring something new, and those that change something."""
        new = []
        if self.has_days:
            new.append("SELECT line_no FROM in_days WHERE id IS NULL")
        if offer.skus is not None:
            new.append("SELECT line_no FROM in_skus WHERE id IS NULL")
        if offer.counts_products:
            new.append("SELECT line_no FROM in_products WHERE id IS NULL")
        changed = ["SELECT line_no FROM v_products WHERE changes"]
        if offer.skus is not None:
            changed.append("SELECT line_no FROM v_skus WHERE changes")
        if self.has_days:
            changed.append(
                "SELECT u.line_no FROM in_days u JOIN products_productday o ON o.id = u.id"
                f" WHERE {days.differs()}"
            )
        cursor.execute(
            f"WITH new AS ({' UNION '.join(new)}), changed AS ({' UNION '.join(changed)})"
            " SELECT (SELECT count(*) FROM new),"
            " (SELECT count(*) FROM changed WHERE line_no NOT IN (SELECT line_no FROM new))"
        )
        return Lines(*cursor.fetchone())

    def _add_period(self, cursor: CursorWrapper, stage: str, preview: Preview) -> None:
        cursor.execute(
            "SELECT min(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " max(date)::timestamp AT TIME ZONE 'Asia/Shanghai',"
            " coalesce(sum(paid_amount), 0)::numeric(14, 2),"
            f" coalesce(sum(refunded_amount), 0)::numeric(14, 2) FROM {stage}"
        )
        first, last, paid, back = cursor.fetchone()
        preview.period_from, preview.period_to = first, last
        preview.sums = {"支付金额": f"{paid:.2f}", "成功退款金额": f"{back:.2f}"}


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file that bring something new, and others that change something."""

    created: int
    updated: int


def _new_shares(cursor: CursorWrapper, batch_id: int) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT k.merchant_code FROM in_skus u JOIN products_sku k ON k.code = u.code"
        " WHERE k.first_batch_id = %s AND k.merchant_code <> '' ORDER BY 1",
        [batch_id],
    )
    return [code for (code,) in cursor.fetchall()]


def _lock(cursor: CursorWrapper, offer: Offer) -> None:
    """Lock what may change, in the order of keys: products, then SKUs."""
    cursor.execute(
        "SELECT id FROM products_product WHERE id IN (SELECT id FROM in_products)"
        " ORDER BY id FOR NO KEY UPDATE"
    )
    if offer.skus is not None:
        cursor.execute(
            "SELECT id FROM products_sku WHERE id IN (SELECT id FROM in_skus)"
            " ORDER BY id FOR NO KEY UPDATE"
        )


def _count(cursor: CursorWrapper, table: str, where: str = "true") -> int:
    cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")
    return int(cursor.fetchone()[0])


def _conflict_count(cursor: CursorWrapper, offer: Offer) -> int:
    count = _count(cursor, "in_claims")
    for table, names in (
        ("v_products", offer.product_fields),
        ("v_skus", offer.sku_fields if offer.skus is not None else []),
    ):
        for name in names:
            count += _count(cursor, table, f"v_{name} = 'conflict'")
    return count


def _notes(cursor: CursorWrapper, offer: Offer, conflicts: int) -> list[str]:
    """Give what a person should know before the file is written."""
    notes = [f"conflicts|{conflicts}"] if conflicts else []
    if {"cost_amount", "list_amount"} <= set(offer.sku_fields):
        dear = _count(cursor, "in_skus", "cost_amount > list_amount")
        notes += [f"cost_above_price|{dear}"] if dear else []
    return notes


def _sample(cursor: CursorWrapper, offer: Offer) -> list[dict[str, Any]]:
    """Give the first changes, field by field."""
    found = _changes(
        cursor,
        "v_products",
        "products_product",
        offer.product_fields,
        "coalesce(nullif(o.item_no, ''), o.item_code)",
    )
    if offer.skus is not None:
        found += _changes(cursor, "v_skus", "products_sku", offer.sku_fields, "o.code")
    return found[:SAMPLE_ROWS]


def _changes(
    cursor: CursorWrapper, new: str, table: str, fields: list[str], key: str
) -> list[dict[str, Any]]:
    names = [name for name in fields if name not in {"attributes", "product_id"}]
    if not names:
        return []
    pairs = ", ".join(
        f"'{name}', CASE WHEN u.v_{name} = 'take' THEN"
        f" jsonb_build_array(o.{name}::text, u.{name}::text) END"
        for name in names
    )
    cursor.execute(
        f"SELECT {key}, jsonb_strip_nulls(jsonb_build_object({pairs}))::text FROM {new} u"
        f" JOIN {table} o ON o.id = u.id WHERE u.changes ORDER BY u.line_no LIMIT {SAMPLE_ROWS}"
    )
    return [
        {
            "key": name,
            "changes": [
                {"column": column, "old": old, "new": value}
                for column, (old, value) in json.loads(found).items()
            ],
        }
        for name, found in cursor.fetchall()
    ]
