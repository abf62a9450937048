"""One campaign: who it goes to, whether it may go, how far it is, what it brought; and what people do to it."""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.actions import campaigns as acts
from crm.actions.backends.gateway import is_configured
from crm.actions.campaign_errors import CampaignRefusedError
from crm.choices import Backend, CampaignState, LeftOut, MemberState
from crm.forms.campaigns import ReasonForm
from crm.models import Campaign, Customer
from crm.queries import campaigns as queries
from crm.queries.messages import rule_of
from crm.rules.conditions import parse
from crm.views.campaign_next import next_card, next_values
from crm.views.campaign_parts import Asked, Data, Names, asked_of, attempt
from crm.views.campaign_result import csv_rows, result_rows
from crm.views.campaigns import TONES
from crm.wording.segments import sentence
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows as as_csv
from shopops.staff.access import requires
from shopops.staff.queries import timeline

OVER = (CampaignState.DONE, CampaignState.STOPPED)


def _found(campaign_id: int) -> Campaign:
    rows = Campaign.objects.select_related("segment", "created_by", "approved_by")
    return get_object_or_404(rows, pk=campaign_id)


@require_GET
@requires("crm.campaign")
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Show one campaign."""
    row, now = _found(campaign_id), timezone.now()
    states = queries.counts_by_state(row.pk)
    context: dict[str, Any] = {
        "now": now,
        "campaign": row,
        "tone": TONES[CampaignState(row.state)],
        "words": sentence(parse(row.conditions or row.segment.conditions)),
        "steps": _steps(row),
        "funnel": _funnel(row),
        "split": _split(row),
        "checks": _checks(row, now),
        "texts": _texts(row, Names.of(request)),
        "states": _states(row, states),
        "progress": _progress(states),
        "may": _may(request, row, states),
        "reason_form": ReasonForm(),
        "events": timeline(object_type=acts.OBJECT, object_key=str(row.pk)),
        "polls": row.state in (CampaignState.PREPARING, CampaignState.SENDING),
    }
    if row.started_at:
        context |= _result(request, row, now)
    return render(request, "crm/campaign.html", context)


def _result(request: HttpRequest, row: Campaign, now: datetime) -> Data:
    with_profit = request.user.has_perm("products.view_cost")
    result = queries.result_of(row, now=now)
    return {
        "result": result_rows(result, with_profit=with_profit),
        "why_not": result.why_not,
        "until": result.until,
        "since": result.since,
        "with_profit": with_profit,
        "next": next_card(row, result, now=now, by_profit=with_profit)
        if row.state in OVER or not result.why_not
        else None,
    }


def _steps(row: Campaign) -> list[Data]:
    order = [
        (_("给谁、写什么、什么时候"), CampaignState.DRAFT),
        (_("抽人、检查"), CampaignState.PREPARED),
        (_("批准"), CampaignState.APPROVED),
        (_("发送"), CampaignState.SENDING),
        (_("看效果"), CampaignState.DONE),
    ]
    at = {
        CampaignState.DRAFT: 0,
        CampaignState.PREPARING: 1,
        CampaignState.PREPARED: 2,
        CampaignState.APPROVED: 3,
        CampaignState.SENDING: 3,
        CampaignState.PAUSED: 3,
        CampaignState.DONE: 4,
        CampaignState.STOPPED: 4,
    }[CampaignState(row.state)]
    return [
        {"label": label, "done": place < at, "current": place == at}
        for place, (label, _state) in enumerate(order)
    ]


def _funnel(row: Campaign) -> list[Data]:
    if not row.funnel:
        return []
    people = reverse("crm:campaign_people", args=[row.pk])
    left = [
        {
            "label": LeftOut(code).label,
            "count": row.funnel[code],
            "is_less": True,
            "url": f"{people}?reason={code}" if code in NAMED else "",
        }
        for code in LeftOut.values
        if row.funnel.get(code)
    ]
    return [
        {"label": _("条件都合"), "count": row.funnel["segment"], "url": ""},
        *left,
        {"label": _("抽定"), "count": row.funnel["drawn"], "url": people, "sum": True},
    ]


# Whoever is left out for these is kept by name; the others are only counted.
NAMED = (LeftOut.MISSING, LeftOut.TOO_LONG, LeftOut.NO_ADDRESS, LeftOut.SAME_ADDRESS)


def _split(row: Campaign) -> Data | None:
    drawn = row.funnel.get("drawn", 0)
    if not drawn:
        return None
    held = row.funnel["held_out"]
    width = round((drawn - held) / drawn * 100, 2)
    return {
        "send": drawn - held,
        "held": held,
        "width": max(width - 0.4, 0),
        "x": width,
        "rest": round(100 - width, 2),
    }


def _checks(row: Campaign, now: datetime) -> list[Data]:
    rule = rule_of(business_date(now))
    people, parts = queries.parts_to_send(row.pk)
    money = (Decimal(str(row.rule.get("price", rule.price))) * parts).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    arms = list(row.arms.order_by("position"))
    most = sum(arm.benefit_amount for arm in arms)
    checks = [
        {
            "ok": True,
            "title": _("同意与退订"),
            "text": _("只发同意「%(channel)s」的人；谁说退订，当场停，永不再发。")
            % {"channel": row.get_channel_display()},
        },
        {
            "ok": True,
            "title": _("上限与静默"),
            "text": _("每人 %(days)d 天 %(count)d 条；%(a)02d:00–%(b)02d:00 不发；重试不会发两次。")
            % {
                "days": rule.cap_days,
                "count": rule.cap_count,
                "a": rule.quiet_from,
                "b": rule.quiet_to,
            },
        },
        {
            "ok": row.holdout_percent > 0,
            "title": _("留出组"),
            "text": _("种子 %(seed)d 存档，随机留出 %(percent)d%%，谁来抽都一样。")
            % {"seed": row.seed, "percent": row.holdout_percent}
            if row.holdout_percent
            else _("没有留出，发完说不出是不是消息带来的。"),
        },
        {
            "ok": True,
            "title": _("要花多少"),
            "text": _("%(people)s 人 %(parts)s 条，短信 ¥%(money)s")
            % {"people": f"{people:,}", "parts": f"{parts:,}", "money": f"{money:,}"}
            + (_("；给好处的每单另算。") if most else _("。")),
        },
    ]
    if row.backend == Backend.SMS:
        checks.append(
            {
                "ok": is_configured(),
                "title": _("短信服务商"),
                "text": _("已接上。") if is_configured() else _("还没接上，管理员要先设置地址。"),
            }
        )
    overruled = [arm for arm in arms if arm.overruled_words]
    checks += [
        {
            "ok": False,
            "title": _("放行了被拦的词"),
            "text": f"{arm.name}: {arm.overruled_words} · {arm.overrule_reason}",
        }
        for arm in overruled
    ]
    return checks


def _texts(row: Campaign, names: Names) -> list[Data]:
    known, rule = queries.lengths(row.pk), row.rule
    who = Customer.objects.in_bulk([one.longest_of for one in known.values()])
    found = []
    for arm in row.arms.order_by("position"):
        length = known.get(arm.pk)
        found.append(
            {
                "name": arm.name,
                "benefit": arm.benefit,
                "text": arm.text,
                "example": names.text(length.longest, who[length.longest_of].name)
                if length
                else "",
                "people": length.people if length else 0,
                "parts": (length.shortest_parts, length.most_parts) if length else None,
                "total": length.parts if length else 0,
                "money": Decimal(str(rule.get("price", 0))) * (length.parts if length else 0),
            }
        )
    return found


def _states(row: Campaign, states: dict[str, int]) -> list[Data]:
    people = reverse("crm:campaign_people", args=[row.pk])
    tones = {"sent": "done", "unknown": "late", "failed": "late", "claimed": "us"}
    return [
        {
            "label": MemberState(code).label,
            "count": states[code],
            "tone": tones.get(code, ""),
            "url": f"{people}?state={code}",
        }
        for code in MemberState.values
        if states.get(code)
    ]


def _progress(states: dict[str, int]) -> Data:
    settled = sum(states.get(code, 0) for code in ("sent", "failed", "unknown"))
    total = settled + states.get("ready", 0) + states.get("claimed", 0)
    return {"done": settled, "total": total}


def _may(request: HttpRequest, row: Campaign, states: dict[str, int]) -> dict[str, bool]:
    can_send, state = request.user.has_perm("crm.send"), row.state
    going = state in (CampaignState.APPROVED, CampaignState.SENDING)
    has_file = row.backend == Backend.UPLOAD and bool(states.get("claimed"))
    return {
        "edit": state in (CampaignState.DRAFT, CampaignState.PREPARED),
        "draw": state in (CampaignState.DRAFT, CampaignState.PREPARED),
        "approve": can_send and state == CampaignState.PREPARED,
        "pause": going,
        "resume": can_send and state == CampaignState.PAUSED,
        "stop": state not in (*OVER, CampaignState.PREPARING),
        "file": can_send and has_file,
        "copy": True,
    }


@require_POST
@requires("crm.campaign")
def act(request: HttpRequest, campaign_id: int, what: str) -> HttpResponse:
    """Draw, pause, stop or copy. Stopping needs no second proof: it must be quick."""
    row, asked = _found(campaign_id), asked_of(request)
    url = reverse("crm:campaign", args=[row.pk])
    who: dict[str, Any] = {"campaign_id": row.pk, "by": asked.by, "now": asked.now}
    reason = str(request.POST.get("reason", ""))
    if what == "copy":
        values = acts.copied_values(row, starts_at=max(row.starts_at, asked.now))
        return _copy(asked, row, values)
    if what == "next":
        return _next(asked, row)
    doing: dict[str, tuple[Callable[[], object], str]] = {
        "draw": (
            lambda: acts.request_draw(version=asked.number("version"), **who),
            _("开始抽人，抽完在这一页看。"),
        ),
        "pause": (lambda: acts.pause(reason=reason, **who), _("已暂停，一条也不再发。")),
        "stop": (lambda: acts.stop(reason=reason, **who), _("已停，没发的不再发。")),
    }
    if what not in doing:
        raise Http404(what)
    do, done = doing[what]
    return attempt(asked, do, done=done, url=url)


def _next(asked: Asked, row: Campaign) -> HttpResponse:
    """Make a draft of the texts that are advised for the next time."""
    by_profit = asked.request.user.has_perm("products.view_cost")
    values = next_values(row, now=asked.now, by_profit=by_profit)
    if values is None:
        messages.error(asked.request, _("这次的结果说不出下一次怎么发，可以照原样复制一份来改。"))
        return redirect("crm:campaign", row.pk)
    return _copy(asked, row, values)


def _copy(asked: Asked, row: Campaign, values: acts.CampaignValues) -> HttpResponse:
    made: list[Campaign] = []

    def copy() -> None:
        made.append(acts.save_campaign(campaign_id=None, values=values, by=asked.by, now=asked.now))

    answer = attempt(
        asked,
        copy,
        done=_("已复制成草稿，改好再抽人。"),
        url=reverse("crm:campaign", args=[row.pk]),
    )
    return redirect("crm:edit_campaign", made[0].pk) if made else answer


@require_POST
@requires("crm.send", fresh=True)
def release(request: HttpRequest, campaign_id: int, what: str) -> HttpResponse:
    """Approve, go on, say what became of a file or of a message: with a fresh second factor."""
    row, asked = _found(campaign_id), asked_of(request)
    who: dict[str, Any] = {"by": asked.by, "now": asked.now}
    own: dict[str, Any] = {"campaign_id": row.pk, **who}
    reason = str(request.POST.get("reason", ""))
    member = {"member_id": asked.number("member"), "reason": reason, **who}
    if what in ("sent", "unsent"):
        mine = row.members.filter(pk=asked.number("member"))
        if not mine.exists():
            raise Http404(what)
    doing: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: acts.approve(version=asked.number("version"), **own),
            _("已批准，到时间就发。"),
        ),
        "resume": (lambda: acts.resume(**own), _("继续发。")),
        "uploaded": (
            lambda: acts.confirm_upload(was_uploaded=True, **own),
            _("已记下上传。"),
        ),
        "not_uploaded": (
            lambda: acts.confirm_upload(was_uploaded=False, **own),
            _("已记下没有上传，营销暂停。"),
        ),
        "sent": (lambda: acts.settle(was_sent=True, **member), _("已记为发出。")),
        "unsent": (lambda: acts.settle(was_sent=False, **member), _("没发成，会再发一次。")),
    }
    if what not in doing:
        raise Http404(what)
    do, done = doing[what]
    return attempt(asked, do, done=done, url=reverse("crm:campaign", args=[row.pk]))


@require_POST
@requires("crm.send", fresh=True)
def upload_file(request: HttpRequest, campaign_id: int) -> HttpResponse | StreamingHttpResponse:
    """Hand out the file for the platform's own tool; each time is logged."""
    row, asked = _found(campaign_id), asked_of(request)
    try:
        rows = acts.make_file(campaign_id=row.pk, by=asked.by, now=asked.now)
    except CampaignRefusedError as refusal:
        return attempt(asked, _refuse(refusal), done="", url=reverse("crm:campaign", args=[row.pk]))
    head = (_("旺旺名"), _("内容"), _("编号"))
    response = StreamingHttpResponse(
        as_csv([head, *rows], encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="campaign-{row.pk}.csv"'
    return response


def _refuse(refusal: CampaignRefusedError) -> Callable[[], object]:
    def again() -> None:
        raise refusal

    return again


@require_GET
@requires("crm.campaign")
def people(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """List a campaign's people by what became of them."""
    row = _found(campaign_id)
    state, reason = request.GET.get("state", ""), request.GET.get("reason", "")
    text = request.GET.get("after", "")
    after = int(text) if text.isdecimal() and len(text) < 19 else 0
    found = queries.people(row.pk, state=state, reason=reason, after=after)
    names = Names.of(request)
    shown, more = found[: queries.PAGE], len(found) > queries.PAGE
    here = reverse("crm:campaign_people", args=[row.pk])
    counts = queries.counts_by_state(row.pk)
    context = {
        "now": timezone.now(),
        "campaign": row,
        "rows": [
            {
                "row": one,
                "name": names.name(one.customer.name),
                "text": names.text(one.text, one.customer.name),
            }
            for one in shown
        ],
        "tabs": [
            {"label": _("全部"), "url": here, "count": sum(counts.values()), "current": not state}
        ]
        + [
            {
                "label": MemberState(code).label,
                "url": f"{here}?state={code}",
                "count": counts[code],
                "current": code == state,
            }
            for code in MemberState.values
            if counts.get(code)
        ],
        "next": f"{here}?state={state}&reason={reason}&after={shown[-1].pk}" if more else "",
        "first": here if after else "",
        "can_settle": request.user.has_perm("crm.send"),
    }
    return render(request, "crm/campaign_people.html", context)


@require_GET
@requires("crm.campaign")
def result_csv(request: HttpRequest, campaign_id: int) -> StreamingHttpResponse:
    """Give the result as a file."""
    row = _found(campaign_id)
    result = queries.result_of(row, now=timezone.now())
    rows = csv_rows(row, result, with_profit=request.user.has_perm("products.view_cost"))
    response = StreamingHttpResponse(
        as_csv(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="campaign-{row.pk}-result.csv"'
    return response
