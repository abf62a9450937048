"""Merge of a list of waybills into parcels: what can be labelled is, the rest is told row by row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.actions import waybills
from orders.actions.importing import after, steps, traces
from orders.actions.importing.steps import Steps
from orders.actions.locks import locked_orders, locked_parcels
from orders.actions.parcels import parcels_of
from orders.choices import OPEN_STAGES, HoldKind, ParcelState, Stage
from orders.models import Hold, Order, Parcel, ParcelLine
from orders.queries.couriers import carriers_at_work
from orders.queries.waybills import Used, parcel_id_of, used_waybills
from orders.rules.couriers import CarrierFacts, named_carrier
from shopops.intake.models import RowChange
from shopops.intake.spec import CellError, Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

CHUNK = 2000
_COLUMNS = "line_no, tid, parcel_no, carrier, waybill_no, failure"


@dataclass(frozen=True, slots=True)
class Row:
    """One staged row."""

    line_no: int
    tid: str
    parcel_no: str
    carrier: str
    waybill_no: str
    failure: str


@dataclass(slots=True)
class Known:
    """What the rows of a chunk meet: orders, their parcels, where numbers are used, the carriers."""

    orders: dict[str, Order]
    parcels: dict[int, Parcel]
    by_order: Mapping[int, Sequence[Parcel]]
    of_parcel: dict[int, list[Order]]
    used: dict[str, Used]
    carriers: dict[str, CarrierFacts]
    doubled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a row comes to: a refusal in words, or a parcel with number and carrier."""

    row: Row
    refusal: str = ""
    parcel: Parcel | None = None
    orders: tuple[Order, ...] = ()
    carrier: str = ""

    @property
    def changes(self) -> bool:
        """Say whether the row changes its parcel."""
        if self.refusal or self.parcel is None:
            return False
        if not self.row.waybill_no:
            return not self.parcel.waybill_no
        return (self.parcel.waybill_no, self.parcel.carrier) != (self.row.waybill_no, self.carrier)


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do, and which rows it would refuse. Writes nothing."""
    changed = unchanged = failed = 0
    errors: list[CellError] = []
    with connection.cursor() as cursor:
        doubled = _doubled(cursor, stage)
        for rows in _chunks(cursor, stage):
            for one in _decide(rows, _known(rows, doubled)):
                if one.refusal:
                    errors.append(_error(one))
                    continue
                changed += one.changes
                unchanged += not one.changes
                failed += not one.row.waybill_no
    return Preview(
        created=0,
        updated=changed,
        unchanged=unchanged,
        rejected=batch.rejected_count + len(errors),
        facts={"failed_labels": failed},
        extra_errors=errors,
    )


def _error(one: Decision) -> CellError:
    key = one.row.parcel_no or one.row.tid
    return CellError(one.row.line_no, "物流单号", one.row.waybill_no or key, one.refusal)


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Label the parcels of the file, two thousand rows a step, and hold those whose label failed."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, stage)
        doubled = _doubled(cursor, stage)
    while not work.cursor.get("merged"):
        done = work.cursor.get("rows", 0)
        with work.step(done=done, total=total, text=gettext_noop("写入运单")) as cursor:
            rows = _some(cursor, stage, work.cursor.get("line", 0))
            if rows:
                _merge_rows(batch, rows, doubled, work, now)
                work.cursor["line"] = rows[-1].line_no
                work.add(rows=len(rows))
            if len(rows) < CHUNK:
                work.cursor["merged"] = True
                after.finish(batch.pk, now)
    return work.counts(total=total, rejected=batch.rejected_count)


def _chunks(cursor: CursorWrapper, stage: str) -> Iterator[list[Row]]:
    line = 0
    while rows := _some(cursor, stage, line):
        yield rows
        line = rows[-1].line_no


def _some(cursor: CursorWrapper, stage: str, after_line: int) -> list[Row]:
    cursor.execute(
        f"SELECT {_COLUMNS} FROM {stage} WHERE line_no > %s ORDER BY line_no LIMIT {CHUNK}",
        [after_line],
    )
    return [Row(*row) for row in cursor.fetchall()]


def _doubled(cursor: CursorWrapper, stage: str) -> frozenset[str]:
    """Give the numbers that the file tells of more than one parcel."""
    cursor.execute(
        f"SELECT waybill_no FROM {stage} WHERE waybill_no <> '' GROUP BY waybill_no"
        " HAVING count(DISTINCT (parcel_no, CASE WHEN parcel_no = '' THEN tid END)) > 1"
    )
    return frozenset(row[0] for row in cursor.fetchall())


def _merge_rows(
    batch: "Batch", rows: list[Row], doubled: frozenset[str], work: Steps, now: datetime
) -> None:
    known = _known(rows, doubled, now=now)
    ended: list[str] = []
    for one in _decide(rows, known):
        if one.parcel is None or one.refusal:
            continue
        if not one.row.waybill_no:
            held = waybills.hold_failed_labels(
                one.orders, one.row.failure, cause=_cause(batch.pk), by=None, now=now
            )
            work.add(updated=min(held, 1))
            continue
        if one.changes:
            _remember(batch.pk, one.parcel)
            waybills.label_from_file(
                one.parcel, one.orders, one.row.waybill_no, one.carrier, source=batch.file_name
            )
            work.add(updated=1)
        waybills.end_failed_labels(one.orders, one.row.waybill_no, by=None, now=now)
        ended.append(one.row.waybill_no)
    traces.adopt(waybills=ended, now=now)


def _cause(batch_id: int) -> str:
    return f"file{batch_id}"[:16]


def _remember(batch_id: int, parcel: Parcel) -> None:
    before = {
        "carrier": parcel.carrier,
        "carrier_reason": parcel.carrier_reason,
        "waybill_no": parcel.waybill_no,
        "version": parcel.version,
    }
    RowChange.objects.get_or_create(
        batch_id=batch_id,
        table=Parcel._meta.db_table,
        row_pk=parcel.pk,
        defaults={"before": before},
    )


def _known(rows: Sequence[Row], doubled: frozenset[str], *, now: datetime | None = None) -> Known:
    """Gather what rows meet; with `now` for writing: orders and parcels locked, missing parcels made."""
    ids = {parcel_id_of(row.parcel_no) for row in rows if row.parcel_no} - {None}
    shared = ParcelLine.objects.filter(parcel__in=ids).values_list("order_id", flat=True)
    wanted = set(shared) | set(
        Order.objects.filter(tid__in=[row.tid for row in rows if row.tid]).values_list(
            "pk", flat=True
        )
    )
    if now is None:
        orders = list(Order.objects.filter(pk__in=wanted).order_by("pk"))
    else:
        orders = locked_orders(wanted)
        parcels_of([one for one in orders if one.stage in OPEN_STAGES], now=now)
    lines = ParcelLine.objects.filter(order__in=wanted).exclude(parcel__state=ParcelState.DROPPED)
    pairs = set(lines.values_list("order_id", "parcel_id"))
    parcel_ids = {parcel_id for _order, parcel_id in pairs}
    if now is None:
        parcels = {one.pk: one for one in Parcel.objects.filter(pk__in=parcel_ids)}
    else:
        parcels = {one.pk: one for one in locked_parcels(parcel_ids)}
    by_id = {order.pk: order for order in orders}
    by_order: dict[int, list[Parcel]] = {}
    of_parcel: dict[int, list[Order]] = {}
    for order_id, parcel_id in sorted(pairs):
        by_order.setdefault(order_id, []).append(parcels[parcel_id])
        if order_id in by_id:
            of_parcel.setdefault(parcel_id, []).append(by_id[order_id])
    return Known(
        orders={order.tid: order for order in orders},
        parcels=parcels,
        by_order=by_order,
        of_parcel=of_parcel,
        used=used_waybills([row.waybill_no for row in rows if row.waybill_no]),
        carriers=carriers_at_work(),
        doubled=doubled,
    )


def _decide(rows: Sequence[Row], known: Known) -> Iterator[Decision]:
    """Judge rows in the order of the file; the last row of a parcel counts."""
    last = Counter[str]()
    for row in rows:
        last[row.parcel_no or row.tid] = row.line_no
    for row in rows:
        if last[row.parcel_no or row.tid] != row.line_no:
            yield Decision(row, _("同一个包裹后面还有一行，按后面那行"))
        else:
            yield _judge(row, known)


def _judge(row: Row, known: Known) -> Decision:
    parcel, orders, refusal = _target(row, known)
    if not refusal and row.waybill_no in known.doubled:
        refusal = _("文件里有两个包裹写了这个运单号")
    if refusal:
        return Decision(row, refusal)
    if parcel is None:  # a preview writes nothing: the parcel will be made
        parcel = Parcel(order=orders[0])
    if not row.waybill_no:
        return Decision(row, "", parcel, tuple(orders))
    carrier = named_carrier(row.carrier, known.carriers) if row.carrier else parcel.carrier
    if not carrier:
        return Decision(row, _no_carrier(row))
    same = (parcel.waybill_no, parcel.carrier) == (row.waybill_no, carrier)
    used = known.used.get(row.waybill_no)
    if not same:
        refusal = waybills.refusal_of(parcel, orders, carrier, used, number=row.waybill_no)
    return Decision(row, refusal, parcel, tuple(orders), carrier)


def _no_carrier(row: Row) -> str:
    if not row.carrier:
        return _("没写物流公司，包裹也还没定快递")
    return _("「%(carrier)s」不在用，先到快递规则里加上。") % {"carrier": row.carrier}


def _target(row: Row, known: Known) -> tuple[Parcel | None, list[Order], str]:
    """Find the parcel that a row means; None with orders where it is still to be made."""
    if row.parcel_no:
        parcel_id = parcel_id_of(row.parcel_no)
        parcel = known.parcels.get(parcel_id or 0)
        if parcel is None:
            return None, [], _("没有这个包裹号")
        return parcel, known.of_parcel[parcel.pk], ""
    order = known.orders.get(row.tid)
    if order is None:
        return None, [], _("没有这个订单，先导入订单报表")
    parcels = known.by_order.get(order.pk, ())
    if len(parcels) == 1:
        return parcels[0], known.of_parcel[parcels[0].pk], ""
    refusal = ""
    if parcels:
        refusal = _("这单拆成了 %(n)d 个包裹，要写包裹号") % {"n": len(parcels)}
    elif order.stage not in OPEN_STAGES:
        stage = order.get_stage_display()
        refusal = _("订单现在是「%(stage)s」，不能再贴运单") % {"stage": stage}
    return None, [order], refusal


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a list of waybills back from parcels that nobody touched since. One transaction.

    Counts: updated = parcels put back, unchanged = parcels kept. Holds that it set end.
    """
    work = Steps(run)
    if not work.cursor.get("undone"):
        with work.step(done=0, total=1, text=gettext_noop("恢复原值")) as cursor:
            changes = list(RowChange.objects.filter(batch=batch).order_by("row_pk"))
            ids = [change.row_pk for change in changes]
            held = Hold.objects.filter(
                kind=HoldKind.LABEL_FAILED, cause=_cause(batch.pk), closed_at__isnull=True
            )
            lines = ParcelLine.objects.filter(parcel__in=ids).values_list("order_id", flat=True)
            orders = locked_orders({*lines, *held.values_list("order_id", flat=True)})
            work.add(updated=_put_back(cursor, batch.pk, ids))
            work.add(kept=len(changes) - work.cursor["updated"])
            _end_holds(orders, _cause(batch.pk), now)
            RowChange.objects.filter(batch=batch).delete()
            work.cursor["undone"] = True
            after.finish(batch.pk, now)
    return Counts(0, work.cursor.get("updated", 0), work.cursor.get("kept", 0), 0)


def _put_back(cursor: CursorWrapper, batch_id: int, ids: Sequence[int]) -> int:
    locked_parcels(ids)
    cursor.execute(
        "UPDATE orders_parcel p SET carrier = c.before ->> 'carrier',"
        " carrier_reason = c.before ->> 'carrier_reason', waybill_no = c.before ->> 'waybill_no',"
        " version = p.version + 1 FROM intake_rowchange c"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = 'orders_parcel' AND c.row_pk = p.id"
        " AND p.version = (c.before ->> 'version')::int + 1"
        " AND p.state NOT IN ('handed_over', 'dropped')"
    )
    return int(cursor.rowcount)


def _end_holds(orders: Sequence[Order], cause: str, now: datetime) -> None:
    """End the failed labels that only this file told of."""
    for order in orders:
        mine = order.holds.filter(
            kind=HoldKind.LABEL_FAILED, cause=cause, closed_at__isnull=True
        ).update(closed_at=now, resolution=_("撤销了导入的运单表"))
        if mine and not order.holds.filter(closed_at__isnull=True).exists():
            order.stage = Stage.APPROVED if order.approved_at else Stage.AWAITING_AUDIT
            order.version += 1
            order.save(update_fields=["stage", "version"])
