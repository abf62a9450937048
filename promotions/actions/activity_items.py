"""Items of an activity: put in by a list, all or none, each bad line named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products.models import Sku
from promotions.actions.activities import record, refuse_ended, save
from promotions.actions.activity_locks import (
    ActivityRefusedError,
    locked_activity,
    locked_meeting,
)
from promotions.actions.lowest import request_lowest
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityItem
from promotions.queries.overlaps import also_in, taken
from promotions.rules.activities import BadLine, KnownSku, WantedItem, bad_lines
from shopops.staff.models import User


class BadItemsError(ActivityRefusedError):
    """Lines of an item list that cannot be taken; nothing was stored."""

    def __init__(self, lines: Sequence[BadLine]) -> None:
        words = _("有 %(n)s 行不对，一行都没有存。") % {"n": len(lines)}
        super().__init__(words, field="text")
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class PutItems:
    """What a list did."""

    added: int
    changed: int
    same: int
    # Other activities on the same days with these SKUs: name, and how many of the SKUs.
    beside: tuple[tuple[str, int], ...] = ()


@transaction.atomic
def put_items(
    *, activity_id: int, lines: Sequence[WantedItem], version: int, by: User, now: datetime
) -> PutItems:
    """Put SKUs into an activity or change their prices; those already in it and not named stay. Locks it.

    :raises BadItemsError: if any line cannot be taken; all of them are named
    :raises ActivityRefusedError: if it has ended, or the list is empty
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    activity = locked_activity(activity_id, version=version)
    refuse_ended(activity)
    if not lines:
        raise ActivityRefusedError(_("贴上商家编码，一行一个。"), field="text")
    known = known_skus([line.code for line in lines])
    locked_meeting([sku.sku_id for sku in known.values()])
    if bad := judge(activity, lines, known):
        raise BadItemsError(bad)
    done = _write(activity, lines, known)
    if done.added or done.changed:
        save(activity, by, now)
        record("items_put", activity, by, now, new=_told(lines, done))
        request_lowest(now=now)
    return done


def known_skus(codes: Sequence[str]) -> dict[str, KnownSku]:
    """Give what is known of codes. One query."""
    rows = Sku.objects.filter(code__in=set(codes), is_draft=False)
    return {
        code: KnownSku(pk, amount)
        for code, pk, amount in rows.values_list("code", "pk", "list_amount")
    }


def judge(
    activity: Activity, lines: Sequence[WantedItem], known: dict[str, KnownSku]
) -> list[BadLine]:
    """Give the lines that cannot be taken. An idea and a refused activity bind nobody yet. One query."""
    ids = [sku.sku_id for sku in known.values()]
    binds = activity.state not in {ActivityState.IDEA, ActivityState.REFUSED}
    met = (
        taken(activity, ids, starts_at=activity.starts_at, ends_at=activity.ends_at)
        if binds
        else {}
    )
    return bad_lines(lines, known, met)


_FIELDS = ("price_amount", "was_amount", "promised_quantity")


def _write(activity: Activity, lines: Sequence[WantedItem], known: dict[str, KnownSku]) -> PutItems:
    ids = {line.code: known[line.code].sku_id for line in lines}
    there = {
        item.sku_id: item
        for item in ActivityItem.objects.filter(activity=activity, sku_id__in=ids.values())
    }
    new, changed = [], []
    for line in lines:
        item = there.get(ids[line.code])
        values = (line.price, line.was, line.promised)
        if item is None:
            new.append(
                ActivityItem(
                    activity=activity,
                    sku_id=ids[line.code],
                    **dict(zip(_FIELDS, values, strict=True)),
                )
            )
        elif tuple(getattr(item, name) for name in _FIELDS) != values:
            item.price_amount, item.was_amount, item.promised_quantity = values
            item.outcome, item.points = "", []
            changed.append(item)
    ActivityItem.objects.bulk_create(new, batch_size=1000)
    ActivityItem.objects.bulk_update(changed, [*_FIELDS, "outcome", "points"], batch_size=500)
    beside = also_in(
        activity, {line.sku_id: line.price_amount is not None for line in [*new, *changed]}
    )
    return PutItems(len(new), len(changed), len(lines) - len(new) - len(changed), beside)


def _told(lines: Sequence[WantedItem], done: PutItems) -> dict[str, object]:
    first = [f"{line.code} {line.price}" if line.price else line.code for line in lines[:100]]
    return {"added": done.added, "changed": done.changed, "codes": first}
