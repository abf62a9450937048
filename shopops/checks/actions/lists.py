"""The daily lists: written once a day, ticked, signed, frozen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shopops.checks.actions.pictures import keep_picture
from shopops.checks.actions.tasks import close_done
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.locks import locked_item, locked_list, take_lists
from shopops.checks.models import DailyItem, DailyList, ListItemRule
from shopops.checks.queries.lists import Page, may_work, pages_of, roles_with_lists, rules_on
from shopops.checks.rules import DONE_STATES
from shopops.lib import pictures
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.context import RunContext

KIND = "checks.lists"
OBJECT = "daily_list"
State = DailyItem.State


# --- written and closed by the day


def perform_lists(run: RunContext) -> dict[str, object]:
    """Do the work of a `checks.lists` run: close the day before, write the day's lists, end what is done.

    :raises ValueError: if the run has no business date
    """
    if run.business_date is None:
        raise ValueError("a run of lists needs its business date")
    with run.step():
        lists = write_lists(day=run.business_date, now=run.now)
    with run.step():
        closed = close_done(day=run.business_date, now=run.now)
    return {"lists": len(lists), "closed": len(closed)}


def write_lists(*, day: date, now: datetime) -> list[DailyList]:
    """Write the list of each role for a day, and freeze all older ones. Safe to repeat.

    What was missed on the role's newest list before that day stands on this one, too.
    """
    written = []
    for role in roles_with_lists(day=day):
        with transaction.atomic():
            take_lists(role)
            _freeze_before(role, day, now)
            written.append(_write(role, day, now))
    return written


def _write(role: str, day: date, now: datetime) -> DailyList:
    daily, is_new = DailyList.objects.get_or_create(
        role=role, business_date=day, defaults={"written_at": now}
    )
    if not is_new:
        return daily
    missed = _missed_before(role, day)
    rules = list(rules_on(day).filter(role=role).order_by("position", "pk"))
    items = [_item(daily, rule, missed.pop(rule.key, None)) for rule in rules]
    # Lines that the template no longer has, but that nobody did: after all others, once.
    last = max((rule.position for rule in rules), default=0)
    items += [_carried(daily, one, last + n) for n, one in enumerate(missed.values(), start=1)]
    DailyItem.objects.bulk_create(items)
    return daily


def _item(daily: DailyList, rule: ListItemRule, missed: DailyItem | None) -> DailyItem:
    return DailyItem(
        daily=daily,
        key=rule.key,
        position=rule.position,
        text=rule.text,
        checks=rule.checks,
        needs_picture=rule.needs_picture,
        missed_since=_since(missed) if missed else None,
    )


def _carried(daily: DailyList, one: DailyItem, position: int) -> DailyItem:
    return DailyItem(
        daily=daily,
        key=one.key,
        position=position,
        text=one.text,
        needs_picture=one.needs_picture,
        missed_since=_since(one),
    )


def _since(missed: DailyItem) -> date:
    return missed.missed_since or missed.daily.business_date


def _missed_before(role: str, day: date) -> dict[str, DailyItem]:
    """Give what was not done on the role's newest list before `day`; computed lines only while they fail."""
    last = DailyList.objects.filter(role=role, business_date__lt=day).order_by("-business_date")
    before = last.first()
    if before is None:
        return {}
    rows = DailyItem.objects.filter(daily=before, state__in=[State.OPEN, State.FAILED])
    found = rows.select_related("daily").order_by("position", "pk")
    return {row.key: row for row in found}


def _freeze_before(role: str, day: date, now: datetime) -> None:
    rows = DailyList.objects.filter(role=role, business_date__lt=day, frozen_at__isnull=True)
    for row in rows.order_by("business_date"):
        _freeze(locked_list(row.pk), now)


def _freeze(daily: DailyList, now: datetime) -> Page:
    """Keep how each computed line stands; from now on nothing of the list changes."""
    page = pages_of([daily])[0]
    computed = [line for line in page.lines if line.is_computed]
    for line in computed:
        line.item.state, line.item.issue_count = line.state, line.issues
    DailyItem.objects.bulk_update([line.item for line in computed], ["state", "issue_count"])
    daily.frozen_at = now
    daily.version += 1
    daily.save(update_fields=["frozen_at", "version"])
    return page


# --- by people


def tick(*, item_id: int, note: str, picture: bytes = b"", by: User, now: datetime) -> DailyItem:
    """Say that a line is done, with a note and a picture where there is one. Locks list and line.

    :raises DailyItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if the list is not theirs or frozen, the line is computed, or it needs a picture
    """
    path = keep_picture(picture)
    try:
        with transaction.atomic():
            item = _open_line(item_id, by)
            _refuse_tick(item, has_picture=bool(path or item.picture))
            old, item.picture = item.picture, path or item.picture
            _set(item, State.DONE, note, by, now)
            _record("checks.list.ticked", item, by, now, reason=note)
    except BaseException:
        pictures.drop(path)
        raise
    if path and old:
        pictures.drop(old)
    return item


def _refuse_tick(item: DailyItem, *, has_picture: bool) -> None:
    if item.checks:
        raise ChecksRefusedError(_("这一项由系统检查，处理好异常就会通过。"))
    if item.needs_picture and not has_picture:
        raise ChecksRefusedError(_("这一项要附一张截图。"), field="picture")


def untick(*, item_id: int, by: User, now: datetime) -> DailyItem:
    """Take a tick back; note and picture stay. Locks list and line.

    :raises DailyItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if the list is not theirs or frozen, or nobody ticked the line
    """
    with transaction.atomic():
        item = _open_line(item_id, by)
        if item.state not in (State.DONE, State.SKIPPED):
            raise ChecksRefusedError(_("这一项还没有勾。"))
        item.state, item.ticked_at, item.ticked_by = State.OPEN, None, None
        item.save(update_fields=["state", "ticked_at", "ticked_by"])
        _record("checks.list.unticked", item, by, now)
    return item


def skip(*, item_id: int, why: str, by: User, now: datetime) -> DailyItem:
    """Say that a line does not apply today, and why. Locks list and line.

    :raises DailyItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if the list is not theirs or frozen, or nothing says why
    """
    why = why.strip()
    if not why:
        raise ChecksRefusedError(_("写一句今天为什么不用做。"), field="note")
    with transaction.atomic():
        item = _open_line(item_id, by)
        _refuse_tick(item, has_picture=True)
        _set(item, State.SKIPPED, why, by, now)
        _record("checks.list.skipped", item, by, now, reason=why)
    return item


def _set(item: DailyItem, state: State, note: str, by: User, now: datetime) -> None:
    if len(note) > 300:
        raise ChecksRefusedError(_("最多 300 字。"), field="note")
    item.state, item.ticked_by, item.ticked_at = state, by, now
    item.note = note.strip() or item.note
    item.save(update_fields=["state", "ticked_by", "ticked_at", "note", "picture"])


def _open_line(item_id: int, by: User) -> DailyItem:
    daily_id = DailyItem.objects.values_list("daily_id", flat=True).get(pk=item_id)
    daily = locked_list(daily_id)
    _refuse_others(daily, by)
    if daily.frozen_at is not None:
        raise ChecksRefusedError(_("这张清单已经签了或者过了当天，不能再改。"))
    return locked_item(item_id)


def _refuse_others(daily: DailyList, by: User) -> None:
    if not may_work(by, daily.role):
        raise ChecksRefusedError(_("这是别的岗位的清单，只能看。"))


def sign(*, list_id: int, words: str, by: User, now: datetime, version: int | None = None) -> Page:
    """Sign a list and freeze it; what is not done is named and goes on tomorrow's. Locks the list.

    A list that the day's end froze may still be signed: it stays as it was.

    :raises DailyList.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it is not theirs, is signed, or something is missed and nothing says why
    :raises StaleChecksError: if it changed since `version`
    """
    words = words.strip()
    if len(words) > 300:
        raise ChecksRefusedError(_("最多 300 字。"), field="words")
    with transaction.atomic():
        daily = locked_list(list_id)
        _refuse_others(daily, by)
        if daily.signed_at is not None:
            raise ChecksRefusedError(_("这张清单已经有人签了。"))
        if version is not None and daily.version != version:
            raise StaleChecksError(_("这张清单"))
        page = _freeze(daily, now) if daily.frozen_at is None else pages_of([daily])[0]
        if page.missed and not words:
            raise ChecksRefusedError(
                _("还有 %(n)d 项没做好，写一句为什么再签；它们会到明天的清单上。")
                % {"n": len(page.missed)},
                field="words",
            )
        daily.signed_at, daily.signed_by, daily.words = now, by, words
        daily.version += 1
        daily.save(update_fields=["signed_at", "signed_by", "words", "version"])
        operations.record(
            name="checks.list.signed",
            by=by,
            now=now,
            object_type=OBJECT,
            object_key=str(daily.pk),
            new={"missed": [line.item.text for line in page.missed]},
            reason=words,
        )
    return page


def _record(name: str, item: DailyItem, by: User, now: datetime, reason: str = "") -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(item.daily_id),
        new={"item": item.text},
        reason=reason,
    )


# --- templates


def save_rule(  # noqa: PLR0913
    *,
    rule_id: int | None,
    role: str,
    text: str,
    checks: Sequence[str],
    needs_picture: bool,
    position: int,
    by: User,
    now: datetime,
    day: date,
    version: int | None = None,
) -> ListItemRule:
    """Change a line of a role's template, or add one (`rule_id` None), from `day` on; what was stays as it was.

    :raises ListItemRule.DoesNotExist: if there is no such line
    :raises ChecksRefusedError: if nothing is written
    :raises StaleChecksError: if it changed since `version`
    """
    if not text.strip():
        raise ChecksRefusedError(_("写清楚要做什么。"), field="text")
    with transaction.atomic():
        take_lists(role)
        old = _current(rule_id, version) if rule_id else None
        new = ListItemRule(
            role=role,
            key=old.key if old else _new_key(role, now),
            position=position,
            text=text.strip(),
            checks=list(checks),
            needs_picture=needs_picture and not checks,
            valid_from=day,
            changed_at=now,
            changed_by=by,
            version=(old.version + 1) if old else 1,
        )
        if old is not None:
            _end(old, day)
        new.save()
        _log_rule(new, by, now, old={"item": old.text} if old else {})
    return new


def end_rule(
    *, rule_id: int, by: User, now: datetime, day: date, version: int | None = None
) -> None:
    """Take a line off a role's template from `day` on.

    :raises ListItemRule.DoesNotExist: if there is no such line
    :raises StaleChecksError: if it changed since `version`
    """
    with transaction.atomic():
        row = _current(rule_id, version)
        _log_rule(row, by, now, old={"item": row.text}, new={})
        _end(row, day)


def _current(rule_id: int, version: int | None) -> ListItemRule:
    role = ListItemRule.objects.values_list("role", flat=True).get(pk=rule_id)
    take_lists(role)
    from_page = ListItemRule.objects.get(pk=rule_id)
    current = ListItemRule.objects.filter(
        role=role, key=from_page.key, valid_until__isnull=True
    ).first()
    if current is None or (version is not None and current.version != version):
        raise StaleChecksError(_("清单模板的这一项"))
    return current


def _end(row: ListItemRule, day: date) -> None:
    # A line that was written today never stood on a list of an older day.
    if row.valid_from >= day:
        row.delete()
        return
    row.valid_until = day
    row.save(update_fields=["valid_until"])


def _new_key(role: str, now: datetime) -> str:
    return f"{role}-{now:%Y%m%d%H%M%S%f}"


def _log_rule(
    row: ListItemRule,
    by: User,
    now: datetime,
    *,
    old: dict[str, str],
    new: dict[str, str] | None = None,
) -> None:
    operations.record(
        name="checks.template.changed",
        by=by,
        now=now,
        object_type="list_template",
        object_key=row.role,
        old=old,
        new={"item": row.text} if new is None else new,
    )


def day_after(day: date) -> date:
    """Give the next day; templates count from tomorrow, for today's list is written."""
    return day + timedelta(days=1)


__all__ = [
    "DONE_STATES",
    "KIND",
    "day_after",
    "end_rule",
    "perform_lists",
    "save_rule",
    "sign",
    "skip",
    "tick",
    "untick",
    "write_lists",
]
