"""The daily run of value: RFM and stages of life, what goes together, what is to be expected, rule tags."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.actions import caring, clv, rfm, tags, together
from crm.metrics.clv import UnfittableError
from shopops.lib.business_time import business_date
from shopops.work.context import RunContext

KIND = "crm.value"
# Within one run, in this order; a run that died goes on with the first that was not done.
_STEPS = ("rfm", "together", "clv", "tags", "black_list")


def value_all(*, as_of: date, now: datetime) -> dict[str, Any]:
    """Do all of it; for commands, tests and who fills a shop."""
    return {step: _do(step, as_of=as_of, now=now) for step in _STEPS}


def _do(step: str, *, as_of: date, now: datetime) -> int:
    if step == "rfm":
        return rfm.keep_rfm(as_of=as_of, now=now).changed
    if step == "together":
        return together.keep_together(as_of=as_of)
    if step == "black_list":
        return caring.end_expired(now=now)
    if step == "tags":
        return tags.apply_rules(now=now)
    try:
        return clv.keep_clv(as_of=as_of, now=now).customers
    except UnfittableError:
        return 0  # A young shop: nobody came again yet. The page says so.


def perform_value(run: RunContext) -> dict[str, Any]:
    """Work out everybody's value as of the day before the run's date."""
    day = run.business_date or business_date(run.now)
    done: dict[str, Any] = dict(run.cursor)
    for place, step in enumerate(_STEPS):
        if step in done:
            continue
        with run.step(done=place + 1, total=len(_STEPS), text=str(_("算客户价值"))) as current:
            done[step] = _do(step, as_of=day - timedelta(days=1), now=run.now)
            current.cursor = dict(done)
    return done
