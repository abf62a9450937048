"""Distributors: how far it has come, what was agreed, at what prices they were seen, warnings and the end."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.images import image_names, read_picture
from products.models import Sku
from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import PartnerRefusedError
from promotions.choices import BREACHES, DISTRIBUTOR_MOVES, DistributorState
from promotions.models import AgreedPrice, ContactNote, Distributor, SeenPrice
from promotions.rules.partners import Agreed, agreed_on, judge_seen
from shopops.lib import vault
from shopops.lib.business_time import business_date
from shopops.staff.models import User


@transaction.atomic
def add_distributor(*, values: Mapping[str, Any], by: User, now: datetime) -> Distributor:
    """Begin to talk with a distributor.

    :raises PartnerRefusedError: if one has this name
    """
    if Distributor.objects.filter(name=values["name"]).exists():
        raise PartnerRefusedError(_("已经有叫这个名字的分销商。"), field="name")
    row = Distributor.objects.create(**values, state_since=now, changed_at=now, changed_by=by)
    note("promotions.distributor.added", row, by=by, now=now, new={"name": row.name})
    return row


@transaction.atomic
def edit_distributor(
    *, distributor_id: int, values: Mapping[str, Any], version: int, by: User, now: datetime
) -> Distributor:
    """Change what is known of a distributor. Locks it.

    :raises Distributor.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if another one has this name
    """
    row = locked_one(Distributor, distributor_id, version=version)
    if Distributor.objects.filter(name=values["name"]).exclude(pk=row.pk).exists():
        raise PartnerRefusedError(_("已经有叫这个名字的分销商。"), field="name")
    if changed := change(row, values, now=now, by=by):
        note_change("promotions.distributor.edited", row, changed, by=by, now=now)
    return row


@transaction.atomic
def move_distributor(
    *,
    distributor_id: int,
    state: DistributorState,
    reason: str,
    version: int | None,
    by: User,
    now: datetime,
) -> Distributor:
    """Move a distributor one step on, one back, or to the end, which needs a reason. Locks it.

    :raises Distributor.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if there is no such step, or no reason for the end
    """
    row = locked_one(Distributor, distributor_id, version=version)
    current = DistributorState(row.state)
    if state not in DISTRIBUTOR_MOVES[current]:
        raise PartnerRefusedError(
            _("现在是「%(now)s」，不能一步到「%(next)s」。")
            % {"now": current.label, "next": state.label}
        )
    if state == DistributorState.ENDED and not reason.strip():
        raise PartnerRefusedError(_("写下为什么结束。"), field="reason")
    values: dict[str, Any] = {"state": state.value, "state_since": now}
    if state == DistributorState.ENDED:
        values |= {"ended_reason": reason.strip()[:200], "follow_up_on": None}
    change(row, values, now=now, by=by)
    changed = {"distributor_state": (current.value, state.value)}
    note_change("promotions.distributor.moved", row, changed, by=by, now=now, reason=reason)
    return row


@transaction.atomic
def note_distributor(
    *, distributor_id: int, text: str, next_on: date | None, by: User, now: datetime
) -> ContactNote:
    """Keep what was said, and when to ask again (None: not). Locks the distributor.

    :raises Distributor.DoesNotExist: if there is none
    :raises PartnerRefusedError: if nothing is written, or the day is over
    """
    row = locked_one(Distributor, distributor_id)
    refuse_note(text, next_on, now)
    kept = ContactNote.objects.create(
        distributor=row, by=by, at=now, next_on=next_on, text=text.strip()
    )
    change(row, {"follow_up_on": next_on}, now=now, by=by)
    note(
        "promotions.distributor.noted",
        row,
        by=by,
        now=now,
        new={"next_on": next_on},
        reason=kept.text,
    )
    return kept


def refuse_note(text: str, next_on: date | None, now: datetime) -> None:
    """Refuse an empty note, and one that asks again in the past.

    :raises PartnerRefusedError: if it is one of these
    """
    if not text.strip():
        raise PartnerRefusedError(_("写下说了什么。"), field="text")
    if next_on is not None and next_on < business_date(now):
        raise PartnerRefusedError(_("下次跟进的日子已经过去了。"), field="next_on")


@transaction.atomic
def agree_price(
    *,
    distributor_id: int,
    sku_code: str,
    amount: Decimal,
    valid_from: date,
    by: User,
    now: datetime,
) -> AgreedPrice:
    """Agree a lowest price for a SKU from a day on; the same day again replaces it. Locks the distributor.

    :raises Distributor.DoesNotExist: if there is none
    :raises PartnerRefusedError: if the SKU is unknown, or the price is none
    """
    row = locked_one(Distributor, distributor_id)
    sku = known_sku(sku_code)
    if amount <= 0:
        raise PartnerRefusedError(_("价格要大于零。"), field="amount")
    price, _made = AgreedPrice.objects.update_or_create(
        distributor=row,
        sku=sku,
        valid_from=valid_from,
        defaults={"amount": amount, "set_by": by, "set_at": now},
    )
    note(
        "promotions.distributor.price_agreed",
        row,
        by=by,
        now=now,
        new={"code": sku.code, "amount": amount, "valid_from": valid_from},
    )
    return price


def known_sku(code: str) -> Sku:
    """Give the SKU of a code.

    :raises PartnerRefusedError: if there is none
    """
    sku = Sku.objects.filter(code=code.strip()).first()
    if sku is None:
        raise PartnerRefusedError(
            _("没有商家编码 %(code)s。") % {"code": code.strip()}, field="sku_code"
        )
    return sku


@dataclass(frozen=True, slots=True)
class Seen:
    """A price that somebody saw. `picture`: the bytes of a screenshot, empty for none."""

    sku_code: str
    amount: Decimal
    seen_at: datetime
    place: str
    note: str = ""
    picture: bytes = b""


def record_seen(*, distributor_id: int, seen: Seen, by: User, now: datetime) -> SeenPrice:
    """Keep a seen price with what it means: fine, a warning, or the second breach. Locks the distributor.

    :raises Distributor.DoesNotExist: if there is none
    :raises PartnerRefusedError: if the SKU is unknown, the time lies ahead, or it is recorded already
    :raises GoodsRefusedError: if the screenshot is no picture
    """
    if seen.seen_at > now:
        raise PartnerRefusedError(_("看到的时间在以后。"), field="seen_at")
    if seen.amount <= 0:
        raise PartnerRefusedError(_("价格要大于零。"), field="amount")
    path = keep_picture(seen.picture) if seen.picture else ""
    try:
        return _record(distributor_id, seen, path, by, now)
    except BaseException:
        drop_picture(path)
        raise


def keep_picture(data: bytes) -> str:
    """Read, rewrite and keep a picture with its thumbnail; give the path as rows store it.

    :raises GoodsRefusedError: if it is no picture, or too big
    """
    picture = read_picture(data)
    whole = vault.store(io.BytesIO(picture.content))
    small = vault.store(io.BytesIO(picture.thumbnail))
    return "|".join([picture.format, whole.name, small.name, f"{picture.width}x{picture.height}"])


def drop_picture(path: str) -> None:
    """Take a kept picture and its thumbnail out of the vault."""
    for name in image_names(path):
        vault.remove(name)


@transaction.atomic
def _record(distributor_id: int, seen: Seen, path: str, by: User, now: datetime) -> SeenPrice:
    row = locked_one(Distributor, distributor_id)
    sku = known_sku(seen.sku_code)
    same = row.seen.filter(sku=sku, seen_at=seen.seen_at, place=seen.place)
    if same.exists():
        raise PartnerRefusedError(_("这一条已经记过了。"))
    day = business_date(seen.seen_at)
    agreed = agreed_on(
        day, [Agreed(one.valid_from, one.amount) for one in row.prices.filter(sku=sku)]
    )
    breach = judge_seen(
        amount=seen.amount, agreed=agreed, breaches_before=_breached_days(row, before=day)
    )
    kept = SeenPrice.objects.create(
        distributor=row,
        sku=sku,
        seen_by=by,
        seen_at=seen.seen_at,
        recorded_at=now,
        breach=breach,
        amount=seen.amount,
        agreed_amount=agreed,
        place=seen.place,
        note=seen.note,
        image_path=path,
    )
    values = {"code": sku.code, "amount": seen.amount, "agreed": agreed, "breach": breach}
    note("promotions.distributor.seen", row, by=by, now=now, new=values, reason=seen.place)
    return kept


def _breached_days(row: Distributor, *, before: date) -> int:
    """Count the earlier days of a breach since it was last begun with them."""
    moments = row.seen.filter(breach__in=BREACHES).values_list("seen_at", flat=True)
    return len({business_date(at) for at in moments if business_date(at) < before})


@transaction.atomic
def warn_distributor(*, seen_id: int, words: str, by: User, now: datetime) -> SeenPrice:
    """Note that a distributor was told of a breach. Locks the distributor.

    :raises SeenPrice.DoesNotExist: if there is no such entry
    :raises PartnerRefusedError: if it is no breach, was told of already, or nothing is written
    """
    found = SeenPrice.objects.get(pk=seen_id)
    row = locked_one(Distributor, found.distributor_id)
    found.refresh_from_db()
    if found.breach not in BREACHES:
        raise PartnerRefusedError(_("这一条没有破价，不用警告。"))
    if found.warned_at is not None:
        raise PartnerRefusedError(_("这一条已经警告过了。"))
    if not words.strip():
        raise PartnerRefusedError(_("写下怎么警告的。"), field="words")
    found.warned_at = now
    found.save(update_fields=["warned_at"])
    values = {"code": found.sku.code, "amount": found.amount, "agreed": found.agreed_amount}
    note("promotions.distributor.warned", row, by=by, now=now, new=values, reason=words.strip())
    return found
