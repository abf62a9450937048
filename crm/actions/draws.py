"""Run an activity of customers: bind the seed, enter people, strike out, draw."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.occasions import refuse_words
from crm.models import Customer, Draw, DrawEntry, TierState
from crm.rules import draws as rules
from crm.rules.draws import Entry
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class DrawValues:
    """An activity as a person enters it. `word_from`: where the outside number will come from; empty: none."""

    kind: str
    name: str
    prize: str
    rules: str
    winners: int
    starts_at: datetime
    ends_at: datetime
    from_level: int = 0
    word_from: str = ""


@transaction.atomic
def make_draw(*, values: DrawValues, overrule_reason: str = "", by: User, now: datetime) -> Draw:
    """Begin an activity; its seed is drawn now and bound by a hash that anybody may see.

    :raises MemberRefusedError: if it ends before it starts, or its words pay for praise
    """
    if values.ends_at <= values.starts_at:
        raise MemberRefusedError(_("结束要晚于开始。"), field="ends_at")
    seed = secrets.token_hex(rules.SEED_LENGTH // 2)
    row = Draw.objects.create(
        made_at=now,
        made_by=by,
        seed=seed,
        seed_hash=rules.commitment(seed),
        kind=values.kind,
        name=values.name,
        prize=values.prize,
        rules=values.rules,
        winners=values.winners,
        starts_at=values.starts_at,
        ends_at=values.ends_at,
        from_level=values.from_level,
        word_from=values.word_from,
    )
    texts = {_("名称"): row.name, _("奖品"): row.prize, _("规则"): row.rules}
    about = ("draw", str(row.pk))
    refuse_words(texts, overrule_reason=overrule_reason, about=about, by=by, now=now)
    new = {"name": row.name, "winners": row.winners, "seed_hash": row.seed_hash}
    _record("crm.draw.made", row, by=by, now=now, new=new)
    return row


@transaction.atomic
def enter(
    *, draw_id: int, customer_id: int, text: str, by: User | None, now: datetime
) -> DrawEntry:
    """Enter a customer; the number follows the last one. Locks the activity.

    :raises Draw.DoesNotExist: if there is none
    :raises MemberRefusedError: if it is over or drawn, or the customer is in it, or of too low a tier
    """
    row = locked_draw(draw_id)
    if row.drawn_at is not None or not row.starts_at <= now < row.ends_at:
        raise MemberRefusedError(_("现在不在报名时间里。"))
    customer = Customer.objects.get(pk=customer_id)
    if row.entries.filter(customer=customer).exists():
        raise MemberRefusedError(_("「%(name)s」已经报过名了。") % {"name": customer.name})
    state = TierState.objects.filter(pk=customer_id).first()
    if row.from_level and (state is None or state.level < row.from_level):
        raise MemberRefusedError(_("「%(name)s」的会员等级不够。") % {"name": customer.name})
    last = row.entries.order_by("-number").values_list("number", flat=True).first() or 0
    made = DrawEntry.objects.create(
        draw=row,
        customer=customer,
        at=now,
        by=by,
        number=last + 1,
        ticket=secrets.token_hex(8),
        text=text.strip()[:400],
    )
    _record("crm.draw.entered", row, by=by, now=now, new={"number": made.number})
    return made


@transaction.atomic
def strike(*, draw_id: int, number: int, reason: str, by: User, now: datetime) -> DrawEntry:
    """Strike an entry out before the draw, for a reason. Locks the activity.

    :raises DrawEntry.DoesNotExist: if there is none
    :raises MemberRefusedError: if it was drawn, or no reason is given
    """
    row = locked_draw(draw_id)
    if row.drawn_at is not None:
        raise MemberRefusedError(_("已经抽过了，名单不能再改。"))
    if not reason.strip():
        raise MemberRefusedError(_("写下为什么划掉。"), field="reason")
    entry = row.entries.get(number=number)
    entry.is_struck, entry.struck_for = True, reason.strip()[:200]
    entry.save(update_fields=["is_struck", "struck_for"])
    _record("crm.draw.struck", row, by=by, now=now, new={"number": number}, reason=reason.strip())
    return entry


@transaction.atomic
def draw_winners(*, draw_id: int, word: str, version: int, by: User, now: datetime) -> Draw:
    """Draw the winners, once, after the end. Locks the activity: of two who press, one draws.

    :raises Draw.DoesNotExist: if there is none
    :raises StaleMemberError: if it was drawn meanwhile
    :raises MemberRefusedError: if it is not over, nobody is in it, or the outside number is missing
    """
    row = locked_draw(draw_id)
    if row.version != version or row.drawn_at is not None:
        raise StaleMemberError(row.name, seen=version, current=row.version)
    if now < row.ends_at:
        raise MemberRefusedError(_("报名还没结束，不能抽。"))
    if row.word_from and not word.strip():
        raise MemberRefusedError(
            _("规则里说了用「%(what)s」，写下这个数。") % {"what": row.word_from}, field="word"
        )
    valid = list(row.entries.filter(is_struck=False).order_by("number"))
    if not valid:
        raise MemberRefusedError(_("没有人参加，抽不了。"))
    row.word = word.strip()[:80] if row.word_from else ""
    entries = [Entry(one.number, one.ticket) for one in valid]
    places = {
        one.number: place + 1
        for place, one in enumerate(rules.draw(row.seed, row.word, entries, row.winners))
    }
    for one in valid:
        one.place = places.get(one.number)
    DrawEntry.objects.bulk_update([one for one in valid if one.place], ["place"], batch_size=500)
    row.entries_hash, row.drawn_at, row.drawn_by = rules.entries_hash(entries), now, by
    row.version += 1
    row.save(update_fields=["word", "entries_hash", "drawn_at", "drawn_by", "version"])
    new = {"winners": len(places), "numbers": sorted(places), "entries": len(entries)}
    _record("crm.draw.drawn", row, by=by, now=now, new=new)
    return row


def locked_draw(draw_id: int) -> Draw:
    """Lock one activity until the end of the transaction."""
    return Draw.objects.select_for_update(of=("self",)).get(pk=draw_id)


def _record(
    name: str,
    row: Draw,
    *,
    by: User | None,
    now: datetime,
    new: dict[str, object],
    reason: str = "",
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="draw",
        object_key=str(row.pk),
        new=new,
        reason=reason,
    )
