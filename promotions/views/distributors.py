"""Distributors: the board, the list, one with its prices, what was seen, and its time-line."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from products.views.acting import Asked, Data
from promotions.actions import distributors as actions
from promotions.choices import BREACHES, DISTRIBUTOR_MOVES, Breach, DistributorState
from promotions.forms.partners import (
    AgreedPriceForm,
    DistributorForm,
    MoveForm,
    NoteForm,
    SeenForm,
    WarnForm,
)
from promotions.models import Distributor, SeenPrice
from promotions.queries import partners as queries
from promotions.views.panels import (
    Panel,
    answer,
    events_of,
    picture,
    read_file,
    shown,
    version_sent,
)
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.access import requires

RIGHT = "promotions.partners"
FIELDS = ("name", "shop", "contact", "owner", "follow_up_on", "note")
TONES = {
    DistributorState.TALKING: "us",
    DistributorState.DATA_SENT: "us",
    DistributorState.LISTED: "wait",
    DistributorState.SELLING: "done",
    DistributorState.ENDED: "wait",
}
BREACH_TONES = {
    Breach.NONE: "done",
    Breach.UNKNOWN: "wait",
    Breach.WARNING: "soon",
    Breach.ENDING: "late",
}


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def distributors(request: HttpRequest) -> HttpResponse:
    """Show all distributors as a board or as a list; a POST adds one."""
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("加一个分销商"),
            button=gettext_lazy("加上"),
            make=DistributorForm,
            act=_add,
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=RIGHT, back=reverse("promotions:distributors"))
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    today = business_date(now)
    lanes = queries.board()
    is_list = request.GET.get("view") == "list"
    show = request.GET.get("show", "")
    rows = [_card(one, today) for lane in lanes for one in lane.rows]
    context = {
        "now": now,
        "lanes": [
            {
                "title": lane.state.label,
                "rows": [_card(one, today) for one in lane.rows],
            }
            for lane in lanes
        ],
        "rows": [one for one in rows if not show or one[f"is_{show}"]]
        if show in {"due", "breach"}
        else rows,
        "is_list": is_list or show in {"due", "breach"},
        "show": show,
        "tabs": _tabs(rows, is_list=is_list, show=show),
        "has_any": bool(rows),
        "panels": shown(panels, sent),
    }
    status = 422 if sent else 200
    return render(request, "promotions/distributors.html", context, status=status)


def _tabs(rows: list[Data], *, is_list: bool, show: str) -> list[Data]:
    here = reverse("promotions:distributors")
    due, breach = sum(one["is_due"] for one in rows), sum(one["is_breach"] for one in rows)
    known = show in {"due", "breach"}
    return [
        {
            "label": _("看板"),
            "url": here,
            "count": len(rows),
            "tone": "",
            "current": not is_list and not known,
        },
        {
            "label": _("列表"),
            "url": f"{here}?view=list",
            "count": None,
            "tone": "",
            "current": is_list and not known,
        },
        {
            "label": _("今天要跟进"),
            "url": f"{here}?show=due",
            "count": due,
            "tone": "soon" if due else "",
            "current": show == "due",
        },
        {
            "label": _("破价没处理"),
            "url": f"{here}?show=breach",
            "count": breach,
            "tone": "late" if breach else "",
            "current": show == "breach",
        },
    ]


def _card(one: Any, today: Any) -> Data:  # noqa: ANN401
    is_open = one.state != DistributorState.ENDED
    is_due = is_open and one.follow_up_on is not None and one.follow_up_on <= today
    return {
        "url": reverse("promotions:distributor", kwargs={"distributor_id": one.pk}),
        "name": one.name,
        "shop": one.shop,
        "contact": one.contact,
        "owner": one.owner.name if one.owner else "",
        "state": one.get_state_display(),
        "tone": TONES[DistributorState(one.state)],
        "since": one.state_since,
        "follow_up_on": one.follow_up_on,
        "is_due": is_due,
        "is_breach": is_open and one.unsaid_count > 0,
        "breaches": one.breach_count,
        "seen_last": one.seen_last,
    }


def _add(form: DistributorForm, asked: Asked) -> str:
    actions.add_distributor(values=form.cleaned_data, by=asked.by, now=asked.now)
    return _("加上了。")


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def distributor(request: HttpRequest, distributor_id: int) -> HttpResponse:
    """Show one distributor; a POST of a panel changes, moves, notes, agrees, records or warns."""
    row = get_object_or_404(Distributor.objects.select_related("owner"), pk=distributor_id)
    now = timezone.now()
    seen = queries.seen_prices(row)
    panels = [*_panels(row, now), *_warnings(seen)]
    here = reverse("promotions:distributor", kwargs={"distributor_id": row.pk})
    sent = answer(request, panels, right=RIGHT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    today = business_date(now)
    parts = shown(panels, sent)
    context = {
        "now": now,
        "today": today,
        "row": row,
        "tone": TONES[DistributorState(row.state)],
        "is_open": row.state != DistributorState.ENDED,
        "is_due": row.follow_up_on is not None and row.follow_up_on <= today,
        "prices": queries.agreed_prices(row, day=today),
        "seen": [_seen(one, parts) for one in seen],
        "proposes_end": row.state != DistributorState.ENDED
        and any(one.breach == Breach.ENDING for one in seen),
        "unsaid": sum(one.breach in BREACHES and one.warned_at is None for one in seen),
        "events": events_of("distributor", row.pk),
        "panels": [one for one in parts if not str(one["code"]).startswith("warn")],
    }
    status = 422 if sent else 200
    return render(request, "promotions/distributor.html", context, status=status)


def _seen(one: SeenPrice, parts: list[Data]) -> Data:
    has_picture = bool(one.image_path)
    url = reverse("promotions:seen_image", kwargs={"seen_id": one.pk}) if has_picture else ""
    return {
        "seen": one,
        "tone": BREACH_TONES[Breach(one.breach)],
        "words": one.get_breach_display(),
        "image": url,
        "panel": next((part for part in parts if part["code"] == f"warn{one.pk}"), None),
    }


def _panels(row: Distributor, now: Any) -> list[Panel]:  # noqa: ANN401
    key = ("distributor", str(row.pk))
    stored = {name: getattr(row, name) for name in FIELDS}
    steps = [
        (one.value, one.label)
        for one in DistributorState
        if one in DISTRIBUTOR_MOVES[DistributorState(row.state)]
    ]
    local = now.astimezone(SHANGHAI)
    return [
        Panel(
            code="note",
            title=gettext_lazy("记一次跟进"),
            button=gettext_lazy("记下"),
            make=NoteForm,
            act=partial(_note, row),
            icon="message-2",
            is_open=True,
        ),
        Panel(
            code="seen",
            title=gettext_lazy("记一个看到的价"),
            button=gettext_lazy("记下"),
            make=SeenForm,
            act=partial(_record_seen, row),
            initial={"seen_at": local},
            icon="eye",
            is_file=True,
        ),
        Panel(
            code="agree",
            title=gettext_lazy("约定一个最低价"),
            button=gettext_lazy("约定"),
            make=AgreedPriceForm,
            act=partial(_agree, row),
            initial={"valid_from": local.date()},
            icon="tag",
        ),
        Panel(
            code="move",
            title=gettext_lazy("换一个阶段"),
            button=gettext_lazy("换"),
            make=partial(_move_form, steps),
            act=partial(_move, row),
            icon="arrow-right",
            version=row.version,
        ),
        Panel(
            code="edit",
            title=gettext_lazy("改资料"),
            button=gettext_lazy("保存"),
            make=DistributorForm,
            act=partial(_edit, row),
            initial=stored,
            version=row.version,
            stored=stored,
            key=key,
        ),
    ]


def _move_form(steps: list[tuple[str, Any]], *args: Any, **options: Any) -> MoveForm:  # noqa: ANN401
    form = MoveForm(*args, **options)
    form.fields["state"].choices = steps  # type: ignore[attr-defined]
    return form


def _warnings(seen: list[SeenPrice]) -> list[Panel]:
    return [
        Panel(
            code=f"warn{one.pk}",
            title=gettext_lazy("记下警告"),
            button=gettext_lazy("已经警告"),
            make=WarnForm,
            act=partial(_warn, one),
            icon="alert-triangle",
        )
        for one in seen
        if one.breach in BREACHES and one.warned_at is None
    ]


def _note(row: Distributor, form: NoteForm, asked: Asked) -> str:
    actions.note_distributor(distributor_id=row.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    return _("记下了。")


def _record_seen(row: Distributor, form: SeenForm, asked: Asked) -> str:
    data = form.cleaned_data
    seen = actions.Seen(
        sku_code=data["sku_code"],
        amount=data["amount"],
        seen_at=data["seen_at"],
        place=data["place"],
        note=data["note"],
        picture=read_file(form),
    )
    kept = actions.record_seen(distributor_id=row.pk, seen=seen, by=asked.by, now=asked.now)
    return _("记下了：%(words)s。") % {"words": kept.get_breach_display()}


def _agree(row: Distributor, form: AgreedPriceForm, asked: Asked) -> str:
    actions.agree_price(distributor_id=row.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    return _("约定好了。")


def _move(row: Distributor, form: MoveForm, asked: Asked) -> str:
    data = form.cleaned_data
    actions.move_distributor(
        distributor_id=row.pk,
        state=DistributorState(data["state"]),
        reason=data["reason"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("换好了。")


def _edit(row: Distributor, form: DistributorForm, asked: Asked) -> str:
    actions.edit_distributor(
        distributor_id=row.pk,
        values=form.cleaned_data,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _warn(one: SeenPrice, form: WarnForm, asked: Asked) -> str:
    actions.warn_distributor(seen_id=one.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    return _("记下了。")


@require_GET
@requires(RIGHT)
def seen_image(request: HttpRequest, seen_id: int) -> HttpResponse:
    """Give the screenshot of a seen price."""
    row = get_object_or_404(SeenPrice.objects.only("image_path"), pk=seen_id)
    return picture(request, row.image_path)
