"""Orders as list rows: everything worded and toned before the template runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.choices import Flag, HoldKind, Stage
from orders.models import Hold
from orders.queries.queues import ListedHold, ListedOrder, QueueRow
from orders.queries.risk import RiskBook

STAGE_TONES = {
    Stage.AWAITING_PAYMENT: "wait",
    Stage.AWAITING_AUDIT: "us",
    Stage.HELD: "soon",
    Stage.APPROVED: "us",
    Stage.IN_WAVE: "us",
    Stage.PICKED: "us",
    Stage.CHECKED: "us",
    Stage.HANDED_OVER: "wait",
    Stage.PICKED_UP: "wait",
    Stage.IN_TRANSIT: "wait",
    Stage.SIGNED: "done",
    Stage.CANCELLED: "wait",
}
FLAG_CODES = {
    Flag.RED: "red",
    Flag.YELLOW: "yel",
    Flag.GREEN: "grn",
    Flag.BLUE: "blu",
    Flag.PURPLE: "pur",
}
DONE_STAGES = {
    Stage.HANDED_OVER,
    Stage.PICKED_UP,
    Stage.IN_TRANSIT,
    Stage.SIGNED,
    Stage.CANCELLED,
    Stage.AWAITING_PAYMENT,
}
# On the road: a list says how long the carrier has been silent, from a day on.
SILENT_STAGES = {Stage.PICKED_UP, Stage.IN_TRANSIT}
SILENT_HOURS = 24
READY_STAGES = {Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED}
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class HoldTag:
    """A hold as a tag."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One order in a list. `can` names the bulk acts that fit it, parted by blanks."""

    tid: str
    version: int
    url: str
    drawer_url: str
    due_at: datetime | None
    due_title: str
    platform_due_at: datetime | None
    stage_label: str
    stage_tone: str
    holds: tuple[HoldTag, ...]
    paid_amount: Decimal
    risk_amount: Decimal
    risk_tone: str
    flag: str
    flag_label: str
    has_message: bool
    has_memo: bool
    is_urgent: bool
    buyer: str
    item: str
    item_more: int
    can: str
    is_done: bool
    placed_at: datetime | None
    paid_at: datetime | None
    piece_count: int
    refund_amount: Decimal
    hold_due_at: datetime | None


def hold_tag(hold: Hold | ListedHold) -> HoldTag:
    """Word one hold; one that the buyer must be told about and was not says so."""
    label = str(HoldKind(hold.kind).label)  # get_kind_display hashes all twenty labels each time
    if hold.must_tell_buyer and hold.told_at is None:
        return HoldTag(label=_("%(kind)s · 买家未告知") % {"kind": label}, tone="late")
    return HoldTag(label=label, tone="us" if hold.is_hand_set else "wait")


def acts_for(order: ListedOrder) -> str:
    """Name the bulk acts that fit an order as it stands."""
    if order.stage == Stage.AWAITING_AUDIT and not order.has_open_refund:
        return "approve hold memo"
    if order.stage in READY_STAGES and not order.has_open_refund:
        return "hand_over hold memo take_back"
    if order.stage == Stage.HANDED_OVER:
        return "take_back memo"
    if order.stage == Stage.AWAITING_AUDIT or order.stage in READY_STAGES:
        return "hold memo"
    if order.stage == Stage.HELD:
        return "tell close_hold pass_on hold memo"
    return "memo"


def rows_of(
    found: Iterable[QueueRow], *, book: RiskBook, now: datetime, may_see_contact: bool
) -> list[Row]:
    """Make list rows; no query."""
    tags = _Tags()
    return [_row(one, book, tags, now, may_see_contact=may_see_contact) for one in found]


def _row(
    one: QueueRow, book: RiskBook, tags: "_Tags", now: datetime, *, may_see_contact: bool
) -> Row:
    order = one.order
    is_done = order.stage in DONE_STAGES
    risk_amount, risk_tone = (ZERO, "") if is_done else _risk(order, book, now)
    return Row(
        tid=order.tid,
        version=order.version,
        url=order_url(order.tid),
        drawer_url=order_url(order.tid, drawer=True),
        due_at=order.ship_due_at,
        due_title="",
        platform_due_at=order.platform_due_at,
        stage_label=tags.stage(order.stage),
        stage_tone=STAGE_TONES[Stage(order.stage)],
        holds=tags.of(one.holds, order, now),
        paid_amount=order.paid_amount or order.total_amount,
        risk_amount=risk_amount,
        risk_tone=risk_tone,
        flag=FLAG_CODES.get(Flag(order.flag), ""),
        flag_label=str(Flag(order.flag).label) if order.flag else "",
        has_message=bool(order.buyer_message),
        has_memo=bool(order.seller_memo),
        is_urgent=order.is_urgent,
        buyer=_buyer(order, may_see_contact=may_see_contact),
        item=order.title or _("%(n)d 件") % {"n": order.piece_count},
        item_more=0,
        can=acts_for(order),
        is_done=is_done,
        placed_at=order.created_at,
        paid_at=order.paid_at,
        piece_count=order.piece_count,
        refund_amount=order.refund_amount,
        hold_due_at=min((hold.due_at for hold in one.holds), default=None),
    )


def _risk(order: ListedOrder, book: RiskBook, now: datetime) -> tuple[Decimal, str]:
    risk = book.risk(order, now=now)
    return (risk.now_amount, "late") if risk.now_amount else (risk.next_amount, "")


class _Tags:
    """Stages and holds in words; each kind is worded once for a whole list."""

    def __init__(self) -> None:
        self._stages: dict[str, str] = {}
        self._worded: dict[tuple[str, bool, bool], HoldTag] = {}
        self._refund = HoldTag(label=_("退款中"), tone="late")
        self._presale = HoldTag(label=_("预售"), tone="wait")

    def of(
        self, holds: Sequence[ListedHold], order: ListedOrder, now: datetime
    ) -> tuple[HoldTag, ...]:
        tags = [self._tag(hold) for hold in holds]
        if order.has_open_refund:
            tags.insert(0, self._refund)
        if order.is_presale and order.stage == Stage.AWAITING_AUDIT:
            tags.append(self._presale)
        if order.stage in SILENT_STAGES and order.last_trace_at is not None:
            hours = int((now - order.last_trace_at).total_seconds() // 3600)
            if hours >= SILENT_HOURS:
                words = _("%(n)d 小时没有轨迹") % {"n": hours}
                tags.append(HoldTag(label=words, tone="late"))
        return tuple(tags)

    def stage(self, code: str) -> str:
        if code not in self._stages:
            self._stages[code] = str(Stage(code).label)
        return self._stages[code]

    def _tag(self, hold: ListedHold) -> HoldTag:
        is_untold = hold.must_tell_buyer and hold.told_at is None
        key = hold.kind, is_untold, hold.is_hand_set
        if key not in self._worded:
            self._worded[key] = hold_tag(hold)
        return self._worded[key]


def _buyer(order: ListedOrder, *, may_see_contact: bool) -> str:
    place = order.receiver_province
    name = order.buyer_nick if may_see_contact else mask_nick(order.buyer_nick)
    return " ".join(part for part in (name, place) if part)


def mask_nick(nick: str) -> str:
    """Show the first and the last character of a member name."""
    return nick if "*" in nick or len(nick) < 2 else f"{nick[0]}***{nick[-1]}"


_ORDER_URL = ""


def order_url(tid: str, *, drawer: bool = False) -> str:
    """Give an order's address; resolved once, for lists of fifty need it a hundred times."""
    global _ORDER_URL
    if not _ORDER_URL:
        _ORDER_URL = reverse("orders:order", args=["0"])
    base = _ORDER_URL.replace("/0/", f"/{tid}/")
    return f"{base}drawer/" if drawer else base
