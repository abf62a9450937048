"""Closing a parcel at the packing table: ticks, weight, the second pair of eyes, putting aside, shortage."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.holds import hold_order
from orders.actions.warehouse.locks import (
    LockedParcel,
    WarehouseRefusedError,
    locked_parcel,
    locked_wave,
)
from orders.actions.warehouse.moving import (
    clear_parcel,
    count_wave,
    forget_checks,
    let_follow,
    log_orders,
    move_parcel,
    save_parcel,
    stop_among,
)
from orders.actions.warehouse.table import own_table, stop_advice, stop_words
from orders.choices import HoldKind, ParcelState, Stage
from orders.models import Hold, PackingTick, Parcel, ParcelLine
from orders.queries.warehouse.goods import Standard, goods_of, standard_of
from orders.rules.packing import Pieces, Weighing, weigh
from orders.rules.stops import Stop
from shopops.staff import operations
from shopops.staff.models import User

MOST_GRAMS = 200_000


@transaction.atomic
def tick(*, parcel_id: int, step: str, is_done: bool, by: User, now: datetime) -> None:
    """Tick one step of the packing standard, or take the tick back. Locks the parcel.

    :raises WarehouseRefusedError: if the parcel is not on this person's table, or has no such step
    """
    table = own_table(parcel_id, by=by)
    if step not in steps_of(table, _standard(table)):
        raise WarehouseRefusedError(_("包装标准刚改过，刷新一下再勾。"))
    if is_done:
        PackingTick.objects.get_or_create(
            parcel=table, step=step, defaults={"ticked_at": now, "ticked_by": by}
        )
    else:
        PackingTick.objects.filter(parcel=table, step=step).delete()


def steps_of(parcel: Parcel, standard: Standard) -> tuple[str, ...]:
    """Give the steps that are to be ticked now: those of packing, or those of the second check."""
    if parcel.checked_at is not None:
        return standard.second_steps
    return (*standard.steps, *standard.cards)


def _standard(parcel: Parcel) -> Standard:
    return standard_of(parcel.lines.order_by("pk").values_list("sku_code", flat=True))


@transaction.atomic
def write_weight(*, parcel_id: int, grams: int | None, by: User, now: datetime) -> Parcel:
    """Keep what the parcel weighs; None takes it back. Locks the parcel.

    :raises WarehouseRefusedError: if the parcel is not on this person's table, or weighs nonsense
    """
    table = own_table(parcel_id, by=by)
    if grams is not None and not 0 < grams <= MOST_GRAMS:
        raise WarehouseRefusedError(_("重量要在 0 到 200 公斤之间。"))
    table.weighed_grams = grams
    save_parcel(table, "weighed_grams")
    return table


def weighing_of(parcel: Parcel, lines: Sequence[ParcelLine], standard: Standard) -> Weighing | None:
    """Hold the parcel's weight against what it should weigh; None: not weighed, or not known."""
    if parcel.weighed_grams is None:
        return None
    goods = goods_of(lines)
    pieces = [
        Pieces(goods[one.pk].name, goods[one.pk].grams, one.quantity, one.checked_quantity)
        for one in lines
    ]
    return weigh(parcel.weighed_grams, pieces, material_grams=standard.material_grams)


@transaction.atomic
def finish_check(*, parcel_id: int, accepts_weight: bool, by: User, now: datetime) -> Parcel:
    """Close a parcel: it is checked, or waits for another person's look. Locks orders, parcel, wave.

    :raises Parcel.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if a piece, a tick or a person is missing, the weight is wrong and
        not accepted, or an order was refunded, held or cancelled meanwhile
    """
    held = _at_hand(parcel_id, by=by)
    parcel = held.parcel
    lines = list(parcel.lines.select_related("line", "gift").order_by("pk"))
    standard = _standard(parcel)
    _refuse_unfinished(parcel, lines, standard, accepts_weight=accepts_weight)
    if parcel.checked_at is None:
        parcel.checked_at, parcel.checked_by = now, by
    else:
        parcel.second_checked_at, parcel.second_checked_by = now, by
    parcel.locked_by, parcel.locked_at = None, None
    fields = (
        "checked_at",
        "checked_by",
        "second_checked_at",
        "second_checked_by",
        "locked_by",
        "locked_at",
    )
    if standard.needs_second_check and parcel.second_checked_at is None:
        save_parcel(parcel, *fields)
        log_orders(held.orders, name="orders.order.checked_once", by=by, now=now,
                   new={"parcel": parcel.number})  # fmt: skip
        return parcel
    move_parcel(parcel, ParcelState.CHECKED, *fields)
    let_follow(held.orders, now=now)
    new = {"parcel": parcel.number, "stage": Stage.CHECKED}
    if parcel.weighed_grams:
        new["grams"] = str(parcel.weighed_grams)
    log_orders(held.orders, name="orders.order.checked", by=by, now=now, new=new)
    if parcel.wave_id:
        count_wave(locked_wave(parcel.wave_id), now=now)
    return parcel


def _at_hand(parcel_id: int, *, by: User) -> LockedParcel:
    """Lock a parcel on this person's table with its orders, none of which may be stopped."""
    held = locked_parcel(parcel_id)
    own_table(parcel_id, by=by)
    _refuse_stopped(stop_among(held.orders))
    return held


def _refuse_stopped(stop: Stop | None) -> None:
    if stop is not None:
        raise WarehouseRefusedError(f"{stop_words(stop)}{_('。')}{stop_advice(stop)}")


def _refuse_unfinished(
    parcel: Parcel, lines: Sequence[ParcelLine], standard: Standard, *, accepts_weight: bool
) -> None:
    missing = sum(one.quantity - one.checked_quantity for one in lines)
    if missing:
        raise WarehouseRefusedError(_("还差 %(n)s 件没扫。") % {"n": missing})
    ticked = set(parcel.ticks.values_list("step", flat=True))
    open_steps = [step for step in steps_of(parcel, standard) if step not in ticked]
    if open_steps:
        words = _("还有 %(n)s 项没勾：%(step)s")
        raise WarehouseRefusedError(words % {"n": len(open_steps), "step": open_steps[0]})
    weighing = weighing_of(parcel, lines, standard)
    if weighing is not None and not weighing.is_right and not accepts_weight:
        words = _(
            "重量差 %(gap)s 克（应 %(expected)s ± %(tolerance)s），看看少装多装；没错就勾「重量没错」。"
        )
        raise WarehouseRefusedError(
            words
            % {
                "gap": abs(weighing.gap),
                "expected": weighing.expected,
                "tolerance": weighing.tolerance,
            }
        )


@transaction.atomic
def send_back_to_first_check(*, parcel_id: int, reason: str, by: User, now: datetime) -> Parcel:
    """Say at the second check that something is wrong: the parcel is packed anew. Locks orders, parcel.

    :raises WarehouseRefusedError: if no reason is given, or it is not at its second check here
    """
    held = locked_parcel(parcel_id)
    parcel = own_table(parcel_id, by=by)
    if parcel.checked_at is None or not reason.strip():
        raise WarehouseRefusedError(_("写下哪里不对，这个包裹会退回去重新验。"))
    parcel.checked_at, parcel.checked_by = None, None
    parcel.locked_by, parcel.locked_at, parcel.weighed_grams = None, None, None
    parcel.skip_reason = _("复核退回：%(reason)s") % {"reason": reason.strip()[:180]}
    forget_checks(parcel)
    save_parcel(
        parcel, "checked_at", "checked_by", "locked_by", "locked_at", "weighed_grams", "skip_reason"
    )
    log_orders(held.orders, name="orders.order.check_refused", by=by, now=now,
               new={"parcel": parcel.number}, reason=reason.strip())  # fmt: skip
    return parcel


@transaction.atomic
def put_aside(*, parcel_id: int, reason: str, by: User, now: datetime) -> Parcel:
    """Skip a parcel, for a reason that stands beside it in the list until it is scanned again. Locks it.

    What was scanned is forgotten: nobody knows what lies in the box when it comes back.

    :raises WarehouseRefusedError: if no reason is given, or the parcel is not on this person's table
    """
    if not reason.strip():
        raise WarehouseRefusedError(_("写下为什么跳过，别人才知道等什么。"))
    table = own_table(parcel_id, by=by)
    table.skip_reason = reason.strip()[:200]
    table.locked_by, table.locked_at = None, None
    if table.checked_at is None:
        forget_checks(table)
    save_parcel(table, "skip_reason", "locked_by", "locked_at")
    operations.record(
        name="orders.parcel.put_aside",
        by=by,
        now=now,
        object_type="parcel",
        object_key=table.number,
        reason=table.skip_reason,
    )
    return table


@transaction.atomic
def leave_table(*, parcel_id: int, by: User, now: datetime) -> None:
    """Let go of a parcel for a while; what was scanned stays counted. Locks it."""
    table = own_table(parcel_id, by=by)
    table.locked_by, table.locked_at = None, None
    save_parcel(table, "locked_by", "locked_at")


@transaction.atomic
def report_short(
    *, parcel_id: int, line_id: int, missing: int, note: str, by: User, now: datetime
) -> Parcel:
    """Say that pieces are not in their bin: the order is held as short, the parcel leaves its wave.

    Other orders merged into the parcel are approved again and wait for it. Locks orders, parcel, wave.

    :raises Parcel.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if the parcel is in no wave, or does not hold so many of the line
    """
    held = locked_parcel(parcel_id)
    parcel = held.parcel
    line = parcel.lines.select_related("line", "gift").filter(pk=line_id).first()
    if parcel.wave_id is None or parcel.state not in (ParcelState.IN_WAVE, ParcelState.PICKED):
        raise WarehouseRefusedError(
            _("包裹 %(parcel)s 不在拣货或待验里。") % {"parcel": parcel.number}
        )
    if line is None or not 1 <= missing <= line.quantity:
        raise WarehouseRefusedError(_("少几件？最多是这一款的件数。"))
    wave = locked_wave(parcel.wave_id)
    order = next(one for one in held.orders if one.pk == line.order_id)
    words = _short_words(line, wave.number, missing, note)
    if order.stage != Stage.HELD or not _is_short(order.pk):
        kind = HoldKind.GIFT_OUT_OF_STOCK if line.gift_id else HoldKind.STOCK_SHORT
        hold_order(tid=order.tid, kind=kind, note=words, by=by, now=now)
        order.refresh_from_db()
    log_orders(
        held.orders,
        name="orders.order.out_of_wave",
        by=by,
        now=now,
        new={"wave": wave.number, "parcel": parcel.number},
        reason=words,
    )
    clear_parcel(parcel)
    let_follow(held.orders, now=now)
    count_wave(wave, now=now)
    return parcel


def _is_short(order_id: int) -> bool:
    kinds = (HoldKind.STOCK_SHORT, HoldKind.GIFT_OUT_OF_STOCK)
    return Hold.objects.filter(order=order_id, kind__in=kinds, closed_at__isnull=True).exists()


def _short_words(line: ParcelLine, wave: str, missing: int, note: str) -> str:
    goods = goods_of([line])[line.pk]
    words = _("%(wave)s 拣货：%(name)s 货位 %(bin)s 少 %(n)s 件") % {
        "wave": wave,
        "name": goods.name,
        "bin": goods.bin_code or "—",
        "n": missing,
    }
    return f"{words}{_('，')}{note.strip()}"[:300] if note.strip() else words[:300]
