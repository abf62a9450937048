"""Gift rules: the list with what is left, one rule with its grants, writing and trying one."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import (
    Asked,
    Saved,
    asked_of,
    attempt,
    hidden,
    last_operation,
    log_url,
    page_number,
    rows_of,
    show_both,
)
from promotions.actions import gift_rules as acts
from promotions.actions import gift_trial
from promotions.choices import GrantState
from promotions.forms.gifts import GiftForm, gift_initial
from promotions.models import Activity, GiftGrant, GiftRule
from promotions.queries import gift_board as board
from promotions.queries.gift_board import GiftRow
from promotions.wording.gifts import why_missed
from shopops.lib.business_time import SHANGHAI
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.workdesk.rows import row_of

type Data = dict[str, Any]

EDIT = "promotions.edit"
COST = "products.view_cost"
MOST_RULES = 200
MOST_CASES = 10
_TABS = ("current", "over", "all")
_PHASE_TONES = {"on": "done", "ahead": "us", "waiting": "soon", "off": "wait", "over": "wait"}
_STATE_TONES = {
    GrantState.GIVEN: "done",
    GrantState.RETURNED: "wait",
    GrantState.TAKEN_OFF: "wait",
    GrantState.MISSED: "late",
}


@require_http_methods(["GET"])
@requires("promotions.view")
def gift_list(request: HttpRequest) -> HttpResponse:
    """List the gift rules with their quota, stock, dates and complaints."""
    now = timezone.now()
    tab = request.GET.get("tab", "current")
    tab = tab if tab in _TABS else "current"
    counts, url = board.tab_counts(now=now), reverse("promotions:gifts")
    labels = {"current": _("现在和将来"), "over": _("已结束"), "all": _("全部")}
    rules = list(board.rules_of_tab(tab, now=now)[:MOST_RULES])
    context = {
        "now": now,
        "tabs": [
            {
                "label": labels[code],
                "url": f"{url}?tab={code}",
                "count": counts[code],
                "tone": "",
                "current": code == tab,
            }
            for code in _TABS
        ],
        "rows": [_row(one) for one in board.gift_rows(rules, now=now)],
        "has_any": bool(counts["all"]),
        "can_edit": request.user.has_perm(EDIT),
        "log_url": log_url(request, "gift_rule"),
    }
    return render(request, "promotions/gifts.html", context)


def phase_words(phase: str) -> str:
    """Say where a rule stands."""
    words = {
        "on": _("在送"),
        "ahead": _("没开始"),
        "waiting": _("等活动开始"),
        "off": _("停着"),
        "over": _("结束了"),
    }
    return words[phase]


def _row(one: GiftRow) -> Data:
    rule = one.rule
    is_near = one.phase == "on" and one.is_nearly_out
    return {
        "rule": rule,
        "words": one.words,
        "goods": _goods_words(one),
        "phase": phase_words(one.phase),
        "tone": _PHASE_TONES[one.phase],
        "quota": rule.quota,
        "bar_tone": "late" if is_near else "us",
        "free": one.free_pieces,
        "left": one.left_pieces,
        "is_near": is_near,
        "cases": one.case_count,
        "lately": one.given_lately,
    }


def _goods_words(one: GiftRow) -> str:
    if one.rule.is_shop_wide:
        return _("全店")
    return _("%(n)s 个商品或编码") % {"n": one.goods_count}


# --- one rule -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def gift(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Show one rule with the orders that got it; a POST switches it on or off."""
    rows = GiftRule.objects.select_related("gift_sku", "activity", "changed_by")
    rule = get_object_or_404(rows, pk=rule_id)
    if request.method == "POST":
        return _switch(asked_of(request, EDIT), rule)
    now = timezone.now()
    (row,) = board.gift_rows([rule], now=now)
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    grants, following = board.grants_page(
        rule, state=state, before=int(before) if before.isdecimal() and len(before) < 19 else 0
    )
    url = reverse("promotions:gift", args=[rule.pk])
    can_edit = request.user.has_perm(EDIT)
    context = {
        "now": now,
        "row": _row(row),
        "rule": rule,
        "goods": acts.values_of(rule).goods,
        "cost": _cost(rule) if request.user.has_perm(COST) else None,
        "grants": [_grant(one) for one in grants],
        "tabs": _grant_tabs(rule, state, url),
        "older_url": f"{url}?state={state}&before={following}" if following else "",
        "newest_url": f"{url}?state={state}" if before else "",
        "cases": [
            {
                "id": case.pk,
                "url": reverse("orders:case", args=[case.pk]),
                "summary": case.summary,
                "at": case.opened_at,
            }
            for case in board.cases_about(rule).order_by("-pk")[:MOST_CASES]
        ],
        "can_see_cases": request.user.has_perm("orders.handle_case"),
        "case_rate": row.case_count / rule.used_orders if rule.used_orders else None,
        "can_edit": can_edit,
        "switch": hidden(part="switch", on=int(not rule.is_on), version=rule.version),
        "url": url,
        "log_url": log_url(request, "gift_rule"),
    }
    return render(request, "promotions/gift.html", context)


def _cost(rule: GiftRule) -> Data:
    each = rule.gift_sku.cost_amount
    return {"each": each, "all": None if each is None else each * rule.used_pieces}


def _grant(one: GiftGrant) -> Data:
    return {
        "tid": one.order.tid,
        "url": reverse("orders:order", args=[one.order.tid]),
        "nick": one.order.buyer_nick,
        "paid": one.order.paid_amount,
        "pieces": one.pieces,
        "state": one.get_state_display(),
        "tone": _STATE_TONES[GrantState(one.state)],
        "why": why_missed(one.reason) if one.reason else "",
        "at": one.ended_at or one.given_at,
    }


def _grant_tabs(rule: GiftRule, state: str, url: str) -> list[Data]:
    counts = board.grant_counts(rule)
    choices = [("", _("全部"), sum(counts.values()))]
    choices += [(one.value, str(one.label), counts.get(one.value, 0)) for one in GrantState]
    return [
        {
            "label": label,
            "url": f"{url}?state={code}" if code else url,
            "count": count,
            "tone": "late" if code == GrantState.MISSED and count else "",
            "current": code == state,
        }
        for code, label, count in choices
        if count or not code
    ]


def _switch(asked: Asked, rule: GiftRule) -> HttpResponse:
    on = asked.data.get("on") == "1"
    run = partial(
        acts.switch_rule,
        rule_id=rule.pk,
        on=on,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    url = reverse("promotions:gift", args=[rule.pk])
    return attempt(asked, run, done=_("已打开。") if on else _("已停，送出的不变。"), url=url)


# --- writing and trying -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def gift_new(request: HttpRequest) -> HttpResponse:
    """Write a new rule, or try it on past orders first."""
    if request.method == "POST":
        return _sent(asked_of(request, EDIT), None)
    return _form_page(
        request, GiftForm(initial=_tried_values(request) or _of_activity(request)), None
    )


def _of_activity(request: HttpRequest) -> Data:
    """Give what the form starts with for a gift of `?activity=`: its span and its goods."""
    activity = Activity.objects.filter(pk=page_number(request, "activity")).first()
    if activity is None:
        return {}
    return {
        "name": activity.name,
        "activity": activity.pk,
        "starts_at": activity.starts_at,
        "ends_at": activity.ends_at,
        "goods": list(activity.items.order_by("sku__code").values_list("sku__code", flat=True)),
    }


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def gift_edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Change a rule, or try the change on past orders first."""
    rule = get_object_or_404(GiftRule.objects.select_related("gift_sku"), pk=rule_id)
    if request.method == "POST":
        return _sent(asked_of(request, EDIT), rule)
    initial = _tried_values(request) or gift_initial(acts.values_of(rule))
    return _form_page(request, GiftForm(initial=initial), rule)


def _sent(asked: Asked, rule: GiftRule | None) -> HttpResponse:
    form = GiftForm(asked.data, initial={"activity": rule.activity_id} if rule else {})
    if not form.is_valid():
        return _form_page(asked.request, form, rule, status=422)
    try:
        return _try(asked, form, rule) if "try" in asked.data else _save(asked, form, rule)
    except StaleGoodsError:
        assert rule is not None  # noqa: S101
        return _conflict(asked, form, rule)
    except GoodsRefusedError as refusal:
        for field, words in refusal.errors.items():
            form.add_error(field if field in form.fields else None, words)
        return _form_page(asked.request, form, rule, status=422)


def _save(asked: Asked, form: GiftForm, rule: GiftRule | None) -> HttpResponse:
    if rule is None:
        made = acts.create_rule(values=form.values(), by=asked.by, now=asked.now)
    else:
        made = acts.change_rule(
            rule_id=rule.pk,
            values=form.values(),
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    return attempt(
        asked,
        lambda: None,
        done=_("已保存，从下一次审单起算。"),
        url=reverse("promotions:gift", args=[made.pk]),
    )


def _try(asked: Asked, form: GiftForm, rule: GiftRule | None) -> HttpResponse:
    run = gift_trial.request_trial(values=form.values(), by=asked.by, now=asked.now)
    return redirect(f"{_form_url(rule)}?trial={run.pk}#trial")


def _form_url(rule: GiftRule | None) -> str:
    if rule is None:
        return reverse("promotions:gift_new")
    return reverse("promotions:gift_edit", args=[rule.pk])


def _conflict(asked: Asked, form: GiftForm, rule: GiftRule) -> HttpResponse:
    rule.refresh_from_db()
    stored = {**gift_initial(acts.values_of(rule)), "activity": rule.activity}
    last = last_operation("gift_rule", str(rule.pk))
    saved = Saved(
        what=rule.name,
        version=rule.version,
        by=last.actor_name if last else "",
        at=last.at if last else None,
        rows=rows_of(form, stored),
    )
    return show_both(
        asked.request, saved, back=_form_url(rule), now=asked.now, action=_form_url(rule)
    )


def _form_page(
    request: HttpRequest, form: GiftForm, rule: GiftRule | None, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    run = _trial_run(request)
    context = {
        "now": now,
        "form": form,
        "rule": rule,
        "version": request.POST.get("version") or (rule.version if rule else 0),
        "action": _form_url(rule),
        "back_url": reverse("promotions:gift", args=[rule.pk])
        if rule
        else reverse("promotions:gifts"),
        "trial": _trial(run, request) if run else None,
    }
    return render(request, "promotions/gift_form.html", context, status=status)


def _trial_run(request: HttpRequest) -> Run | None:
    text = request.GET.get("trial", "")
    if not text.isdecimal() or len(text) > 18 or not isinstance(request.user, User):
        return None
    runs = Run.objects.filter(pk=int(text), kind=gift_trial.KIND)
    return runs.filter(created_by=request.user).first()


def _tried_values(request: HttpRequest) -> Data:
    """Give what was tried, so that nobody types it again."""
    run = _trial_run(request)
    return gift_initial(gift_trial.values_tried(run)) if run else {}


def _trial(run: Run, request: HttpRequest) -> Data:
    row = row_of(run, now=timezone.now(), can_control=False)
    if run.state != RunState.DONE or not run.result:
        return {"row": row}
    result = run.result
    sees_cost = request.user.has_perm(COST)
    return {
        "row": row,
        **{name: result[name] for name in ("orders", "given", "missed", "pieces", "days")},
        "rate": result["given"] / result["orders"] if result["orders"] else None,
        "code": result["gift_code"],
        "sales": Decimal(result["sales"]),
        "sees_cost": sees_cost,
        "cost": Decimal(result["cost"]) if sees_cost and result["cost"] else None,
        "sample": [
            {"tid": tid, "pieces": pieces, "url": reverse("orders:order", args=[tid])}
            for tid, pieces in result["sample"]
        ],
        "at": run.ended_at.astimezone(SHANGHAI) if run.ended_at else None,
    }
