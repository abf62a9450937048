"""Where activities are locked: the activity first, then its tasks. Its items change under its lock."""

from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.models import Sku
from promotions.models import Activity, ActivityTask, ProfitRule


class ActivityRefusedError(GoodsRefusedError):
    """An act on an activity that cannot be done now. `str()` says why and what to do."""


def locked_activity(activity_id: int, *, version: int | None = None) -> Activity:
    """Lock an activity.

    :raises Activity.DoesNotExist: if there is none
    :raises StaleGoodsError: if it is another version by now
    """
    _in_transaction()
    row = Activity.objects.select_for_update(of=("self",), no_key=True).get(pk=activity_id)
    if version is not None and row.version != version:
        raise StaleGoodsError(_("活动「%(name)s」") % {"name": row.name})
    return row


def locked_meeting(sku_ids: Collection[int]) -> None:
    """Lock SKUs for saying in which activities they are: one at a time. After the activity, by SKU.

    Whoever puts a SKU into another activity at the same moment waits, and then sees this one.
    """
    _in_transaction()
    rows = Sku.objects.select_for_update(no_key=True).filter(pk__in=sku_ids)
    list(rows.order_by("pk").values_list("pk", flat=True))


def locked_tasks(activity: Activity) -> dict[int, ActivityTask]:
    """Lock the preparation list of a (locked) activity."""
    _in_transaction()
    rows = ActivityTask.objects.select_for_update(of=("self",)).filter(activity=activity)
    return {row.pk: row for row in rows.order_by("pk")}


def locked_profit_rule(*, version: int) -> ProfitRule | None:
    """Lock the newest row of rates; None if nobody changed them yet.

    :raises StaleGoodsError: if it is another one by now
    """
    _in_transaction()
    row = ProfitRule.objects.select_for_update(of=("self",)).order_by("-valid_from").first()
    if (row.version if row else 0) != version:
        raise StaleGoodsError(_("利润费率"))
    return row


def _in_transaction() -> None:
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
