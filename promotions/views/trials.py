"""Tests: the list, and one on a single screen with its result, or with what it still lacks."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, Data
from promotions.actions import trials as actions
from promotions.choices import TrialMeasure, TrialSplit, TrialState, TrialSubject
from promotions.forms.partners import NoFields
from promotions.forms.trials import DayForm, DecideForm, StopForm, TrialForm
from promotions.metrics.ab import SKEWED_BELOW
from promotions.models import Trial, TrialDay
from promotions.queries import trials as queries
from promotions.queries.material import material_of
from promotions.queries.trials import TrialRead
from promotions.views.panels import Panel, answer, events_of, shown, version_sent
from promotions.views.trial_picture import interval_picture, value_words
from promotions.wording.partners import short_words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

VIEW, EDIT = "promotions.view", "promotions.edit"
STATE_TONES = {TrialState.RUNNING: "us", TrialState.DECIDED: "done", TrialState.STOPPED: "wait"}


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def tests(request: HttpRequest) -> HttpResponse:
    """List tests, the newest first; a POST sets one up."""
    today = business_date(timezone.now())
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("开一个测试"),
            button=gettext_lazy("开始"),
            make=TrialForm,
            act=_start,
            initial={"starts_on": today + timedelta(days=1)},
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=EDIT, back=reverse("promotions:tests"))
    if isinstance(sent, HttpResponse):
        return sent
    show = request.GET.get("show", "")
    state = TrialState(show) if show in TrialState.values else None
    rows = queries.read_trials(list(queries.trials(state=state)[:100]))
    context = {
        "now": timezone.now(),
        "rows": [_row(one) for one in rows],
        "tabs": _tabs(show),
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
    }
    return render(request, "promotions/tests.html", context, status=422 if sent else 200)


def _tabs(show: str) -> list[Data]:
    here = reverse("promotions:tests")
    choices = [("", _("全部")), *((one.value, str(one.label)) for one in TrialState)]
    return [
        {
            "label": label,
            "url": f"{here}?show={code}" if code else here,
            "count": None,
            "tone": "",
            "current": code == show,
        }
        for code, label in choices
    ]


def _row(one: TrialRead) -> Data:
    trial = one.trial
    least = min((form.people for form in one.reading.forms), default=0)
    return {
        "url": reverse("promotions:test", kwargs={"trial_id": trial.pk}),
        "name": trial.name,
        "subject": trial.get_subject_display(),
        "split": trial.get_split_display(),
        "product": trial.product.title if trial.product else "",
        "state": trial.get_state_display(),
        "tone": STATE_TONES[TrialState(trial.state)],
        "starts_on": trial.starts_on,
        "forms": len(one.variants),
        "people": least,
        "planned": trial.planned_people,
        "days": one.reading.days,
        "planned_days": trial.planned_days,
        "says": _says(one),
    }


def _says(one: TrialRead) -> str:
    trial, reading = one.trial, one.reading
    if trial.state == TrialState.DECIDED and trial.chosen is not None:
        return _("用「%(name)s」") % {"name": trial.chosen.name}
    if trial.state == TrialState.STOPPED:
        return _("没有结论")
    if reading.status == "skewed":
        return _("分流不对，数不能用")
    if reading.status == "read":
        return _("可以下结论了")
    return _("还不能下结论")


def _start(form: TrialForm, asked: Asked) -> str:
    data = form.cleaned_data
    wanted = actions.Wanted(
        name=data["name"],
        subject=TrialSubject(data["subject"]),
        split=TrialSplit(data["split"]),
        measure=TrialMeasure(data["measure"]),
        starts_on=data["starts_on"],
        planned_days=data["planned_days"],
        baseline=data["baseline"],
        smallest_lift=data["smallest_lift"],
        names=data["names"],
        product_id=data["product_id"],
        block_days=data["block_days"],
        spread=data["spread"],
    )
    trial = actions.start_trial(wanted=wanted, by=asked.by, now=asked.now)
    return _("开始了，每种方案要 %(people)s 人，至少 %(days)s 天。") % {
        "people": f"{trial.planned_people:,}",
        "days": trial.planned_days,
    }


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def test(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Show one test; a POST of a panel enters a day, takes imported days, decides or stops it."""
    rows = Trial.objects.select_related("product", "chosen", "decided_by", "started_by")
    trial = get_object_or_404(rows, pk=trial_id)
    now = timezone.now()
    found = queries.read_trial(trial)
    panels = _panels(found, now) if trial.state == TrialState.RUNNING else []
    here = reverse("promotions:test", kwargs={"trial_id": trial.pk})
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    context = {
        "now": now,
        "trial": trial,
        "tone": STATE_TONES[TrialState(trial.state)],
        "verdict": _verdict(found),
        "forms": _forms(found),
        "contrasts": _contrasts(found),
        "skew": _skew(found),
        "chart": _chart(found),
        "material": material_of(trial_id=trial.pk),
        "is_turns": trial.split != TrialSplit.TRAFFIC,
        "events": events_of("trial", trial.pk),
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
    }
    return render(request, "promotions/test.html", context, status=422 if sent else 200)


def _verdict(found: TrialRead) -> Data:
    reading = found.reading
    if reading.status == "skewed":
        return {
            "tone": "late",
            "title": _("分流不对，数不能用"),
            "text": _(
                "各方案的人数和定好的比例差得太多，碰巧的可能不到千分之一。先查分流，再重新测。"
            ),
        }
    if reading.status == "short":
        lacking = max(form.missing_people for form in reading.forms)
        return {
            "tone": "soon",
            "title": _("还不能下结论"),
            "text": short_words(people=lacking, days=reading.missing_days)
            or _("每种方案至少要轮到两次。"),
        }
    day = {"day": reading.read_on}
    if reading.winner is None:
        return {
            "tone": "wait",
            "title": _("看不出差别"),
            "text": _(
                "到 %(day)s 人数和天数都够了，差别的区间里有零：维持现在的，或者测差别更大的方案。"
            )
            % day,
        }
    name = found.variants[reading.winner].name
    return {
        "tone": "done",
        "title": _("「%(name)s」更好") % {"name": name},
        "text": _("按 %(day)s 的数读出，之后的数不再算进去。") % day,
    }


def _forms(found: TrialRead) -> list[Data]:
    reading, measure = found.reading, TrialMeasure(found.trial.measure)
    pairs = list(zip(found.variants, reading.forms, strict=True))
    highest = max((form.span.high or form.span.value or 0 for _one, form in pairs), default=0)
    return [
        {
            "name": one.name,
            "is_first": place == 0,
            "is_winner": place == reading.winner,
            "is_chosen": one.pk == found.trial.chosen_id,
            "people": form.people,
            "hits": form.hits,
            "amount": Decimal(str(round(form.amount, 2))),
            "missing": form.missing_people,
            "value": value_words(form.span.value, measure),
            "low": value_words(form.span.low, measure),
            "high": value_words(form.span.high, measure),
            "picture": interval_picture(form.span, low=0.0, high=float(highest)),
        }
        for place, (one, form) in enumerate(pairs)
    ]


def _contrasts(found: TrialRead) -> list[Data]:
    reading, measure = found.reading, TrialMeasure(found.trial.measure)
    words = {"better": _("更好"), "worse": _("更差"), "open": _("看不出差别")}
    tones = {"better": "done", "worse": "late", "open": "wait"}
    reach = max(
        (
            abs(end)
            for one in reading.contrasts
            for end in (one.difference.low, one.difference.high)
            if end
        ),
        default=0.0,
    )
    return [
        {
            "name": found.variants[one.form].name,
            "first": found.variants[0].name,
            "difference": value_words(one.difference.value, measure, is_difference=True),
            "low": value_words(one.difference.low, measure, is_difference=True),
            "high": value_words(one.difference.high, measure, is_difference=True),
            "words": words[one.verdict],
            "tone": tones[one.verdict],
            "confidence": round(reading.confidence * 100, 1),
            "picture": interval_picture(one.difference, low=-reach, high=reach, zero=True),
        }
        for one in reading.contrasts
    ]


def _skew(found: TrialRead) -> Data:
    p = found.reading.skew_p
    if p is None:
        return {"tone": "wait", "text": _("轮换来测，人数本来就不会一样多，不查分流。")}
    people = " : ".join(f"{form.people:,}" for form in found.reading.forms)
    if p < SKEWED_BELOW:
        return {"tone": "late", "text": _("人数 %(people)s，分流不对") % {"people": people}}
    return {"tone": "done", "text": _("人数 %(people)s，分流正常") % {"people": people}}


def _chart(found: TrialRead) -> Data | None:
    if not found.days:
        return None
    measure = TrialMeasure(found.trial.measure)
    dates = sorted({one.date for one in found.days})
    days = [dates[0] + timedelta(days=n) for n in range((dates[-1] - dates[0]).days + 1)]
    by_key = {(one.variant_id, one.date): one for one in found.days}
    series: list[Data] = []
    columns = [_("日期")]
    for one in found.variants:
        values = [_daily(by_key.get((one.pk, day)), measure) for day in days]
        series.append({"name": one.name, "values": values, "joined": True})
        columns.append(one.name)
    return {
        "data": {
            "kind": "lines",
            "x": [_("%(month)d月%(day)d日") % {"month": d.month, "day": d.day} for d in days],
            "series": series,
            "unit": "¥" if measure == TrialMeasure.AMOUNT else "%",
        },
        "columns": columns,
        "rows": [
            [day.isoformat(), *(one["values"][place] for one in series)]
            for place, day in reversed(list(enumerate(days)))
        ],
    }


def _daily(row: TrialDay | None, measure: TrialMeasure) -> float | None:
    if row is None or not row.people:
        return None
    if measure == TrialMeasure.AMOUNT:
        return round(float(row.amount or 0) / row.people, 2)
    return round(row.hits / row.people * 100, 2)


def _panels(found: TrialRead, now: datetime) -> list[Panel]:
    trial = found.trial
    yesterday = business_date(now) - timedelta(days=1)
    day = Panel(
        code="day",
        title=gettext_lazy("填一天的数"),
        button=gettext_lazy("存下"),
        make=partial(DayForm, trial=trial),
        act=partial(_enter, trial),
        initial={"date": max(yesterday, trial.starts_on)},
        icon="plus",
        is_two=True,
    )
    fill = Panel(
        code="fill",
        title=gettext_lazy("取生意参谋的数"),
        button=gettext_lazy("取一次"),
        make=NoFields,
        act=partial(_fill, trial),
        icon="download",
    )
    stop = Panel(
        code="stop",
        title=gettext_lazy("中途停掉"),
        button=gettext_lazy("停掉"),
        make=StopForm,
        act=partial(_stop, trial),
        icon="ban",
        version=trial.version,
        is_danger=True,
    )
    panels = [day, stop]
    if trial.split != TrialSplit.TRAFFIC and trial.measure != TrialMeasure.CLICK_RATE:
        panels.insert(1, fill)
    if found.reading.status == "read":
        panels.insert(0, _decide_panel(found))
    return panels


def _decide_panel(found: TrialRead) -> Panel:
    places = [found.reading.winner or 0, 0]
    offered = [(found.variants[place].pk, found.variants[place].name) for place in places]
    return Panel(
        code="decide",
        title=gettext_lazy("下结论"),
        button=gettext_lazy("就这样定"),
        make=partial(DecideForm, offered=list(dict(offered).items())),
        act=partial(_decide, found.trial),
        icon="check",
        version=found.trial.version,
        is_open=True,
    )


def _enter(trial: Trial, form: DayForm, asked: Asked) -> str:
    data = form.cleaned_data
    given = [
        actions.DayGiven(
            variant_id=one.pk,
            people=data[f"people_{one.pk}"],
            hits=data[f"hits_{one.pk}"],
            amount=data.get(f"amount_{one.pk}"),
        )
        for one in form.variants
        if data.get(f"people_{one.pk}") is not None
    ]
    actions.enter_day(trial_id=trial.pk, day=data["date"], given=given, by=asked.by, now=asked.now)
    return _("存下了。")


def _fill(trial: Trial, form: NoFields, asked: Asked) -> str:
    count = actions.fill_from_days(trial_id=trial.pk, by=asked.by, now=asked.now)
    return _("取了 %(count)d 天的数。") % {"count": count}


def _decide(trial: Trial, form: DecideForm, asked: Asked) -> str:
    actions.decide_trial(
        trial_id=trial.pk,
        chosen_id=int(form.cleaned_data["chosen"]),
        lesson=form.cleaned_data["lesson"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("定下了。")


def _stop(trial: Trial, form: StopForm, asked: Asked) -> str:
    actions.stop_trial(
        trial_id=trial.pk,
        lesson=form.cleaned_data["lesson"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("停掉了。")
