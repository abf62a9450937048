"""Pieces of SQL that the merges share: ranks of statuses, stages, which value wins."""

from orders.choices import LEFT_STAGES, OPEN_REFUND_STATUSES, STATUS_RANK, PlatformStatus, Stage

# Paid and forbidden stand at one rank: the platform forbids and releases, so the newer file wins.
_RANKS = STATUS_RANK | {
    PlatformStatus.PAID_FORBID_CONSIGN: STATUS_RANK[PlatformStatus.WAIT_SELLER_SEND_GOODS]
}
OPEN_REFUNDS = ", ".join(f"'{status}'" for status in OPEN_REFUND_STATUSES)
CLOSED = "('TRADE_CLOSED', 'TRADE_CLOSED_BY_TAOBAO')"
_LEFT = list(LEFT_STAGES)


def rank(status: str) -> str:
    """Give the rank of a status expression."""
    cases = " ".join(f"WHEN '{code}' THEN {number}" for code, number in _RANKS.items())
    return f"(CASE {status} {cases} ELSE -1 END)"


def furthest(old: str, new: str, *, newer: str) -> str:
    """Give the status further along; at equal rank the newer file's."""
    return (
        f"CASE WHEN {old} IS NULL THEN {new} WHEN {new} IS NULL THEN {old}"
        f" WHEN {rank(new)} > {rank(old)} THEN {new}"
        f" WHEN {rank(new)} = {rank(old)} AND {newer} THEN {new} ELSE {old} END"
    )


def said_stage(status: str, *, paid_at: str, consigned_at: str, has_waybill: str) -> str:
    """Give the stage that the platform's facts speak of: `orders.rules.stages.stage_from_platform`.

    One addition: without a payment time nothing but awaiting payment or cancelled can be stored
    (cash on delivery, or an item file whose order list has not come yet).
    """
    return f"""CASE
      WHEN {status} IN {CLOSED} THEN 'cancelled'
      WHEN {paid_at} IS NULL THEN 'awaiting_payment'
      WHEN {status} IN ('TRADE_BUYER_SIGNED', 'TRADE_FINISHED') THEN 'signed'
      WHEN {status} = 'WAIT_BUYER_CONFIRM_GOODS' THEN 'handed_over'
      WHEN {status} = 'WAIT_SELLER_SEND_GOODS' AND {consigned_at} IS NOT NULL AND {has_waybill}
        THEN 'handed_over'
      ELSE 'awaiting_audit' END"""


def next_stage(old: str, said: str) -> str:
    """Give the stage after a file spoke: `orders.rules.stages.stage_after_platform`."""
    inside = ", ".join(
        f"'{stage}'"
        for stage in Stage
        if stage not in {*_LEFT, Stage.CANCELLED, Stage.AWAITING_PAYMENT}
    )
    onward = " ".join(
        f"WHEN {old} = '{stage}' AND {said} IN ({_list([*_LEFT[n + 1 :], Stage.CANCELLED])}) THEN {said}"
        for n, stage in enumerate(_LEFT)
    )
    leaving = _list([*_LEFT, Stage.CANCELLED])
    return f"""CASE
      WHEN {old} IS NULL OR {old} = 'awaiting_payment' THEN {said}
      WHEN {old} IN ({inside}) AND {said} IN ({leaving}) THEN {said}
      {onward} ELSE {old} END"""


def _list(stages: list[Stage]) -> str:
    return ", ".join(f"'{stage}'" for stage in stages)


def shop_date(instant: str) -> str:
    """Give the Shanghai date of an instant expression."""
    return f"({instant} AT TIME ZONE 'Asia/Shanghai')::date"


def newest(name: str, otherwise: str) -> str:
    """Let the newer file's value win; a column that the file lacks says nothing."""
    return f"CASE WHEN n.newer THEN coalesce(s.{name}, o.{name}, {otherwise}) ELSE o.{name} END"


def filled(name: str) -> str:
    """Let the newer file's text win where it says something; an older one fills a blank."""
    return (
        f"CASE WHEN n.newer THEN coalesce(nullif(s.{name}, ''), o.{name}, '')"
        f" ELSE coalesce(nullif(o.{name}, ''), s.{name}, '') END"
    )


def known(name: str) -> str:
    """Let the newer file's time win where it has one; an older one fills a gap; a rough one spoils none."""
    return (
        f"CASE WHEN n.newer AND NOT n.keeps_exact THEN coalesce(s.{name}, o.{name})"
        f" ELSE coalesce(o.{name}, s.{name}) END"
    )
