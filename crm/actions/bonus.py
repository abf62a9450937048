"""Bonus sheets: worked out from the data, published, appealed, closed; and the rule behind them.

A closed sheet never changes. What later data says differently stands as a line of the agent's first
sheet after it that is still open.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions import agent_locks
from crm.actions.service_errors import BonusRefusedError
from crm.models import BonusLine, BonusRule, BonusSheet
from crm.queries import bonus as queries
from crm.rules import bonus as rules
from crm.rules.bonus import Line, Rule
from crm.service_choices import SHEET_STEPS, AppealState, LineKind, SheetState
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.staff import operations
from shopops.staff.models import User


@transaction.atomic
def compute_month(*, month: date, by: User | None, now: datetime, drafts_only: bool = False) -> int:
    """Work all sheets of a month out anew; give how many changed. Doing it again changes nothing.

    Locks the sheets of one agent after the other, by key.

    :param drafts_only: whether sheets that were published stay as they are
    :raises BonusRefusedError: for a month that has not begun
    """
    month = queries.month_of(month)
    if month > business_date(now):
        raise BonusRefusedError(_("这个月还没开始。"), field="month")
    changed = 0
    for agent_id in sorted(queries.agents_of(month)):
        changed += _compute(agent_id, month, by=by, now=now, drafts_only=drafts_only)
    return changed


def _compute(
    agent_id: int, month: date, *, by: User | None, now: datetime, drafts_only: bool
) -> bool:
    """Work one agent's sheet out; say whether anything of it changed."""
    fixed = {SheetState.CLOSED, SheetState.PUBLISHED} if drafts_only else {SheetState.CLOSED}
    sheets = {one.month: one for one in agent_locks.locked_sheets(agent_id)}
    sheet = sheets.get(month)
    if sheet is not None and sheet.state in fixed:
        return False
    wanted = _wanted(agent_id, month, list(sheets.values()))
    if sheet is None:
        if not wanted.is_needed:
            return False
        # Two who begin at once meet here: the second waits for the first, and locks what it made.
        BonusSheet.objects.bulk_create(
            [BonusSheet(agent_id=agent_id, month=month, version=0)], ignore_conflicts=True
        )
        sheets = {one.month: one for one in agent_locks.locked_sheets(agent_id)}
        sheet = sheets[month]
        if sheet.state in fixed:
            return False
    return _write(sheet, wanted, by=by, now=now)


class _Wanted:
    """What a sheet should say by today's data."""

    def __init__(self, base: int, lines: list[Line], known_days: int) -> None:
        self.base, self.known_days = base, known_days
        self.lines = {one.key: one for one in lines}

    @property
    def is_needed(self) -> bool:
        return bool(self.lines) or self.known_days > 0


def _wanted(agent_id: int, month: date, sheets: list[BonusSheet]) -> _Wanted:
    rule = queries.rule_in(month)
    found = queries.month_facts(agent_id, month)
    lines = rules.lines(found.facts, rule)
    earlier_open = any(one.month < month and one.state != SheetState.CLOSED for one in sheets)
    if not earlier_open:
        lines += [
            line
            for one in sheets
            if one.month < month and one.state == SheetState.CLOSED
            for line in _carried(one, month)
        ]
    return _Wanted(rule.base if found.known_days else 0, lines, found.known_days)


def _carried(closed: BonusSheet, into: date) -> list[Line]:
    """Give the difference of a closed month to what the data says of it now."""
    kept = list(closed.lines.all())
    struck = {one.key for one in kept if one.appeal_state == AppealState.STRUCK}
    found = queries.month_facts(closed.agent_id, closed.month)
    amounts = [
        one.amount_fen
        for one in rules.lines(found.facts, queries.rule_in(closed.month))
        if one.key not in struck
    ]
    amounts += [
        one.amount_fen for one in kept if one.kind == LineKind.CARRIED and queries.counts(one)
    ]
    fresh = rules.paid_of(closed.base_fen, amounts)
    key = f"carried:{closed.month:%Y-%m}"
    others = BonusLine.objects.filter(
        sheet__agent_id=closed.agent_id, key=key, sheet__month__gt=closed.month
    ).exclude(sheet__month=into)
    # One that was struck is settled too: it must not come back a month later.
    elsewhere = sum(one.amount_fen for one in others if not one.is_gone)
    amount = rules.carried(
        fresh_total=fresh, closed_total=closed.total_fen, carried_elsewhere=elsewhere
    )
    evidence = {
        "month": closed.month.isoformat(),
        "closed": closed.total_fen,
        "fresh": fresh,
        "elsewhere": elsewhere,
    }
    return [Line(key, LineKind.CARRIED, 1, amount, evidence)] if amount else []


def _write(sheet: BonusSheet, wanted: _Wanted, *, by: User | None, now: datetime) -> bool:
    """Bring a locked sheet's lines to what is wanted; what somebody spoke about stays."""
    is_new = sheet.computed_at is None
    old_total = sheet.total_fen
    there = {one.key: one for one in sheet.lines.all()}
    touched = [_line(sheet, there.get(key), line) for key, line in wanted.lines.items()]
    touched += [_drop(one) for key, one in there.items() if key not in wanted.lines]
    same = (sheet.base_fen, sheet.known_days) == (wanted.base, wanted.known_days)
    if not any(touched) and same and not is_new:
        return False
    sheet.base_fen, sheet.known_days = wanted.base, wanted.known_days
    _sum_up(sheet)
    sheet.computed_at, sheet.version = now, sheet.version + 1
    sheet.save()
    _log(
        "crm.bonus.computed",
        sheet,
        by=by,
        now=now,
        old={} if is_new else {"bonus_total": _yuan(old_total)},
        new={"bonus_total": _yuan(sheet.total_fen), "lines": len(wanted.lines)},
    )
    return True


def _line(sheet: BonusSheet, row: BonusLine | None, line: Line) -> bool:
    values = {
        "kind": line.kind,
        "quantity": line.quantity,
        "unit_fen": line.unit_fen,
        "amount_fen": line.amount_fen,
        "evidence": dict(line.evidence),
        "is_gone": False,
    }
    if row is None:
        BonusLine.objects.create(sheet=sheet, key=line.key, **values)
        return True
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return True


def _drop(row: BonusLine) -> bool:
    """Take a line whose cause is no longer there away; keep it, worth nothing, if it was spoken about."""
    if row.appeal_state == AppealState.NONE:
        row.delete()
        return True
    if row.is_gone:
        return False
    row.is_gone, row.version = True, row.version + 1
    row.save()
    return True


def _sum_up(sheet: BonusSheet) -> None:
    amounts = [one.amount_fen for one in sheet.lines.all() if queries.counts(one)]
    sheet.total_fen = rules.paid_of(sheet.base_fen, amounts)


@transaction.atomic
def move_sheet(
    *, sheet_id: int, to: SheetState, version: int, by: User, now: datetime
) -> BonusSheet:
    """Publish or close a sheet. Locks all sheets of its agent.

    :raises BonusSheet.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises BonusRefusedError: for a step that there is not, an unanswered appeal, a month not over
    """
    sheet = _locked(sheet_id, version)
    if to not in SHEET_STEPS[SheetState(sheet.state)]:
        raise BonusRefusedError(
            _("奖金表现在「%(state)s」，不能这样走。") % {"state": sheet.get_state_display()}
        )
    if to == SheetState.CLOSED:
        if sheet.lines.filter(appeal_state=AppealState.OPEN).exists():
            raise BonusRefusedError(_("还有申诉没回复，先回复再结。"))
        if business_date(now) <= queries.span_of(sheet.month).until:
            raise BonusRefusedError(_("这个月还没过完，不能结。"))
    old = sheet.state
    sheet.state, sheet.version = to, sheet.version + 1
    if to == SheetState.PUBLISHED:
        sheet.published_at = now
    else:
        sheet.closed_at = now
    sheet.save()
    _log(
        f"crm.bonus.{to}",
        sheet,
        by=by,
        now=now,
        old={"sheet_state": old},
        new={"sheet_state": to, "bonus_total": _yuan(sheet.total_fen)},
    )
    return sheet


def _locked(sheet_id: int, version: int) -> BonusSheet:
    agent_id = BonusSheet.objects.values_list("agent_id", flat=True).get(pk=sheet_id)
    sheet = next(one for one in agent_locks.locked_sheets(agent_id) if one.pk == sheet_id)
    if sheet.version != version:
        raise StaleGoodsError(sheet_words(sheet), seen=version, current=sheet.version)
    return sheet


@transaction.atomic
def appeal(*, line_id: int, words: str, version: int, by: User, now: datetime) -> BonusLine:
    """Let an agent speak against a line of the own, published sheet.

    :raises BonusLine.DoesNotExist: if there is none, or it is not theirs
    :raises StaleGoodsError: if the line changed since `version`
    :raises BonusRefusedError: without words, on a draft or a closed sheet, or twice
    """
    line = agent_locks.locked_line(line_id)
    if line.sheet.agent_id != by.pk:
        raise BonusLine.DoesNotExist
    _check_version(line, version)
    if not words.strip():
        raise BonusRefusedError(_("写一下为什么不对。"), field="words")
    if line.sheet.state != SheetState.PUBLISHED:
        raise BonusRefusedError(_("只有已公布、还没结的奖金表可以申诉。"))
    if line.appeal_state != AppealState.NONE:
        raise BonusRefusedError(_("这一行已经申诉过了。"))
    line.appeal_state, line.appeal_words = AppealState.OPEN, words.strip()
    line.appealed_at, line.version = now, line.version + 1
    line.save()
    _log(
        "crm.bonus_line.appealed",
        line.sheet,
        by=by,
        now=now,
        new={"line": line.kind},
        reason=line.appeal_words[:300],
    )
    return line


@transaction.atomic
def decide_line(
    *, line_id: int, strike: bool, reason: str, version: int, by: User, now: datetime
) -> BonusLine:
    """Strike a line, with or without an appeal, or keep one that was appealed; the sum follows.

    :raises BonusLine.DoesNotExist: if there is none
    :raises StaleGoodsError: if the line changed since `version`
    :raises BonusRefusedError: without a reason, on a closed sheet, on the own sheet, or with nothing to decide
    """
    line = agent_locks.locked_line(line_id)
    _check_version(line, version)
    _check_decision(line, strike=strike, reason=reason, by=by)
    sheet, old = line.sheet, line.appeal_state
    line.appeal_state = AppealState.STRUCK if strike else AppealState.KEPT
    line.decision_reason, line.decided_by, line.decided_at = reason.strip(), by, now
    line.version += 1
    line.save()
    _sum_up(sheet)
    sheet.version += 1
    sheet.save()
    _log(
        "crm.bonus_line.struck" if strike else "crm.bonus_line.kept",
        sheet,
        by=by,
        now=now,
        old={"appeal_state": old},
        new={
            "appeal_state": line.appeal_state,
            "line": line.kind,
            "bonus_total": _yuan(sheet.total_fen),
        },
        reason=line.decision_reason[:300],
    )
    return line


def _check_decision(line: BonusLine, *, strike: bool, reason: str, by: User) -> None:
    if line.sheet.agent_id == by.pk:
        raise BonusRefusedError(_("自己的奖金表要别人来决定。"))
    if not reason.strip():
        raise BonusRefusedError(_("写一下理由。"), field="reason")
    if line.sheet.state == SheetState.CLOSED:
        raise BonusRefusedError(_("奖金表已经结了，不能再改。"))
    if line.appeal_state in {AppealState.STRUCK, AppealState.KEPT}:
        raise BonusRefusedError(_("这一行已经决定过了。"))
    if not strike and line.appeal_state != AppealState.OPEN:
        raise BonusRefusedError(_("没有申诉，不用维持。"))


def _check_version(line: BonusLine, version: int) -> None:
    if line.version != version:
        raise StaleGoodsError(_("奖金表的这一行"), seen=version, current=line.version)


@transaction.atomic
def change_rule(*, month: date, rule: Rule, version: str, by: User, now: datetime) -> BonusRule:
    """Change what counts from a month on; months before keep their row.

    :param version: `rule_version` as the person saw it
    :raises BonusRefusedError: if a sheet of that month or a later one is closed
    :raises StaleGoodsError: if a colleague changed it since
    """
    month = queries.month_of(month)
    agent_locks.lock_rules("bonus_rule")
    if rule_version(month) != version:
        raise StaleGoodsError(_("奖金规则"))
    if BonusSheet.objects.filter(month__gte=month, state=SheetState.CLOSED).exists():
        raise BonusRefusedError(_("这个月已经有结了的奖金表，从还没结的月份起改。"), field="month")
    current = queries.rule_row(month)
    old = rules.stored(rules.rule_of(current.amounts) if current else Rule())
    row, made = BonusRule.objects.get_or_create(
        valid_from=month,
        defaults={"amounts": rules.stored(rule), "changed_at": now, "changed_by": by},
    )
    if not made:
        row.amounts, row.version = rules.stored(rule), row.version + 1
        row.changed_at, row.changed_by = now, by
        row.save()
    operations.record(
        name="crm.bonus_rule.changed",
        by=by,
        now=now,
        object_type="bonus_rule",
        object_key=f"{month:%Y-%m}",
        old=_logged(old),
        new=_logged(rules.stored(rule)),
    )
    return row


def rule_version(month: date) -> str:
    """Name the state of the rule in force in a month as a form carries it."""
    row = queries.rule_row(queries.month_of(month))
    return f"{row.pk}.{row.version}" if row else "0"


def sheet_words(sheet: BonusSheet) -> str:
    """Name a sheet."""
    return _("%(name)s %(month)s 的奖金表") % {
        "name": sheet.agent.name,
        "month": f"{sheet.month:%Y-%m}",
    }


def _yuan(fen: int) -> str:
    return f"{from_fen(fen):.2f}"


def _logged(amounts: dict[str, int]) -> dict[str, int]:
    return {f"bonus_{name}": value for name, value in amounts.items()}


def _log(  # noqa: PLR0913
    name: str,
    sheet: BonusSheet,
    *,
    by: User | None,
    now: datetime,
    new: dict[str, Any],
    old: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="bonus_sheet",
        object_key=str(sheet.pk),
        old=old or {},
        new={"agent": sheet.agent.name, "month": f"{sheet.month:%Y-%m}", **new},
        reason=reason,
    )
