"""The festivals ahead: added, corrected, taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import PartnerRefusedError
from promotions.models import Festival
from shopops.staff.models import User


@transaction.atomic
def add_festival(*, values: Mapping[str, Any], by: User, now: datetime) -> Festival:
    """Add a festival.

    :raises PartnerRefusedError: if it ends before it begins, or stands there already
    """
    _refuse(values)
    row = Festival.objects.create(**values, changed_at=now, changed_by=by)
    note("promotions.festival.added", row, by=by, now=now, new={"name": row.name})
    return row


@transaction.atomic
def edit_festival(
    *, festival_id: int, values: Mapping[str, Any], version: int, by: User, now: datetime
) -> Festival:
    """Correct a festival, or say that its days are certain now. Locks it.

    :raises Festival.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if it ends before it begins, or another one stands there
    """
    row = locked_one(Festival, festival_id, version=version)
    _refuse(values, but=row.pk)
    if changed := change(row, values, now=now, by=by):
        note_change("promotions.festival.edited", row, changed, by=by, now=now)
    return row


@transaction.atomic
def remove_festival(*, festival_id: int, version: int, by: User, now: datetime) -> None:
    """Take a festival away. Locks it.

    :raises Festival.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    """
    row = locked_one(Festival, festival_id, version=version)
    note("promotions.festival.removed", row, by=by, now=now, new={"name": str(row)})
    row.delete()


def _refuse(values: Mapping[str, Any], *, but: int = 0) -> None:
    if values["ends_on"] < values["starts_on"]:
        raise PartnerRefusedError(_("结束的日子早于开始的日子。"), field="ends_on")
    same = Festival.objects.filter(name=values["name"], starts_on=values["starts_on"])
    if same.exclude(pk=but).exists():
        raise PartnerRefusedError(_("这一天已经有这个节日。"), field="name")
