"""Exchange partners: what was agreed to exchange, what each side brought, notes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.distributors import refuse_note
from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import PartnerRefusedError
from promotions.choices import ExchangeSide
from promotions.models import ContactNote, Exchange, ExchangeFigures, Partner
from promotions.rules.partners import MEASURES, refuse_figures
from shopops.staff.models import User


@transaction.atomic
def add_partner(*, values: Mapping[str, Any], by: User, now: datetime) -> Partner:
    """Add a partner.

    :raises PartnerRefusedError: if one has this name
    """
    _refuse_name(values["name"])
    row = Partner.objects.create(**values, changed_at=now, changed_by=by)
    note("promotions.partner.added", row, by=by, now=now, new={"name": row.name})
    return row


@transaction.atomic
def edit_partner(
    *, partner_id: int, values: Mapping[str, Any], version: int, by: User, now: datetime
) -> Partner:
    """Change what is known of a partner. Locks it.

    :raises Partner.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if another one has this name
    """
    row = locked_one(Partner, partner_id, version=version)
    _refuse_name(values["name"], but=row.pk)
    if changed := change(row, values, now=now, by=by):
        note_change("promotions.partner.edited", row, changed, by=by, now=now)
    return row


def _refuse_name(name: str, *, but: int = 0) -> None:
    if Partner.objects.filter(name=name).exclude(pk=but).exists():
        raise PartnerRefusedError(_("已经有叫这个名字的伙伴。"), field="name")


@transaction.atomic
def note_partner(
    *, partner_id: int, text: str, next_on: date | None, by: User, now: datetime
) -> ContactNote:
    """Keep what was said, and when to ask again (None: not). Locks the partner.

    :raises Partner.DoesNotExist: if there is none
    :raises PartnerRefusedError: if nothing is written, or the day is over
    """
    row = locked_one(Partner, partner_id)
    refuse_note(text, next_on, now)
    kept = ContactNote.objects.create(
        partner=row, by=by, at=now, next_on=next_on, text=text.strip()
    )
    change(row, {"follow_up_on": next_on}, now=now, by=by)
    note(
        "promotions.partner.noted", row, by=by, now=now, new={"next_on": next_on}, reason=kept.text
    )
    return kept


@transaction.atomic
def add_exchange(
    *, partner_id: int, values: Mapping[str, Any], by: User, now: datetime
) -> Exchange:
    """Agree an exchange with a partner over a span of days. Locks the partner.

    :raises Partner.DoesNotExist: if there is none
    :raises PartnerRefusedError: if it ends before it begins
    """
    partner = locked_one(Partner, partner_id)
    if values["ends_on"] < values["starts_on"]:
        raise PartnerRefusedError(_("结束的日子早于开始的日子。"), field="ends_on")
    row = Exchange.objects.create(partner=partner, **values)
    note("promotions.partner.exchange_added", partner, by=by, now=now, new={"name": row.name})
    return row


@transaction.atomic
def set_figures(
    *,
    exchange_id: int,
    side: ExchangeSide,
    figures: Mapping[str, Any],
    version: int,
    by: User,
    now: datetime,
) -> ExchangeFigures:
    """Set what one side of an exchange brought so far. Locks the exchange.

    :raises Exchange.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if more clicked than saw it, or more coupons were used than given
    """
    exchange = locked_one(Exchange, exchange_id, version=version)
    values = {name: figures.get(name) for name in MEASURES}
    wrong = refuse_figures(values)
    if wrong:
        words = {
            "clicks": _("点击不会多过展现。"),
            "coupons_used": _("用掉的券不会多过发出的。"),
        }
        raise PartnerRefusedError(words[wrong], field=wrong)
    row, _made = ExchangeFigures.objects.update_or_create(
        exchange=exchange, side=side, defaults=values
    )
    exchange.version += 1
    exchange.save(update_fields=["version"])
    note(
        "promotions.partner.figures_set",
        exchange.partner,
        by=by,
        now=now,
        new={"exchange": exchange.name, "exchange_side": side.value, **values},
    )
    return row
