"""The page of scores: as shown, our own copy, the industry, what rolls off, the solver, the plan, entry by hand."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from analytics.actions import dsr as actions
from analytics.actions import plans as plan_actions
from analytics.actions import scores as score_actions
from analytics.actions.dsr import Stars
from analytics.forms.dsr import LeverForm, PlanForm, RatingForm, ShownForm, score_typed
from analytics.models import ScorePlan, ShopRating
from analytics.queries import dsr as queries
from analytics.queries import ratings, shown
from analytics.score_choices import Score
from analytics.views import dsr_parts as parts
from analytics.views.asking import EXPORT, csv_file
from analytics.views.boards.cards import card_file, file_url
from analytics.views.boards.cards import shown as shown_card
from analytics.views.dsr_parts import Data
from analytics.wording.dsr import LEVERS
from products.views.acting import Asked
from products.views.panels import Panel, Sent, answer, version_sent
from products.views.panels import shown as shown_panels
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User

RIGHT = "analytics.enter"
CSV_DAYS = 365
NEWEST = 12


@require_http_methods(["GET", "POST"])
@requires("analytics.view")
def dsr(request: HttpRequest) -> HttpResponse:
    """Show the page; `?score=` chooses one, `?day=` the day to enter, the solver's form is in the address."""
    now = timezone.now()
    today = business_date(now)
    chosen = _chosen(request)
    plans = queries.plans()
    plan = plans.get(chosen)
    day = _day(request, today)
    panels = _panels(chosen, plan, day) if request.user.has_perm(RIGHT) else []
    back = f"{reverse('analytics:dsr')}?score={chosen}"
    sent = answer(request, panels, right=RIGHT, back=back)
    if isinstance(sent, HttpResponse):
        return sent
    found = queries.scores(today=today)
    form = parts.solver_form(request.GET, found, chosen, plan)
    context: Data = {
        "now": now,
        "today": today,
        "chosen": chosen,
        "label": Score(chosen).label,
        "is_new": not found.shown and not any(found.days.values()),
        "cards": parts.cards(found, chosen),
        "score_links": parts.score_links(chosen),
        "year_url": file_url(request, "dsr", "year"),
        "charts": [
            shown_card(request, card, file_url(request, "dsr", card.code, f"score={chosen}"))
            for card in (parts.trend(found, chosen), parts.roll_off(found, chosen))
        ],
        "costs": parts.costs(found.now[chosen]),
        "own": found.now[chosen].own,
        "solver": form,
        "answer": parts.answer(form, found) if found.now[chosen].own.count else None,
        "plan": plan,
        "levers": parts.levers(plan, today),
        "day": day,
        "recent_ratings": found.now[chosen].recent,
        "recent_reviews": ratings.reviews_between(since=today - timedelta(days=29), until=today),
        "said": shown.days_said(NEWEST),
        "by_hand": list(
            ShopRating.objects.filter(batch_id__isnull=True, is_current=True)
            .select_related("said_by")
            .order_by("-rated_at", "-pk")[:NEWEST]
        ),
        **_shown(panels, sent),
    }
    return render(request, "analytics/dsr.html", context, status=422 if sent else 200)


def _chosen(request: HttpRequest) -> str:
    code = request.POST.get("score") or request.GET.get("score", "")
    return code if code in Score.values else Score.SERVICE


def _day(request: HttpRequest, today: date) -> date:
    """Read the day that is to be entered; today where it is none."""
    try:
        day = date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        return today
    return min(day, today)


def _shown(panels: list[Panel], sent: Sent | None) -> Data:
    by_code = {str(one["code"]): one for one in shown_panels(panels, sent)}
    return {
        "enter_panel": by_code.get("enter"),
        "rating_panel": by_code.get("rating"),
        "plan_panel": by_code.get("plan"),
        "recount_panel": by_code.get("recount"),
        "lever_panels": {
            code.removeprefix("lever_"): panel
            for code, panel in by_code.items()
            if code.startswith("lever_")
        },
    }


def _panels(chosen: str, plan: ScorePlan | None, day: date) -> list[Panel]:
    kept = {"score": chosen}
    stored = shown.stored_fields(day)
    return [
        Panel(
            code="enter",
            title=_("记 %(day)s 的分") % {"day": day.isoformat()},
            button=gettext_lazy("记下"),
            make=ShownForm,
            act=partial(_enter, day),
            initial={name: score_typed(value) for name, value in stored.items()},
            version=shown.last_word(day),
            stored={name: score_typed(value) for name, value in stored.items()},
            key=("dsr_day", day.isoformat()),
            hidden={**kept, "day": day.isoformat()},
            is_two=True,
        ),
        Panel(
            code="rating",
            title=gettext_lazy("补一条评分"),
            button=gettext_lazy("记下"),
            make=RatingForm,
            act=_add_rating,
            hidden=kept,
            icon="plus",
            is_two=True,
        ),
        Panel(
            code="recount",
            title=gettext_lazy("重算"),
            button=gettext_lazy("重算"),
            make=_Nothing,
            act=_recount,
            hidden=kept,
        ),
        _plan_panel(chosen, plan),
        *(_lever_panel(chosen, plan, Score(lever)) for lever in Score.values),
    ]


def _plan_panel(chosen: str, plan: ScorePlan | None) -> Panel:
    stored: Data = {}
    if plan:
        stored = {"target": plan.target, "due_on": plan.due_on, "owner": plan.owner_id}
    return Panel(
        code="plan",
        title=gettext_lazy("改目标") if plan else gettext_lazy("定目标"),
        button=gettext_lazy("存下目标"),
        make=PlanForm,
        act=partial(_save_plan, chosen),
        initial=stored,
        version=plan.version if plan else 0,
        stored={**stored, "owner": plan.owner} if plan else None,
        key=("score_plan", chosen),
        hidden={"score": chosen},
        icon="flag-3",
    )


def _lever_panel(chosen: str, plan: ScorePlan | None, lever: Score) -> Panel:
    row = next((one for one in plan.levers.all() if one.lever == lever), None) if plan else None
    stored: Data = {}
    if row:
        stored = {
            "text": row.text,
            "owner": row.owner_id,
            "due_on": row.due_on,
            "is_done": row.done_at is not None,
        }
    return Panel(
        code=f"lever_{lever}",
        title=_("%(name)s：做什么") % {"name": LEVERS[lever]},
        button=gettext_lazy("存下"),
        make=LeverForm,
        act=partial(_save_lever, chosen, lever),
        initial=stored,
        version=row.version if row else 0,
        stored={**stored, "owner": row.owner} if row else None,
        key=("score_plan", f"{chosen} {lever}"),
        hidden={"score": chosen},
    )


class _Nothing(ShownForm):
    """A form without fields: only its button."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields.clear()


def _enter(day: date, form: ShownForm, asked: Asked) -> str:
    values = dict(form.cleaned_data)
    note = values.pop("note", "")
    actions.enter_scores(
        day=day, figures=values, seen=version_sent(asked), note=note, by=asked.by, now=asked.now
    )
    return _("%(day)s 的分记下了。") % {"day": day.isoformat()}


def _add_rating(form: RatingForm, asked: Asked) -> str:
    values = form.cleaned_data
    actions.add_rating(
        stars=Stars(
            rated_at=values["rated_at"],
            goods=values["goods"],
            service=values["service"],
            delivery=values["delivery"],
            nick=values["nick"],
            tid=values["tid"],
        ),
        by=asked.by,
        now=asked.now,
    )
    return _("记下了，分数马上重算。")


def _recount(form: ShownForm, asked: Asked) -> str:
    score_actions.ask_scores(by=asked.by, now=asked.now)
    return _("在重算，过一会儿刷新。")


def _save_plan(chosen: str, form: PlanForm, asked: Asked) -> str:
    values = form.cleaned_data
    plan_actions.save_plan(
        score=Score(chosen),
        target=values["target"],
        due_on=values["due_on"],
        owner=values["owner"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("目标定了。")


def _save_lever(chosen: str, lever: Score, form: LeverForm, asked: Asked) -> str:
    values = form.cleaned_data
    plan_actions.save_lever(
        score=Score(chosen),
        lever=lever,
        text=values["text"],
        owner=values["owner"],
        due_on=values["due_on"],
        is_done=values["is_done"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


@require_http_methods(["POST"])
@requires(RIGHT)
def rating_away(request: HttpRequest, rating_id: int) -> HttpResponse:
    """Take a rating by hand back."""
    get_object_or_404(ShopRating, pk=rating_id, batch_id__isnull=True)
    assert isinstance(request.user, User)  # noqa: S101
    actions.take_back_rating(rating_id=rating_id, by=request.user, now=timezone.now())
    messages.success(request, _("拿掉了，分数马上重算。"))
    return redirect("analytics:dsr")


@require_GET
@requires(EXPORT)
def dsr_csv(request: HttpRequest, part: str) -> StreamingHttpResponse:
    """Download a year of all scores (`year`), or a chart of the chosen one (`trend`, `roll`)."""
    today, chosen = business_date(timezone.now()), _chosen(request)
    if part == "year":
        found = queries.scores(today=today, back=CSV_DAYS)
        return csv_file(parts.year(found, CSV_DAYS), f"dsr-{today:%Y%m%d}.csv")
    found = queries.scores(today=today)
    cards = [parts.trend(found, chosen), parts.roll_off(found, chosen)]
    return card_file(request, cards, part, f"dsr-{chosen}-{part}-{today:%Y%m%d}")
