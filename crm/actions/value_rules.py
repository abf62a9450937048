"""Rules of value as people change them: window and cut points, days of life. From today on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.customer_errors import CustomerRefusedError
from crm.choices import CutMethod
from crm.models import LifeRule, RfmRule
from crm.rules.rfm import are_cuts
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


@transaction.atomic
def change_rfm_rule(
    *, window_days: int, method: str, cuts: Mapping[str, Sequence[int]], by: User, now: datetime
) -> RfmRule:
    """Change by what RFM is worked out, from today on; what counted before stays as a row.

    :raises CustomerRefusedError: if cut points are fixed and are none
    """
    if method == CutMethod.FIXED and not are_cuts(cuts):
        raise CustomerRefusedError(_("每样要 4 个从小到大的分界。"))
    values = {"window_days": window_days, "method": method, "cuts": dict(cuts)}
    row, _made = RfmRule.objects.update_or_create(
        valid_from=business_date(now), defaults=values | {"changed_at": now, "changed_by": by}
    )
    operations.record(
        name="crm.rfm.rule_changed",
        by=by,
        now=now,
        object_type="value_rule",
        object_key="rfm",
        new=values,
    )
    return row


@transaction.atomic
def change_life_rule(*, days: Sequence[int | None], by: User, now: datetime) -> LifeRule:
    """Change the days that part the stages of life, from today on; nulls: the shop's own intervals.

    :raises CustomerRefusedError: if they do not follow one another
    """
    known = [one for one in days if one is not None]
    if known and (len(known) != len(days) or known != sorted(set(known))):
        raise CustomerRefusedError(_("要一个比一个大。"))
    names = ("active_days", "cooling_days", "asleep_days")
    values = dict(zip(names, days, strict=True))
    row, _made = LifeRule.objects.update_or_create(
        valid_from=business_date(now), defaults=values | {"changed_at": now, "changed_by": by}
    )
    operations.record(
        name="crm.life.rule_changed",
        by=by,
        now=now,
        object_type="value_rule",
        object_key="life",
        new=values,
    )
    return row
