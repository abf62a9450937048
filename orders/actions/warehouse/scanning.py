"""One scan at the packing table: a parcel is put on it, or a piece is counted, or it is refused and said why.

Every scan is kept, refused ones too. Counting a piece locks nothing but the parcel, so it answers at once.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.actions.warehouse.moving import save_parcel
from orders.actions.warehouse.table import (
    clock,
    locked_table,
    own_table,
    stop_advice,
    stop_of_parcel,
    stop_words,
)
from orders.choices import ParcelState, ScanOutcome
from orders.models import Parcel, ParcelLine, Scan
from orders.queries.warehouse.goods import Goods, goods_of, piece_name
from products.models import Sku
from shopops.staff import operations
from shopops.staff.models import User

_NUMBER = re.compile(r"P0*(\d{1,18})", re.IGNORECASE)
GOOD = frozenset({ScanOutcome.PARCEL, ScanOutcome.PIECE, ScanOutcome.COMPLETE})


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What a scan came to, in words for the band.

    `parcel_id`: the parcel that is on the table now. `blocked_id`: a parcel that a colleague has and
    that may be taken over. `line_id`: the line on which a piece was counted.
    """

    outcome: ScanOutcome
    title: str
    detail: str
    parcel_id: int | None = None
    blocked_id: int | None = None
    line_id: int | None = None

    @property
    def is_good(self) -> bool:
        """Say whether the scan counted."""
        return self.outcome in GOOD


def clean_code(text: str) -> str:
    """Give a scanned code as it is stored: half-width, without blanks and control characters."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if not sign.isspace() and sign.isprintable())[:80]


@transaction.atomic
def scan(*, code: str, parcel_id: int | None, by: User, now: datetime) -> ScanAnswer:
    """Answer one scan. `parcel_id`: the parcel that the person has on the table, if any. Locks it.

    Never raises for a bad code: the answer says what it was. Cost: about ten queries by key.
    """
    text = clean_code(code)
    table = locked_table(parcel_id) if parcel_id else None
    waits = table is not None and table.state == ParcelState.PICKED
    if table is not None and waits and table.locked_by_id == by.pk:
        answer = _at_table(table, text, by=by, now=now)
    elif table is not None and waits and table.locked_by is not None and not find_parcel(text):
        answer = _lost(table)
    else:
        answer = _open(text, by=by, now=now)
    _keep(answer, text, by=by, now=now, parcel_id=parcel_id)
    return answer


def _keep(answer: ScanAnswer, text: str, *, by: User, now: datetime, parcel_id: int | None) -> None:
    Scan.objects.create(
        parcel_id=answer.parcel_id or answer.blocked_id or parcel_id,
        at=now,
        by=by,
        outcome=answer.outcome,
        code=text,
        counted_line_id=answer.line_id,
        words=answer.title[:200],
    )


def _lost(table: Parcel) -> ScanAnswer:
    who = table.locked_by.name if table.locked_by else "—"
    title = _("这个包裹被 %(who)s 接手了") % {"who": who}
    words = _("和他说一声；要拿回来就点「我来接手」。")
    return ScanAnswer(ScanOutcome.REFUSED, title, words, blocked_id=table.pk)


# --- a piece


def _at_table(table: Parcel, text: str, *, by: User, now: datetime) -> ScanAnswer:
    stop = stop_of_parcel(table)
    if stop is not None:
        return ScanAnswer(
            ScanOutcome.REFUSED,
            _("停：%(why)s") % {"why": stop_words(stop)},
            stop_advice(stop),
            table.pk,
        )
    if not text:
        return ScanAnswer(ScanOutcome.UNKNOWN, _("没扫到条码"), _("再扫一次。"), table.pk)
    sku = _sku(text)
    lines = list(table.lines.select_related("line", "gift").order_by("pk"))
    goods = goods_of(lines)
    own = _meant(lines, goods, sku.code if sku else text)
    if own is None:
        return _several(table, text)
    if own:
        return _piece(table, own, lines, goods)
    return _not_in_it(table, sku, lines, text, by=by, now=now)


def _not_in_it(
    table: Parcel, sku: Sku | None, lines: list[ParcelLine], text: str, *, by: User, now: datetime
) -> ScanAnswer:
    """Answer what does not belong to the parcel on the table: another label, a wrong piece, or nothing known."""
    other = find_parcel(text)
    if other is not None:
        return _other_label(table, other, lines, text, by=by, now=now)
    if sku is not None:
        return ScanAnswer(
            ScanOutcome.WRONG,
            _("多一件：不在这单里"),
            _("%(name)s %(code)s，%(back)s，再接着扫")
            % {
                "name": _sku_name(sku),
                "code": sku.barcode or sku.code,
                "back": _back(sku.bin_code),
            },
            table.pk,
        )
    return ScanAnswer(
        ScanOutcome.UNKNOWN,
        _("不认识的条码"),
        _("%(code)s 不是商品条码、商家编码，也不是面单。放一边，再接着扫。") % {"code": text},
        table.pk,
    )


def _meant(
    lines: list[ParcelLine], goods: Mapping[int, Goods], code: str
) -> list[ParcelLine] | None:
    """Give the lines of a code; None where it stands on pieces of several specs."""
    own = [one for one in lines if one.sku_code and goods[one.pk].own_code == code]
    if own:
        return own
    named = [one for one in lines if one.sku_code and one.sku_code == code]
    return None if len({goods[one.pk].own_code for one in named}) > 1 else named


def _several(table: Parcel, text: str) -> ScanAnswer:
    return ScanAnswer(
        ScanOutcome.REFUSED,
        _("%(code)s 是几个规格共用的编码") % {"code": text},
        _("看不出是哪个规格，扫这件商品自己的条码。"),
        table.pk,
    )


def _sku(text: str) -> Sku | None:
    """Find a SKU by its barcode, else by its code: each by its own index."""
    by_barcode = Sku.objects.exclude(barcode="").filter(barcode=text).first()
    return by_barcode or Sku.objects.filter(code=text).first()


def _sku_name(sku: Sku) -> str:
    return piece_name(sku.title, sku.spec) or sku.code


def _back(bin_code: str) -> str:
    return _("放回货位 %(bin)s") % {"bin": bin_code} if bin_code else _("放一边")


def _piece(
    table: Parcel, own: list[ParcelLine], lines: list[ParcelLine], goods: Mapping[int, Goods]
) -> ScanAnswer:
    name, bin_code = goods[own[0].pk].name, goods[own[0].pk].bin_code
    need = sum(one.quantity for one in own)
    line = next((one for one in own if one.checked_quantity < one.quantity), None)
    if line is None or table.checked_at is not None:
        return ScanAnswer(
            ScanOutcome.SURPLUS,
            _("多一件：%(name)s 已经 %(n)s/%(n)s") % {"name": name, "n": need},
            _("这件%(back)s，再接着扫") % {"back": _back(bin_code)},
            table.pk,
        )
    ParcelLine.objects.filter(pk=line.pk).update(checked_quantity=F("checked_quantity") + 1)
    got = sum(one.checked_quantity for one in own) + 1
    left = sum(one.quantity - one.checked_quantity for one in lines) - 1
    title = _("对：%(name)s %(got)s/%(need)s") % {"name": name, "got": got, "need": need}
    if left:
        words = _("接着扫，还差 %(n)s 件") % {"n": left}
        return ScanAnswer(ScanOutcome.PIECE, title, words, table.pk, line_id=line.pk)
    words = _("件数齐了，勾完标准就能验完")
    return ScanAnswer(ScanOutcome.COMPLETE, title, words, table.pk, line_id=line.pk)


def _other_label(
    table: Parcel, other: Parcel, lines: list[ParcelLine], text: str, *, by: User, now: datetime
) -> ScanAnswer:
    """Answer the label of a parcel while one is on the table."""
    if other.pk == table.pk:
        words = _("正在验它，接着扫商品。")
        return ScanAnswer(ScanOutcome.PARCEL, _("对：就是这个包裹"), words, table.pk)
    if any(one.checked_quantity for one in lines):
        title = _("这是另一个包裹 %(parcel)s 的面单") % {"parcel": other.number}
        words = _("先把手上的 %(parcel)s 验完，或者跳过，再扫它。") % {"parcel": table.number}
        return ScanAnswer(ScanOutcome.REFUSED, title, words, table.pk)
    answer = _open(text, by=by, now=now)
    if answer.is_good:
        table.locked_by, table.locked_at = None, None
        save_parcel(table, "locked_by", "locked_at")
        return answer
    return replace(answer, parcel_id=table.pk)


# --- a parcel


def find_parcel(text: str) -> Parcel | None:
    """Find a parcel by its number, its waybill or the number of an order in it: each by an index."""
    if match := _NUMBER.fullmatch(text):
        found = Parcel.objects.filter(pk=int(match[1])).first()
        if found is not None:
            return found
    living = Parcel.objects.exclude(state=ParcelState.DROPPED)
    by_waybill = living.exclude(waybill_no="").filter(waybill_no=text.upper()).first()
    if by_waybill is not None:
        return by_waybill
    lines = ParcelLine.objects.filter(order__tid=text).exclude(parcel__state=ParcelState.DROPPED)
    # Of a split order the part that still waits, and none that has left while another is here.
    parcels = Parcel.objects.filter(pk__in=list(lines.values_list("parcel_id", flat=True)))
    return min(
        parcels,
        key=lambda one: (
            one.state != ParcelState.PICKED,
            one.state == ParcelState.HANDED_OVER,
            one.pk,
        ),
        default=None,
    )


def _open(text: str, *, by: User, now: datetime) -> ScanAnswer:
    """Put a parcel on the table."""
    if not text:
        return ScanAnswer(ScanOutcome.UNKNOWN, _("没扫到条码"), _("再扫一次。"))
    found = find_parcel(text)
    if found is None:
        return _no_parcel(text)
    parcel = locked_table(found.pk)
    assert parcel is not None  # noqa: S101
    refusal = _not_to_check(parcel, by=by)
    if refusal is not None:
        return refusal
    parcel.locked_by, parcel.locked_at, parcel.skip_reason = by, now, ""
    save_parcel(parcel, "locked_by", "locked_at", "skip_reason")
    if parcel.checked_at is not None:
        title = _("二次质检：%(parcel)s") % {"parcel": parcel.number}
        words = _("按下面一步一步看，看完点「复核通过」。")
        return ScanAnswer(ScanOutcome.PARCEL, title, words, parcel.pk)
    return ScanAnswer(
        ScanOutcome.PARCEL,
        _("开始验：%(parcel)s") % {"parcel": parcel.number},
        _("共 %(n)s 件，一件一件扫") % {"n": parcel.piece_count},
        parcel.pk,
    )


def _no_parcel(text: str) -> ScanAnswer:
    sku = _sku(text)
    if sku is not None:
        words = _("%(name)s 是商品。先扫包裹的面单，再扫商品。") % {"name": _sku_name(sku)}
        return ScanAnswer(ScanOutcome.REFUSED, _("先扫面单"), words)
    words = _("%(code)s 不是包裹号、运单号，也不是订单号。") % {"code": text}
    return ScanAnswer(ScanOutcome.UNKNOWN, _("不认识的条码"), words)


def _not_to_check(parcel: Parcel, *, by: User) -> ScanAnswer | None:
    """Say why a parcel cannot be checked now; None if it can."""
    stop = stop_of_parcel(parcel)
    if parcel.state in (ParcelState.IN_WAVE, ParcelState.PICKED) and stop is not None:
        return _refused(_("停：%(why)s") % {"why": stop_words(stop)}, stop_advice(stop))
    if parcel.state != ParcelState.PICKED:
        return _refused(*_state_words(parcel))
    if parcel.locked_by_id not in (None, by.pk):
        assert parcel.locked_by is not None  # noqa: S101
        title = _("%(who)s 正在验这个包裹") % {"who": parcel.locked_by.name}
        words = _("从 %(at)s 起。他不在了再点「我来接手」，会记下来。") % {
            "at": clock(parcel.locked_at)
        }
        return ScanAnswer(ScanOutcome.REFUSED, title, words, blocked_id=parcel.pk)
    if parcel.checked_at is not None and parcel.checked_by_id == by.pk:
        words = _("你验过了（%(at)s），二次质检要另一个人看。") % {"at": clock(parcel.checked_at)}
        return _refused(_("要另一个人复核"), words)
    return None


def _refused(title: str, detail: str) -> ScanAnswer:
    return ScanAnswer(ScanOutcome.REFUSED, title, detail)


def _state_words(parcel: Parcel) -> tuple[str, str]:
    number = {"parcel": parcel.number}
    match parcel.state:
        case ParcelState.CHECKED:
            who = parcel.checked_by.name if parcel.checked_by else "—"
            words = _("%(who)s %(at)s 验的，放到交接区就行。")
            return _("这个包裹已经验过"), words % {"who": who, "at": clock(parcel.checked_at)}
        case ParcelState.HANDED_OVER:
            words = _("%(at)s 交给快递的，不该还在这里，叫主管看一下。")
            return _("这个包裹已经交接"), words % {"at": clock(parcel.handed_over_at)}
        case ParcelState.IN_WAVE:
            wave = {"wave": parcel.wave.number if parcel.wave else "—"}
            words = _("波次 %(wave)s 拣完、点了「拣完了」才能验。")
            return _("还没拣完"), words % wave
        case ParcelState.PLANNED:
            words = _("%(parcel)s 没在任何波次里，先加进波次。")
            return _("还没进波次"), words % number
        case _:
            words = _("%(parcel)s 已经并进别的包裹，扫新的面单。")
            return _("这个包裹作废了"), words % number


# --- by hand


@transaction.atomic
def count_by_hand(*, parcel_id: int, line_id: int, by: User, now: datetime) -> ScanAnswer:
    """Count one piece that has neither barcode nor code, after the person looked at it. Locks the parcel."""
    table = own_table(parcel_id, by=by)
    lines = list(table.lines.select_related("line", "gift").order_by("pk"))
    own = [one for one in lines if one.pk == line_id and not one.sku_code]
    if own:
        answer = _piece(table, own, lines, goods_of(own))
    else:
        words = _("这一款有编码，扫它的条码。")
        answer = ScanAnswer(ScanOutcome.REFUSED, _("不能手点"), words, table.pk)
    _keep(answer, _("手点"), by=by, now=now, parcel_id=table.pk)
    return answer


@transaction.atomic
def take_over(*, parcel_id: int, by: User, now: datetime) -> ScanAnswer:
    """Take a parcel over from the colleague who has it on the table; the log says so. Locks it."""
    parcel = locked_table(parcel_id)
    if parcel is None:
        return _no_parcel(str(parcel_id))
    before = parcel.locked_by
    parcel.locked_by, parcel.locked_at = None, None
    refusal = _not_to_check(parcel, by=by)
    if refusal is not None:
        return refusal
    parcel.locked_by, parcel.locked_at = by, now
    save_parcel(parcel, "locked_by", "locked_at")
    operations.record(
        name="orders.parcel.taken_over",
        by=by,
        now=now,
        object_type="parcel",
        object_key=parcel.number,
        old={"person": before.name if before else ""},
        new={"person": by.name},
    )
    title = _("接手了 %(parcel)s") % {"parcel": parcel.number}
    words = _("已扫的还算，接着扫没扫的。")
    answer = ScanAnswer(ScanOutcome.PARCEL, title, words, parcel.pk)
    _keep(answer, parcel.number, by=by, now=now, parcel_id=parcel.pk)
    return answer


@transaction.atomic
def undo_last_scan(*, parcel_id: int, by: User, now: datetime) -> ScanAnswer:
    """Take back the person's last counted piece of the parcel on the table. Locks the parcel.

    :raises WarehouseRefusedError: if there is nothing to take back
    """
    table = own_table(parcel_id, by=by)
    counted = Scan.objects.filter(
        parcel=table, counted_line_id__isnull=False, undone_at__isnull=True
    )
    last = counted.order_by("-pk").first()
    line = table.lines.filter(pk=last.counted_line_id or 0).first() if last else None
    if last is None or line is None or not line.checked_quantity or table.checked_at:
        raise WarehouseRefusedError(_("这个包裹没有可以退的一步。"))
    last.undone_at = now
    last.save(update_fields=["undone_at"])
    line.checked_quantity -= 1
    line.save(update_fields=["checked_quantity"])
    name = goods_of(table.lines.filter(pk=line.pk).select_related("line", "gift"))[line.pk].name
    title = _("退了一步：%(name)s") % {"name": name}
    words = _("现在 %(got)s/%(need)s，把那件拿出来。")
    return ScanAnswer(
        ScanOutcome.PARCEL,
        title,
        words % {"got": line.checked_quantity, "need": line.quantity},
        table.pk,
    )
