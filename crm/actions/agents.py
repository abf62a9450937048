"""What people say of agents: a day by hand, who a name is, targets, the shop's service score."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.actions import agent_locks
from crm.actions.agent_settling import settle
from crm.actions.service_errors import ServiceRefusedError
from crm.models import AgentDay, AgentName, ServiceScore, ServiceTarget
from crm.queries import agents as queries
from crm.rules.agents import FIGURES, RATES
from crm.service_choices import Measure
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

_PARTS = (
    ("in_three_minutes", "asked"),
    ("received", "asked"),
    ("ordered", "inquired"),
    ("paid", "inquired"),
    ("satisfied", "rated"),
)


@transaction.atomic
def enter_day(  # noqa: PLR0913
    *,
    agent: User,
    day: date,
    figures: Mapping[str, Any],
    seen: int,
    by: User,
    now: datetime,
    note: str = "",
) -> AgentDay:
    """Keep what a person says of an agent's whole day; what was said before stays and no longer counts.

    :param seen: `last_word` as the person saw it
    :raises ServiceRefusedError: for a day to come, no figure at all, or a part larger than its whole
    :raises StaleGoodsError: if somebody or a file said something else since
    """
    values = {name: figures.get(name) for name in FIGURES}
    _check_day(day, values, now)
    agent_locks.lock_days()
    if queries.last_word(agent.pk, day) != seen:
        raise StaleGoodsError(
            _("%(name)s %(day)s 的数") % {"name": agent.name, "day": day.isoformat()}
        )
    row = AgentDay.objects.create(
        agent=agent, date=day, said_at=now, said_by=by, note=note, is_current=False, **values
    )
    with connection.cursor() as cursor:
        settle(cursor, dates=[day])
    operations.record(
        name="crm.agent_day.entered",
        by=by,
        now=now,
        object_type="agent_day",
        object_key=f"{agent.username} {day.isoformat()}",
        new={name: _plain(value) for name, value in values.items() if value is not None},
        reason=note,
    )
    row.refresh_from_db()
    return row


def _check_day(day: date, values: Mapping[str, Any], now: datetime) -> None:
    if day > business_date(now):
        raise ServiceRefusedError(_("这一天还没到。"), field="day")
    if all(value is None for value in values.values()):
        raise ServiceRefusedError(_("至少填一个数；不知道的留空。"))
    for part, whole in _PARTS:
        one, all_ = values[part], values[whole]
        if one is not None and all_ is not None and one > all_:
            raise ServiceRefusedError(
                _("不能比「%(whole)s」还多。") % {"whole": _figure(whole)}, field=part
            )


def _figure(name: str) -> str:
    labels = {"asked": _("咨询人数"), "inquired": _("询单人数"), "rated": _("评价服务的人")}
    return labels[name]


@transaction.atomic
def map_name(
    *, name_id: int, agent: User | None, version: int, by: User, now: datetime
) -> AgentName:
    """Say who a chat tool's name is; `agent` None: nobody (a robot). Its days follow. Locks days, then the name.

    :raises AgentName.DoesNotExist: if there is none
    :raises StaleGoodsError: if a colleague said so since
    """
    agent_locks.lock_days()
    row = agent_locks.locked_name(name_id)
    if row.version != version:
        raise StaleGoodsError(row.name, seen=version, current=row.version)
    old = {"agent": row.agent.name if row.agent else None, "is_nobody": row.is_nobody}
    row.agent, row.is_nobody = agent, agent is None
    row.mapped_at, row.mapped_by, row.version = now, by, row.version + 1
    row.save()
    days = AgentDay.objects.filter(name=row)
    dates = sorted(set(days.values_list("date", flat=True)))
    days.update(agent=agent)
    with connection.cursor() as cursor:
        settle(cursor, dates=dates)
    operations.record(
        name="crm.agent_name.mapped",
        by=by,
        now=now,
        object_type="agent_name",
        object_key=row.name,
        old=old,
        new={"agent": agent.name if agent else None, "is_nobody": row.is_nobody},
    )
    return row


@transaction.atomic
def set_target(  # noqa: PLR0913
    *,
    measure: Measure,
    value: Decimal | None,
    missed_days: int,
    valid_from: date,
    version: str,
    by: User,
    now: datetime,
) -> ServiceTarget:
    """Let a target count from a day on, or end (`value` None); what counted before stays as a row.

    :param version: `target_version` as the person saw it
    :raises ServiceRefusedError: for a day that has passed, a rate above one, or a value that is none
    :raises StaleGoodsError: if a colleague changed this measure's targets since
    """
    if valid_from < business_date(now):
        raise ServiceRefusedError(
            _("过去的日子已经按当时的目标算过，从今天起改。"), field="valid_from"
        )
    if value is not None and value <= 0:
        raise ServiceRefusedError(_("目标要大于 0；不设就留空。"), field="value")
    if value is not None and measure in RATES and value > 1:
        raise ServiceRefusedError(_("比率不能超过 100%。"), field="value")
    agent_locks.lock_rules("service_target")
    if target_version(measure) != version:
        raise StaleGoodsError(str(measure.label))
    row, made = ServiceTarget.objects.get_or_create(
        measure=measure,
        valid_from=valid_from,
        defaults={
            "value": value,
            "missed_days": missed_days,
            "changed_at": now,
            "changed_by": by,
        },
    )
    old = {} if made else {"value": _plain(row.value), "missed_days": row.missed_days}
    if not made:
        row.value, row.missed_days = value, missed_days
        row.changed_at, row.changed_by = now, by
        row.save()
    operations.record(
        name="crm.service_target.changed",
        by=by,
        now=now,
        object_type="service_target",
        object_key=f"{measure} {valid_from.isoformat()}",
        old=old,
        new={"measure": measure, "value": _plain(value), "missed_days": missed_days},
    )
    return row


def target_version(measure: str) -> str:
    """Name the state of a measure's targets as a form carries it."""
    row = ServiceTarget.objects.filter(measure=measure).order_by("-changed_at", "-pk").first()
    return f"{row.pk}.{row.changed_at.timestamp():.6f}" if row else "0"


@transaction.atomic
def note_score(*, day: date, score: Decimal, version: int, by: User, now: datetime) -> ServiceScore:
    """Note the shop's service score of a day.

    :param version: of that day's note as the person saw it; 0 where there was none
    :raises ServiceRefusedError: for a day to come, or a score that is none
    :raises StaleGoodsError: if a colleague noted it since
    """
    if day > business_date(now):
        raise ServiceRefusedError(_("这一天还没到。"), field="day")
    if not 0 <= score <= 5:
        raise ServiceRefusedError(_("服务分在 0 到 5 之间。"), field="score")
    agent_locks.lock_rules("service_score")
    row = ServiceScore.objects.filter(date=day).first()
    current = row.version if row else 0
    if current != version:
        raise StaleGoodsError(
            _("%(day)s 的服务分") % {"day": day.isoformat()}, seen=version, current=current
        )
    old = {"score": _plain(row.score)} if row else {}
    row = row or ServiceScore(date=day, version=0)
    row.score, row.noted_at, row.noted_by, row.version = score, now, by, row.version + 1
    row.save()
    operations.record(
        name="crm.service_score.noted",
        by=by,
        now=now,
        object_type="service_score",
        object_key=day.isoformat(),
        old=old,
        new={"score": _plain(score)},
    )
    return row


def _plain(value: Any) -> Any:  # noqa: ANN401
    return str(value) if isinstance(value, Decimal) else value
