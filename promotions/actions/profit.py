"""The dated rates of the price check: changed by a person with the right, from a day on."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.activity_locks import ActivityRefusedError, locked_profit_rule
from promotions.actions.check import request_live_checks
from promotions.models import ProfitRule
from promotions.rules.profit import START
from shopops.staff import operations
from shopops.staff.models import User


@transaction.atomic
def set_profit_rule(
    *,
    valid_from: date,
    rates: Mapping[str, Decimal],
    source: str,
    version: int,
    by: User,
    now: datetime,
) -> ProfitRule:
    """Set the rates that count from a day on; the same day's row is changed, older ones stay as they are.

    :param version: of the newest row that the person saw, 0 where there was none
    :raises StaleGoodsError: if a colleague changed the newest row since
    :raises ActivityRefusedError: if a rate is none, or no source is named
    """
    newest = locked_profit_rule(version=version)
    for name in START:
        value = rates[name]
        limit = Decimal(1) if name.endswith("_rate") else Decimal(1_000_000)
        if not 0 <= value <= limit:
            raise ActivityRefusedError(_("比率写 0 到 1 之间，金额不能是负数。"), field=name)
    if not source.strip():
        raise ActivityRefusedError(_("写下费率从哪里来，比如合同或账单。"), field="source")
    parameters = {name: str(rates[name]) for name in START}
    same = ProfitRule.objects.filter(valid_from=valid_from).first()
    old = same.parameters if same else (newest.parameters if newest else {})
    row, _created = ProfitRule.objects.update_or_create(
        valid_from=valid_from,
        defaults={
            "parameters": parameters,
            "source": source.strip()[:200],
            "changed_at": now,
            "changed_by": by,
            "version": (newest.version if newest else 0) + 1,
        },
    )
    operations.record(
        name="promotions.profit.set",
        by=by,
        now=now,
        object_type="profit_rule",
        object_key=valid_from.isoformat(),
        old=old,
        new=parameters,
        reason=row.source,
    )
    request_live_checks(now=now)
    return row
