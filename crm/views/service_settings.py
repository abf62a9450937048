"""Targets, whose name is whose, the shop's service score, figures of files that do not follow."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.actions import agents as actions
from crm.forms.service import NameForm, ScoreForm, TargetForm, target_typed, target_value
from crm.models import AgentName, ServiceTarget
from crm.queries import agents as queries
from crm.queries.agents import LEAD
from crm.service_choices import Measure
from crm.views.service_parts import Data
from crm.wording.service import measure_value
from products.views.acting import Asked
from products.views.panels import Panel, answer, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

MOST = 60


@require_http_methods(["GET", "POST"])
@requires(LEAD)
def service_settings(request: HttpRequest) -> HttpResponse:
    """Show targets, names and scores; a POST of a panel changes one."""
    now = timezone.now()
    today = business_date(now)
    dated = queries.target_rows()
    in_force = queries.targets_on(today, dated)
    names = list(queries.names()[:200])
    panels = [
        *(_target_panel(Measure(code), in_force.get(code), today) for code in Measure.values),
        *(_name_panel(one) for one in names),
        Panel(
            code="score",
            title=gettext_lazy("记一次服务分"),
            button=gettext_lazy("记下"),
            make=ScoreForm,
            act=_note_score,
            initial={"day": today},
            icon="chart-line",
        ),
    ]
    here = reverse("crm:service_settings")
    sent = answer(request, panels, right=LEAD, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    by_code = {str(one["code"]): one for one in shown(panels, sent)}
    context: Data = {
        "now": now,
        "targets": [
            {
                "label": Measure(code).label,
                "value": measure_value(code, in_force[code]) if in_force.get(code) else "",
                "panel": by_code[f"t_{code}"],
            }
            for code in Measure.values
        ],
        "history": [_history(one) for one in queries.target_history()[:MOST]],
        "names": [{"row": one, "panel": by_code[f"n_{one.pk}"]} for one in names],
        "score_panel": by_code["score"],
        "scores": queries.scores(12),
        "doubts": queries.doubts(MOST),
    }
    return render(request, "crm/service_settings.html", context, status=422 if sent else 200)


def _history(one: ServiceTarget) -> Data:
    return {
        "day": one.valid_from,
        "label": one.get_measure_display(),
        "value": measure_value(one.measure, one.value) if one.value is not None else _("不再设"),
        "by": one.changed_by.name if one.changed_by else "",
    }


def _target_panel(measure: Measure, value: Any, today: Any) -> Panel:  # noqa: ANN401
    return Panel(
        code=f"t_{measure}",
        title=_("改「%(name)s」的目标") % {"name": measure.label},
        button=gettext_lazy("保存"),
        make=TargetForm,
        act=partial(_set_target, measure),
        initial={"value": target_typed(measure, value), "valid_from": today, "missed_days": 3},
        hidden={"state": actions.target_version(measure)},
    )


def _set_target(measure: Measure, form: TargetForm, asked: Asked) -> str:
    values = form.cleaned_data
    actions.set_target(
        measure=measure,
        value=target_value(measure, values["value"]),
        missed_days=values["missed_days"],
        valid_from=values["valid_from"],
        version=str(asked.data.get("state", "")),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _name_panel(row: AgentName) -> Panel:
    return Panel(
        code=f"n_{row.pk}",
        title=_("「%(name)s」是谁") % {"name": row.name},
        button=gettext_lazy("就是他"),
        make=NameForm,
        act=partial(_map_name, row),
        initial={"agent": row.agent_id},
        version=row.version,
        stored={"agent": row.agent.name if row.agent else ""},
        key=("agent_name", row.name),
        icon="user",
    )


def _map_name(row: AgentName, form: NameForm, asked: Asked) -> str:
    actions.map_name(
        name_id=row.pk,
        agent=form.cleaned_data["agent"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("记下了，他的天都跟着算。")


def _note_score(form: ScoreForm, asked: Asked) -> str:
    day = form.cleaned_data["day"]
    row = next((one for one in queries.scores(400) if one.date == day), None)
    actions.note_score(
        day=day,
        score=form.cleaned_data["score"],
        version=row.version if row else 0,
        by=asked.by,
        now=asked.now,
    )
    return _("记下了。")
