"""A whole period anew, month by month: by several workers, cancelled, resumed, killed, twice."""

import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from analytics.actions import rebuild
from analytics.actions.fresh import roll_now
from analytics.models import DayRollup
from orders.models import DirtyDay
from shopops.lib.business_time import SHANGHAI
from shopops.work import actions as work
from shopops.work import engine
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.analytics.test_verified import differences
from tests.factories.orders import OrderFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 9, 16, 10, 30, tzinfo=SHANGHAI)


@pytest.fixture
def three_months() -> list[Run]:
    for back in range(0, 75, 5):
        OrderFactory(paid_at=AT - timedelta(days=back))
    roll_now()
    DayRollup.objects.update(gross_fen=1)
    return rebuild.request_rebuild(since=None, until=None, by=None, now=NOW, ring=False)


def perform(run: Run) -> Run:
    return engine.perform_inline(Run.objects.get(pk=run.pk), clock=lambda: NOW)


def test_each_month_is_a_run_and_together_they_mend_everything(three_months: list[Run]) -> None:
    assert [run.key for run in three_months] == ["2026-07", "2026-08", "2026-09"]

    for run in three_months:
        assert perform(run).state == RunState.DONE

    assert not DirtyDay.objects.exists()
    assert differences() == []


def test_a_month_takes_no_day_of_another(three_months: list[Run]) -> None:
    perform(three_months[1])

    left = {day.strftime("%Y-%m") for day in DirtyDay.objects.values_list("date", flat=True)}
    assert left == {"2026-07", "2026-09"}


def test_a_cancelled_month_leaves_its_days_to_the_ordinary_rollup(three_months: list[Run]) -> None:
    work.cancel_run(run_id=three_months[0].pk, now=NOW)
    for run in three_months[1:]:
        perform(run)
    assert DirtyDay.objects.filter(date__lt=date(2026, 8, 1)).exists()

    roll_now()

    assert differences() == []


def test_a_month_asked_for_twice_runs_once_and_again_when_it_is_over(
    three_months: list[Run],
) -> None:
    again = rebuild.request_rebuild(since=None, until=None, by=None, now=NOW, ring=False)
    assert [run.pk for run in again] == [run.pk for run in three_months]

    first = perform(again[2]).result
    rebuild.request_rebuild(since=date(2026, 9, 1), until=None, by=None, now=NOW, ring=False)
    second = perform(again[2]).result

    assert (first["days"], second["days"]) == (8, 8)
    assert (first["cells"] > 0, second["cells"]) == (True, 0)


def test_the_command_only_asks(db: Any) -> None:
    OrderFactory(paid_at=AT)
    out = io.StringIO()

    call_command("rollup", "--by-month", "--json", stdout=out)

    assert json.loads(out.getvalue())["runs"] == ["2026-09"]
    assert DirtyDay.objects.count() == 2
