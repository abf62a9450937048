"""Activities of customers: the list, one with its entries and winners, what is published of it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from crm.actions import draws as acts
from crm.forms.members import DrawForm, EnterForm, StrikeForm, WordForm
from crm.models import Draw, DrawEntry
from crm.queries import draws as queries
from crm.queries.tiers import plan_in_force
from crm.rules.draws import disagreements
from crm.views.serving import person_of
from orders.views.rows import mask_nick
from products.views.acting import Asked, page_number
from products.views.panels import Panel, answer, events_of, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.operations import name_of

type Data = dict[str, Any]

EDIT, ENTER = "crm.campaign", "crm.edit"
SIZE = 100
_TONES = {"ahead": "wait", "open": "us", "ended": "soon", "drawn": "done"}


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def draw_list(request: HttpRequest) -> HttpResponse:
    """List the activities; a POST begins one."""
    now = timezone.now()
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("发起一个活动"),
            button=gettext_lazy("发起，公布种子的指纹"),
            make=partial(DrawForm, today=business_date(now), by=person_of(request)),
            act=_make,
            icon="plus",
            is_two=True,
        )
    ]
    url = reverse("crm:draws")
    sent = answer(request, panels, right=EDIT, back=url)
    if isinstance(sent, HttpResponse):
        return sent
    context = {
        "now": now,
        "rows": [_row(one, now) for one in queries.draws()[:200]],
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
        "url": url,
    }
    return render(request, "crm/draws.html", context, status=422 if sent else 200)


def phase_words(phase: str) -> str:
    """Say how far an activity has come."""
    words = {"ahead": _("没开始"), "open": _("报名中"), "ended": _("等开奖"), "drawn": _("开过奖")}
    return words[phase]


def _row(row: Any, now: Any) -> Data:  # noqa: ANN401
    phase = queries.phase(row, now)
    return {
        "row": row,
        "url": reverse("crm:draw", args=[row.pk]),
        "phase": phase_words(phase),
        "tone": _TONES[phase],
        "valid": row.entered - row.struck,
    }


def _make(form: DrawForm, asked: Asked) -> str:
    made = acts.make_draw(
        values=form.values(),
        overrule_reason=form.cleaned_data["overrule_reason"],
        by=asked.by,
        now=asked.now,
    )
    return _("发起了。把种子的指纹和规则一起公布：%(hash)s") % {"hash": made.seed_hash}


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show one activity; a POST enters somebody, strikes out, or draws."""
    row = get_object_or_404(queries.draws(), pk=draw_id)
    now = timezone.now()
    here = reverse("crm:draw", args=[row.pk])
    panels = _panels(row, queries.phase(row, now))
    sent = None
    for panel, right in panels:
        sent = sent or answer(request, [panel], right=right, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    sees = request.user.has_perm("orders.view_contact")
    after = page_number(request)
    entries = queries.entries(row, after=after, size=SIZE + 1)
    levels = {one.level: one.name for one in plan_in_force(business_date(now)).levels}
    entered = name_of("crm.draw.entered")  # They stand in the list beside.
    context = _row(row, now) | {
        "now": now,
        "who": levels.get(row.from_level, _("所有客户")),
        "winners": [_entry(one, sees=sees) for one in queries.winners(row)],
        "entries": [_entry(one, sees=sees) for one in entries[:SIZE]],
        "more_url": f"{here}?after={entries[SIZE - 1].number}" if len(entries) > SIZE else "",
        "first_url": here if after else "",
        "differs": disagreements(queries.published(row)) if row.drawn_at else [],
        "proof_url": reverse("crm:draw_proof", args=[row.pk]),
        "events": [one for one in events_of("draw", row.pk) if one["text"] != entered],
        "panels": shown([panel for panel, right in panels if request.user.has_perm(right)], sent),
        "here": here,
    }
    return render(request, "crm/draw.html", context, status=422 if sent else 200)


def _entry(one: DrawEntry, *, sees: bool) -> Data:
    name = one.customer.name if one.customer else ""
    return {
        "entry": one,
        "name": (name if sees else mask_nick(name)) if name else _("已删除"),
        "url": reverse("crm:customer", args=[one.customer_id]) if one.customer_id else "",
    }


def _panels(row: Draw, phase: str) -> list[tuple[Panel, str]]:
    draw_now = Panel(
        code="draw",
        title=gettext_lazy("抽出中奖者"),
        button=gettext_lazy("抽，只能抽一次"),
        make=WordForm,
        act=partial(_draw, row.pk),
        icon="gift",
        version=row.version,
        is_open=True,
    )
    enter = Panel(
        code="enter",
        title=gettext_lazy("登记一个参加的人"),
        button=gettext_lazy("登记"),
        make=EnterForm,
        act=partial(_enter, row.pk),
        icon="plus",
        is_open=True,
    )
    strike = Panel(
        code="strike",
        title=gettext_lazy("划掉一个"),
        button=gettext_lazy("划掉"),
        make=StrikeForm,
        act=partial(_strike, row.pk),
        icon="x",
        is_danger=True,
    )
    found = {
        "open": [(enter, ENTER), (strike, EDIT)],
        "ended": [(draw_now, EDIT), (strike, EDIT)],
    }
    return found.get(phase, [])


def _enter(draw_id: int, form: EnterForm, asked: Asked) -> str:
    data = form.cleaned_data
    made = acts.enter(
        draw_id=draw_id,
        customer_id=data["customer"].pk,
        text=data["text"],
        by=asked.by,
        now=asked.now,
    )
    return _("登记了，%(n)s 号，把票号告诉客户：%(ticket)s") % {
        "n": made.number,
        "ticket": made.ticket,
    }


def _strike(draw_id: int, form: StrikeForm, asked: Asked) -> str:
    acts.strike(draw_id=draw_id, **form.cleaned_data, by=asked.by, now=asked.now)
    return _("划掉了。")


def _draw(draw_id: int, form: WordForm, asked: Asked) -> str:
    acts.draw_winners(
        draw_id=draw_id,
        word=form.cleaned_data["word"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("抽好了。名单和种子可以公布，谁都能重算。")


@require_GET
@requires("crm.view")
def draw_proof(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Give what is published of an activity, as a file; the seed only after the draw."""
    row = get_object_or_404(Draw, pk=draw_id)
    response = JsonResponse(
        queries.document(row), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    response["Content-Disposition"] = f'attachment; filename="draw-{row.pk}.json"'
    return response
