"""Audit: may a paid order go to the warehouse by itself? Each "no" is a typed hold with its reason.

Pure. `facts` come from `orders.queries.audit`, rules and keyword rules from the shop's own rows. A
reason is kept as `code|value|…` and worded in the reader's language by `orders.wording`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from orders.choices import AuditRuleCode, HoldKind, PlatformStatus
from orders.rules.keywords import KeywordAct, KeywordMatch, KeywordRule, matches
from orders.rules.platform_texts import NEVER_SHIPPABLE
from shopops.lib.business_time import SHANGHAI, business_date


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line as audit sees it. `paid_amount` None: the file does not say what it cost."""

    sku_code: str
    title: str
    quantity: int
    paid_amount: Decimal | None
    spec: str = ""


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What is known of an order when it is audited.

    `mergeable`: tids of other waiting orders of the same buyer and receiver. `black_list_reason`:
    why its buyer stands on the list, empty if not. `has_lines`: an item file spoke of it.
    """

    tid: str
    status: str
    paid_at: datetime
    total_amount: Decimal
    paid_amount: Decimal
    piece_count: int
    kind_count: int
    flag: int
    is_presale: bool
    promised_date: date | None
    has_open_refund: bool
    buyer_message: str
    seller_memo: str
    receiver_name: str
    receiver_phone: str
    receiver_province: str
    receiver_city: str
    receiver_address: str
    shipping_text: str = ""
    lines: tuple[AuditLine, ...] = ()
    mergeable: tuple[str, ...] = ()
    black_list_reason: str = ""


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule in force, with its parameters as stored."""

    code: AuditRuleCode
    parameters: Mapping[str, Any]
    rule_id: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A hold that the order needs.

    `cause` tells two causes of one kind apart: what a person has settled once does not come back
    for the same cause. `is_absolute`: nobody can settle it, it stands as long as the facts do.
    """

    kind: HoldKind
    reason: str
    cause: str
    rule_id: int | None = None
    due_at: datetime | None = None
    is_absolute: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What audit says of one order. `needs`: all of them, in the shop's order of rules."""

    needs: tuple[Need, ...] = ()
    matched: tuple[KeywordMatch, ...] = ()
    is_urgent: bool = False
    courier: str = ""
    gifts: tuple[str, ...] = field(default=())

    @property
    def passes(self) -> bool:
        """Say whether nothing stands against approval."""
        return not self.needs


@dataclass(frozen=True, slots=True)
class _Case:
    """One order before one rule."""

    facts: AuditFacts
    parameters: Mapping[str, Any]
    keywords: Sequence[KeywordRule]
    now: datetime


type _Found = tuple[HoldKind, tuple[object, ...], str] | None


def cause_of(*parts: object) -> str:
    """Give the short fingerprint of a hold's cause."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def audit_order(
    facts: AuditFacts,
    *,
    rules: Sequence[AuditRule],
    keywords: Sequence[KeywordRule],
    now: datetime,
) -> Verdict:
    """Judge one order by all rules; every "no" is named, not only the first.

    The platform's own "no" and an open refund count without any rule.
    """
    needs = list(_always(facts))
    for rule in rules:
        judge = _JUDGES.get(rule.code)
        found = judge and judge(_Case(facts, rule.parameters, keywords, now))
        if found:
            kind, reason, cause = found
            text = "|".join(_part(one) for one in (rule.code.value, *reason))[:300]
            due_at = _ends_at(facts, rule)
            needs.append(Need(kind, text, cause_of(kind, cause), rule.rule_id, due_at))
    said = matches(keywords, message=facts.buyer_message, memo=facts.seller_memo)
    flags = _flag_acts(facts, rules)
    return Verdict(
        needs=tuple(needs),
        matched=said,
        is_urgent=KeywordAct.URGENT in flags or any(m.act == KeywordAct.URGENT for m in said),
        courier=next((m.value for m in said if m.act == KeywordAct.COURIER), ""),
        gifts=tuple(dict.fromkeys(m.value for m in said if m.act == KeywordAct.GIFT)),
    )


def may_run(rules: Sequence[AuditRule], *, now: datetime) -> bool:
    """Say whether automatic audit works at this time of day; without such a rule it never does."""
    clock = now.astimezone(SHANGHAI).time()
    for rule in rules:
        if rule.code == AuditRuleCode.ACTIVE_HOURS:
            begin = time.fromisoformat(str(rule.parameters["from"]))
            end = time.fromisoformat(str(rule.parameters["to"]))
            inside = begin <= clock < end if begin <= end else clock >= begin or clock < end
            if inside:
                return True
    return False


def _part(value: object) -> str:
    return str(value).replace("|", "｜").replace("\n", " ")[:120]


def _always(facts: AuditFacts) -> Sequence[Need]:
    needs = []
    if facts.status == PlatformStatus.PAID_FORBID_CONSIGN or facts.status in NEVER_SHIPPABLE:
        reason = f"platform_forbids|{facts.status}"
        needs.append(_absolute(HoldKind.PLATFORM_FORBIDS, reason, facts.status))
    if facts.has_open_refund:
        needs.append(_absolute(HoldKind.REFUND_OPEN, "refund_open"))
    return needs


def _absolute(kind: HoldKind, reason: str, *cause: object) -> Need:
    return Need(kind, reason, cause_of(kind, *cause), is_absolute=True)


def unsettled(needs: Iterable[Need], settled: Container[str]) -> dict[HoldKind, Need]:
    """Give by kind the first need that stands: whose cause no person settled, or nobody can.

    An order has one open hold of a kind. When that one ends, the next need of the kind is first.
    """
    found: dict[HoldKind, Need] = {}
    for need in needs:
        if need.is_absolute or need.cause not in settled:
            found.setdefault(need.kind, need)
    return found


def _cool_until(facts: AuditFacts, parameters: Mapping[str, Any]) -> datetime:
    return facts.paid_at + timedelta(minutes=int(parameters["minutes"]))


def _ends_at(facts: AuditFacts, rule: AuditRule) -> datetime | None:
    """Give when what a rule found is over by itself; None where no clock ends it."""
    if rule.code == AuditRuleCode.COOL_DOWN:
        return _cool_until(facts, rule.parameters)
    if rule.code == AuditRuleCode.MERGEABLE:
        return _merge_until(facts, rule.parameters)
    if rule.code == AuditRuleCode.PRESALE_NOT_DUE and facts.promised_date is not None:
        ahead = timedelta(days=int(rule.parameters["days_ahead"]))
        return datetime.combine(facts.promised_date - ahead, time.min, SHANGHAI)
    return None


def _merge_until(facts: AuditFacts, parameters: Mapping[str, Any]) -> datetime:
    return facts.paid_at + timedelta(minutes=int(parameters["wait_minutes"]))


def _cool_down(case: _Case) -> _Found:
    until = _cool_until(case.facts, case.parameters)
    if case.now >= until:
        return None
    return HoldKind.COOL_DOWN, (until.astimezone(SHANGHAI).strftime("%H:%M"),), until.isoformat()


def _max_amount(case: _Case) -> _Found:
    limit, amount = Decimal(str(case.parameters["amount"])), case.facts.paid_amount
    return (HoldKind.AMOUNT_TOO_LARGE, (amount, limit), str(amount)) if amount > limit else None


def _max_pieces(case: _Case) -> _Found:
    limit, count = int(case.parameters["count"]), case.facts.piece_count
    return (HoldKind.TOO_MANY_PIECES, (count, limit), str(count)) if count > limit else None


def _max_kinds(case: _Case) -> _Found:
    limit, count = int(case.parameters["count"]), case.facts.kind_count
    return (HoldKind.TOO_MANY_PIECES, (count, limit), f"kinds {count}") if count > limit else None


def _excluded_skus(case: _Case) -> _Found:
    excluded = set(case.parameters["codes"])
    found = sorted({line.sku_code for line in case.facts.lines} & excluded)
    return (HoldKind.EXCLUDED_SKU, ("、".join(found),), " ".join(found)) if found else None


def _unknown_code(case: _Case) -> _Found:
    nameless = [line.title for line in case.facts.lines if not line.sku_code]
    if not nameless:
        return None
    return HoldKind.UNKNOWN_CODE, (nameless[0][:40], len(nameless)), str(sorted(nameless))


def _receiver_complete(case: _Case) -> _Found:
    facts = case.facts
    missing = [
        name
        for name, value in (
            ("name", facts.receiver_name),
            ("phone", facts.receiver_phone),
            ("province", facts.receiver_province),
            ("address", facts.receiver_address or facts.receiver_city),
        )
        if not value.strip()
    ]
    return (HoldKind.ADDRESS_INCOMPLETE, (" ".join(missing),), str(missing)) if missing else None


def _region_served(case: _Case) -> _Found:
    province = case.facts.receiver_province
    if not province:
        return None
    refused = any(province.startswith(name) for name in case.parameters["provinces"])
    return (HoldKind.REGION_NOT_SERVED, (province,), province) if refused else None


def _black_list(case: _Case) -> _Found:
    reason = case.facts.black_list_reason
    return (HoldKind.BLACK_LIST, (reason,), reason) if reason else None


def _buyer_message(case: _Case) -> _Found:
    message = case.facts.buyer_message.strip()
    if not message:
        return None
    said = matches(case.keywords, message=message, memo="")
    held = [match for match in said if match.act == KeywordAct.HOLD]
    if held:
        return _kind_of(held[0], HoldKind.BUYER_MESSAGE), (held[0].word, message), message
    return None if said else (HoldKind.BUYER_MESSAGE, ("", message), message)


def _memo(case: _Case) -> _Found:
    memo = case.facts.seller_memo.strip()
    said = matches(case.keywords, message="", memo=memo) if memo else ()
    held = [match for match in said if match.act == KeywordAct.HOLD]
    if held:
        return _kind_of(held[0], HoldKind.MEMO_INSTRUCTION), (held[0].word, memo), memo
    if memo and not said and case.parameters.get("hold_unmatched"):
        return HoldKind.MEMO_INSTRUCTION, ("", memo), memo
    return None


def _flags(case: _Case) -> _Found:
    if _act_of_flag(case.facts, case.parameters) != KeywordAct.HOLD:
        return None
    return HoldKind.MEMO_INSTRUCTION, (case.facts.flag,), f"flag {case.facts.flag}"


def _act_of_flag(facts: AuditFacts, parameters: Mapping[str, Any]) -> str:
    return str(parameters.get("acts", {}).get(str(facts.flag), ""))


def _flag_acts(facts: AuditFacts, rules: Sequence[AuditRule]) -> set[str]:
    return {
        _act_of_flag(facts, rule.parameters) for rule in rules if rule.code == AuditRuleCode.FLAGS
    }


def _kind_of(match: KeywordMatch, otherwise: HoldKind) -> HoldKind:
    return HoldKind(match.value) if match.value in HoldKind.values else otherwise


def _mergeable(case: _Case) -> _Found:
    others = case.facts.mergeable
    if not others or case.now >= _merge_until(case.facts, case.parameters):
        return None
    return HoldKind.WAITING_TO_MERGE, ("、".join(others[:5]),), " ".join(sorted(others))


def _presale(case: _Case) -> _Found:
    promised = case.facts.promised_date
    ahead = timedelta(days=int(case.parameters["days_ahead"]))
    if not case.facts.is_presale or promised is None:
        return None
    if business_date(case.now) >= promised - ahead:
        return None
    return HoldKind.PRESALE_NOT_DUE, (promised.isoformat(),), promised.isoformat()


def _balance(case: _Case) -> _Found:
    facts = case.facts
    unpaid = facts.total_amount - facts.paid_amount
    if not facts.is_presale or unpaid <= 0 or not facts.paid_amount:
        return None
    return HoldKind.UNPAID_BALANCE, (unpaid,), str(unpaid)


_JUDGES: dict[AuditRuleCode, Callable[[_Case], _Found]] = {
    AuditRuleCode.COOL_DOWN: _cool_down,
    AuditRuleCode.UNPAID_BALANCE: _balance,
    AuditRuleCode.MAX_AMOUNT: _max_amount,
    AuditRuleCode.MAX_PIECES: _max_pieces,
    AuditRuleCode.MAX_KINDS: _max_kinds,
    AuditRuleCode.EXCLUDED_SKUS: _excluded_skus,
    AuditRuleCode.UNKNOWN_CODE: _unknown_code,
    AuditRuleCode.RECEIVER_COMPLETE: _receiver_complete,
    AuditRuleCode.REGION_SERVED: _region_served,
    AuditRuleCode.BLACK_LIST: _black_list,
    AuditRuleCode.BUYER_MESSAGE: _buyer_message,
    AuditRuleCode.MEMO: _memo,
    AuditRuleCode.FLAGS: _flags,
    AuditRuleCode.MERGEABLE: _mergeable,
    AuditRuleCode.PRESALE_NOT_DUE: _presale,
}
