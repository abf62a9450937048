"""Caps and balances of channels, the rule by which traffic is judged, and the reports that came."""

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.actions.errors import StaleGoodsError
from products.views.acting import Asked, answer, conflict
from promotions.actions import channels as acts
from promotions.actions.importing.kinds import file_kinds
from promotions.choices import Channel
from promotions.forms.channels import PARAMETER_LABELS, AccountForm, BalanceForm, RuleForm
from promotions.models import ChannelAccount, ChannelBalance, ChannelRule, ChannelWarning
from promotions.queries.ad_margins import rule_row, settings_on
from promotions.queries.channel_money import Balance, balances, caps_on
from promotions.rules.channel_parameters import start_parameters
from promotions.views.channel_parts import CHANNELS, Data, channel_words
from promotions.wording.channels import doubt_words
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.intake.wording import note_text
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires

REPORTS = 40
WARNINGS = 200
HISTORY = 30


@require_http_methods(["GET", "POST"])
@requires(CHANNELS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Show caps and balances; a POST keeps a channel, notes a balance, or changes the rule."""
    if request.method == "POST":
        done = answer(
            request,
            {
                "account": (CHANNELS, _keep),
                "balance": (CHANNELS, _note),
                "rule": (CHANNELS, _rule),
            },
            back=reverse("promotions:channel_accounts"),
        )
        if done is not None:
            return done
    now = timezone.now()
    today = business_date(now)
    rule = rule_row(today)
    settings = settings_on(today)
    kept = {row.channel: row for row in ChannelAccount.objects.order_by("pk")}
    caps = caps_on(today)
    stand = {one.channel: one for one in balances(today)}
    context = {
        "now": now,
        "today": today,
        "rows": [_row(one, kept.get(one), caps, stand, settings.balance_days) for one in Channel],
        "balance_form": BalanceForm(initial={"day": today}),
        "noted": _notes_of(today),
        "history": ChannelBalance.objects.select_related("noted_by").order_by("-date", "-pk")[
            :HISTORY
        ],
        "rule_form": RuleForm(initial={**start_parameters(), **(rule.parameters if rule else {})}),
        "rule": rule,
        "rule_version": acts.rule_version(rule),
        "url": reverse("promotions:channel_accounts"),
    }
    return render(request, "promotions/channel_accounts.html", context)


def _row(
    channel: Channel,
    row: ChannelAccount | None,
    caps: dict[tuple[str, str], Decimal],
    stand: dict[str, Balance],
    days: int,
) -> Data:
    cap = caps.get((channel, ""))
    balance = stand.get(channel)
    return {
        "code": channel.value,
        "name": channel.label,
        "is_used": row is not None and row.is_used,
        "cap": cap,
        "low": row.low_balance_amount if row else None,
        "balance": balance,
        "is_low": bool(balance and balance.is_low(days=days)),
        "version": row.version if row else 0,
        "form": AccountForm(
            initial={
                "cap": cap,
                "low_balance": row.low_balance_amount if row else None,
                "is_used": row is not None and row.is_used,
            },
            auto_id=f"id_{channel}_%s",
        ),
        "hidden": [
            {"name": "part", "value": "account"},
            {"name": "channel", "value": channel.value},
            {"name": "version", "value": row.version if row else 0},
        ],
    }


def _notes_of(today: date) -> list[ChannelBalance]:
    return list(ChannelBalance.objects.filter(date=today).order_by("channel"))


def _channel(asked: Asked) -> Channel:
    code = str(asked.data.get("channel", ""))
    return Channel(code) if code in Channel.values else Channel.WXT


def _keep(asked: Asked) -> HttpResponse:
    form, channel = AccountForm(asked.data), _channel(asked)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    values = acts.AccountValues(data["is_used"], data["cap"], data["low_balance"])
    try:
        acts.keep_account(
            channel=channel,
            values=values,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        row = ChannelAccount.objects.get(channel=channel)
        cap = acts.cap_on(channel, "", business_date(asked.now))
        rows = [
            (_("日限额"), money(cap), money(values.cap)),
            (_("余额线"), money(row.low_balance_amount), money(values.low_balance)),
            (_("在用"), _yes(row.is_used), _yes(values.is_used)),
        ]
        return conflict(asked, stale, key=("channel", channel), rows=rows, version=row.version)
    return asked.done(_("已保存，限额从今天起。"))


def _yes(value: bool) -> str:  # noqa: FBT001
    return _("是") if value else _("否")


def _note(asked: Asked) -> HttpResponse:
    form, channel = BalanceForm(asked.data), _channel(asked)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    seen = asked.data.get("version", "")
    try:
        acts.note_balance(
            channel=channel,
            day=data["day"],
            amount=data["amount"],
            version=int(seen) if str(seen).isdecimal() else 0,
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        row = ChannelBalance.objects.get(channel=channel, date=data["day"])
        rows = [(_("余额"), money(row.balance_amount), money(data["amount"]))]
        return conflict(asked, stale, key=("channel", channel), rows=rows, version=row.version)
    return asked.done(_("已记下。"))


def _rule(asked: Asked) -> HttpResponse:
    form = RuleForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    try:
        acts.change_rule(
            parameters=form.cleaned_data,
            version=str(asked.data.get("version", "")),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        row = rule_row(business_date(asked.now))
        stored = {**start_parameters(), **(row.parameters if row else {})}
        rows = [(PARAMETER_LABELS[name], stored[name], form.cleaned_data[name]) for name in stored]
        key = ("channel_rule", row.valid_from.isoformat() if isinstance(row, ChannelRule) else "")
        return conflict(asked, stale, key=key, rows=rows, version=acts.rule_version(row))
    return asked.done(_("已保存，从今天起按新的。"))


@require_GET
@requires(CHANNELS)
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports that came, and of one of them the figures that do not follow."""
    now = timezone.now()
    kinds = {kind.code: kind.label for kind in file_kinds()}
    batches = list(
        Batch.objects.filter(kind__in=list(kinds), state=BatchState.DONE).order_by("-pk")[:REPORTS]
    )
    text = request.GET.get("batch", "")
    chosen = int(text) if text.isdecimal() and len(text) < 19 else 0
    warnings = list(
        ChannelWarning.objects.filter(batch_id=chosen).order_by("line", "pk")[: WARNINGS + 1]
    )
    context = {
        "now": now,
        "rows": [
            {
                "batch": one,
                "label": kinds[one.kind],
                "notes": [note_text(note) for note in one.facts.get("notes", [])],
                "doubts": int(one.facts.get("ad_doubts", 0) or 0),
                "current": one.pk == chosen,
            }
            for one in batches
        ],
        "chosen": next((one for one in batches if one.pk == chosen), None),
        "warnings": [{"row": one, "why": doubt_words(one.code)} for one in warnings[:WARNINGS]],
        "more": len(warnings) > WARNINGS,
        "channel": channel_words,
    }
    return render(request, "promotions/channel_reports.html", context)
