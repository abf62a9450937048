"""Exchange partners: the list, and one with what each side gave and got."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, Data
from promotions.actions import partners as actions
from promotions.choices import ExchangeSide
from promotions.forms.partners import ExchangeForm, FiguresForm, NoteForm, PartnerForm
from promotions.models import Partner
from promotions.queries import partners as queries
from promotions.queries.partners import ExchangeRow
from promotions.rules.partners import MEASURES
from promotions.views.panels import Panel, answer, events_of, shown, version_sent
from promotions.wording.partners import FIELDS as WORDS
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

RIGHT = "promotions.partners"
FIELDS = ("name", "sells", "contact", "owner", "follow_up_on", "note", "is_on")


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def partners(request: HttpRequest) -> HttpResponse:
    """List partners, those to be asked first in front; a POST adds one."""
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("加一个伙伴"),
            button=gettext_lazy("加上"),
            make=PartnerForm,
            act=_add,
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=RIGHT, back=reverse("promotions:partners"))
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    today = business_date(now)
    with_ended = request.GET.get("ended") == "1"
    rows = list(queries.partners(with_ended=with_ended)[:300])
    exchanges = queries.exchanges([one.pk for one in rows])
    context = {
        "now": now,
        "rows": [_row(one, exchanges[one.pk], today) for one in rows],
        "with_ended": with_ended,
        "panels": shown(panels, sent),
    }
    return render(request, "promotions/partners.html", context, status=422 if sent else 200)


def _row(one: Any, exchanges: list[ExchangeRow], today: Any) -> Data:  # noqa: ANN401
    sums = queries.sum_of(exchanges)
    return {
        "url": reverse("promotions:partner", kwargs={"partner_id": one.pk}),
        "name": one.name,
        "sells": one.sells,
        "owner": one.owner.name if one.owner else "",
        "follow_up_on": one.follow_up_on,
        "is_due": one.is_on and one.follow_up_on is not None and one.follow_up_on <= today,
        "is_on": one.is_on,
        "count": one.exchange_count,
        "clicks": sums["clicks"],
        "orders": sums["orders"],
        "amount": sums["amount"],
    }


def _add(form: PartnerForm, asked: Asked) -> str:
    actions.add_partner(values=form.cleaned_data, by=asked.by, now=asked.now)
    return _("加上了。")


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Show one partner with its exchanges; a POST of a panel notes, adds, fills in or changes."""
    row = get_object_or_404(Partner.objects.select_related("owner"), pk=partner_id)
    rows = queries.exchanges([row.pk])[row.pk]
    panels = [*_panels(row), *_figure_panels(rows)]
    here = reverse("promotions:partner", kwargs={"partner_id": row.pk})
    sent = answer(request, panels, right=RIGHT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    parts = {str(one["code"]): one for one in shown(panels, sent)}
    context = {
        "now": now,
        "row": row,
        "is_due": row.is_on
        and row.follow_up_on is not None
        and row.follow_up_on <= business_date(now),
        "exchanges": [_exchange(one, parts) for one in rows],
        "sums": _measures(None, None, queries.sum_of(rows)),
        "events": events_of("partner", row.pk),
        "panels": [parts[code] for code in ("note", "exchange", "edit")],
    }
    return render(request, "promotions/partner.html", context, status=422 if sent else 200)


def _exchange(one: ExchangeRow, parts: dict[str, Data]) -> Data:
    return {
        "exchange": one.exchange,
        "measures": _measures(one.gave, one.got, one.balance),
        "panels": [parts[f"{side}{one.exchange.pk}"] for side in ExchangeSide.values],
    }


def _measures(gave: Any, got: Any, balance: Any) -> list[Data]:  # noqa: ANN401
    return [
        {
            "label": _("金额") if name == "amount" else WORDS[name],
            "is_money": name == "amount",
            "gave": gave[name] if gave else None,
            "got": got[name] if got else None,
            "balance": balance[name],
        }
        for name in MEASURES
    ]


def _panels(row: Partner) -> list[Panel]:
    stored = {name: getattr(row, name) for name in FIELDS}
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
            code="exchange",
            title=gettext_lazy("加一次互换"),
            button=gettext_lazy("加上"),
            make=ExchangeForm,
            act=partial(_add_exchange, row),
            icon="plus",
        ),
        Panel(
            code="edit",
            title=gettext_lazy("改资料"),
            button=gettext_lazy("保存"),
            make=PartnerForm,
            act=partial(_edit, row),
            initial=stored,
            version=row.version,
            stored=stored,
            key=("partner", str(row.pk)),
        ),
    ]


def _figure_panels(rows: list[ExchangeRow]) -> list[Panel]:
    return [
        Panel(
            code=f"{side.value}{one.exchange.pk}",
            title=_("填「%(side)s」") % {"side": side.label},
            button=gettext_lazy("保存"),
            make=FiguresForm,
            act=partial(_figures, one, side),
            initial=dict(one.gave if side == ExchangeSide.GAVE else one.got),
            version=one.exchange.version,
            stored=dict(one.gave if side == ExchangeSide.GAVE else one.got),
            key=("partner", str(one.exchange.partner_id)),
            is_two=True,
        )
        for one in rows
        for side in ExchangeSide
    ]


def _note(row: Partner, form: NoteForm, asked: Asked) -> str:
    actions.note_partner(partner_id=row.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    return _("记下了。")


def _add_exchange(row: Partner, form: ExchangeForm, asked: Asked) -> str:
    actions.add_exchange(partner_id=row.pk, values=form.cleaned_data, by=asked.by, now=asked.now)
    return _("加上了。")


def _edit(row: Partner, form: PartnerForm, asked: Asked) -> str:
    actions.edit_partner(
        partner_id=row.pk,
        values=form.cleaned_data,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _figures(one: ExchangeRow, side: ExchangeSide, form: FiguresForm, asked: Asked) -> str:
    actions.set_figures(
        exchange_id=one.exchange.pk,
        side=side,
        figures=form.cleaned_data,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")
