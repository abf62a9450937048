"""Benefits: the list, one benefit with its SKUs and what paid orders could claim, making and changing."""

from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.views.acting import Asked, Data, answer, conflict, page_number
from promotions.actions import benefits as actions
from promotions.actions.check import request_check
from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.choices import Audience, BenefitKind
from promotions.forms.benefits import BenefitForm, initial_of
from promotions.models import Activity, Benefit
from promotions.queries.lowest import lowest_prices
from promotions.queries.protection import protected_claims, protected_skus
from promotions.wording.benefits import benefit_words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User

PAGE = 50
SHOWN_SKUS, SHOWN_CLAIMS = 200, 50
VIEWS = ("now", "ahead", "over", "off")


@require_GET
@requires("promotions.view")
def benefits(request: HttpRequest) -> HttpResponse:
    """List benefits: what holds now, what begins, what is over."""
    now = timezone.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "now"
    rows = _of_view(view, now).select_related("activity", "changed_by")
    if after := page_number(request):
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    here = reverse("promotions:benefits")
    labels = {"now": _("正在用"), "ahead": _("还没开始"), "over": _("已结束"), "off": _("关掉的")}
    older = f"{here}?view={view}&after={found[PAGE - 1].pk}" if len(found) > PAGE else None
    context = {
        "now": now,
        "rows": [_row(row, now) for row in found[:PAGE]],
        "tabs": [
            {
                "label": labels[one],
                "url": f"{here}?view={one}",
                "count": None,
                "current": one == view,
            }
            for one in VIEWS
        ],
        "older_url": older,
        "newer_url": f"{here}?view={view}" if after else None,
        "kinds": [{"value": one.value, "label": one.label} for one in BenefitKind],
        "can_edit": request.user.has_perm("promotions.edit"),
        "can_set_rules": request.user.has_perm("promotions.set_rules"),
    }
    return render(request, "promotions/benefits.html", context)


def _of_view(view: str, now: datetime):  # type: ignore[no-untyped-def]
    rows = Benefit.objects.filter(is_on=view != "off")
    if view == "now":
        return rows.filter(starts_at__lte=now, ends_at__gt=now)
    if view == "ahead":
        return rows.filter(starts_at__gt=now)
    return rows.filter(ends_at__lte=now) if view == "over" else rows


def _row(row: Benefit, now: datetime) -> Data:
    if not row.is_on:
        state, tone = _("关掉"), "wait"
    elif row.ends_at <= now:
        state, tone = _("已结束"), "wait"
    else:
        state, tone = (_("正在用"), "done") if row.starts_at <= now else (_("还没开始"), "us")
    return {
        "benefit": row,
        "words": benefit_words(row.kind, row.parameters),
        "audience": Audience(row.audience).label,
        "state": state,
        "tone": tone,
        "url": reverse("promotions:benefit", kwargs={"benefit_id": row.pk}),
    }


@require_http_methods(["GET", "POST"])
@requires("promotions.edit")
def new_benefit(request: HttpRequest, kind: str) -> HttpResponse:
    """Make a benefit of a kind; `?activity=` makes it one of that activity, and leads back to it."""
    if kind not in BenefitKind.values:
        return redirect("promotions:benefits")
    activity = Activity.objects.filter(pk=page_number(request, "activity")).first()
    if request.GET.get("activity") and activity is None:
        raise Http404
    form = BenefitForm(request.POST or None, kind=BenefitKind(kind), initial=_starting(activity))
    if request.method == "POST" and form.is_valid():
        done = _create(request, form, activity)
        if done is not None:
            return done
    status = 422 if request.method == "POST" else 200
    back = _page_of(activity) if activity else reverse("promotions:benefits")
    context = {
        "form": form,
        "kind": BenefitKind(kind).label,
        "activity": activity,
        "back": back,
        "now": timezone.now(),
    }
    return render(request, "promotions/new_benefit.html", context, status=status)


def _page_of(activity: Activity) -> str:
    return reverse("promotions:activity", args=[activity.pk])


def _starting(activity: Activity | None) -> Data:
    """Give what an empty form starts with: an activity's span and SKUs, else the whole shop."""
    if activity is None:
        return {"is_shop_wide": True}
    codes = activity.items.order_by("sku__code").values_list("sku__code", flat=True)
    return {
        "name": activity.name,
        "starts_at": activity.starts_at,
        "ends_at": activity.ends_at,
        "is_shop_wide": False,
        "skus": "\n".join(codes),
    }


def _create(
    request: HttpRequest, form: BenefitForm, activity: Activity | None
) -> HttpResponse | None:
    assert isinstance(request.user, User)  # noqa: S101
    now = timezone.now()
    given = form.given(activity_id=activity.pk if activity else None)
    try:
        row = actions.create_benefit(given=given, by=request.user, now=now)
    except BenefitRefusedError as refusal:
        _say(form, refusal)
        return None
    messages.success(request, _("已新建并打开，正在重算最低到手价。"))
    _warn(request, given)
    if activity is None:
        return redirect("promotions:benefit", benefit_id=row.pk)
    request_check(activity_id=activity.pk, now=now, by=request.user)
    return redirect(f"{_page_of(activity)}#benefits")


def _warn(request: HttpRequest, given: actions.BenefitGiven) -> None:
    """Say which goods a benefit of the whole shop would give away."""
    count, code = actions.given_away(given)
    if count:
        messages.warning(
            request,
            _("减得比一口价还多：%(n)s 个商家编码（比如 %(code)s）会白送，改成只给指定商品。")
            % {"n": count, "code": code},
        )


def _say(form: BenefitForm, refusal: BenefitRefusedError) -> None:
    for field, words in refusal.errors.items():
        form.add_error(field if field in form.fields else None, words)


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def benefit(request: HttpRequest, benefit_id: int) -> HttpResponse:
    """Show one benefit; a POST changes it or switches it."""
    row = get_object_or_404(Benefit.objects.select_related("activity", "changed_by"), pk=benefit_id)
    given = actions.given_of(row)
    hidden = _hidden_cost(request, row)
    form = BenefitForm(kind=given.kind, initial=initial_of(given), hidden_cost=hidden)
    if request.method == "POST":
        if request.POST.get("part") == "change":
            form = BenefitForm(request.POST, kind=given.kind, hidden_cost=hidden)
            form.is_valid()
        parts = {
            "change": ("promotions.edit", lambda asked: _change(asked, row, form)),
            "on": ("promotions.edit", lambda asked: _switch(asked, row, is_on=True)),
            "off": ("promotions.edit", lambda asked: _switch(asked, row, is_on=False)),
        }
        back = reverse("promotions:benefit", kwargs={"benefit_id": row.pk})
        if form.errors:
            parts.pop("change")
        done = answer(request, parts, back=back)
        if done is not None:
            return done
    now = timezone.now()
    context = {
        "now": now,
        **_row(row, now),
        "kind": given.kind.label,
        "form": form,
        "skus": list(given.skus.items())[:SHOWN_SKUS],
        "sku_count": len(given.skus),
        **_claims(request, row, now),
        "can_edit": request.user.has_perm("promotions.edit"),
    }
    return render(request, "promotions/benefit.html", context, status=422 if form.errors else 200)


def _hidden_cost(request: HttpRequest, row: Benefit) -> str | None:
    """Give what a gift costs where whoever asks may not see it; None: it may be seen."""
    if request.user.has_perm("products.view_cost"):
        return None
    return str(row.parameters.get("cost", ""))


def _claims(request: HttpRequest, row: Benefit, now: datetime) -> Data:
    """Give what buyers still protected could claim once this benefit holds; worked out when asked for.

    Of a few SKUs it is shown at once; of the whole shop, or of many, behind a link.
    """
    if row.ends_at <= now or not row.is_on:
        return {}
    ids = list(row.skus.order_by("sku_id").values_list("sku_id", flat=True)[: SHOWN_SKUS + 1])
    if row.is_shop_wide or len(ids) > SHOWN_SKUS:
        if request.GET.get("claims") != "1":
            return {"claims_url": "?claims=1#claims"}
        ids = protected_skus(now=now, benefit=None if row.is_shop_wide else row)
    day = max(business_date(row.starts_at), business_date(now))
    prices = lowest_prices(ids, [day], now=now)
    new: dict[str, Decimal] = {one.sku_code: one.amount for one in prices.values()}
    claims = protected_claims(new, now=now)
    return {"claims": claims, "claim_rows": claims.rows[:SHOWN_CLAIMS]}


def _change(asked: Asked, row: Benefit, form: BenefitForm) -> HttpResponse:
    given = form.given(code=row.code, activity_id=row.activity_id)
    try:
        actions.change_benefit(
            benefit_id=row.pk,
            given=given,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StalePriceError as stale:
        current = Benefit.objects.get(pk=row.pk)
        theirs = BenefitForm(
            kind=given.kind,
            initial=initial_of(actions.given_of(current)),
            hidden_cost=form.hidden_cost,
        )
        rows = [
            (field.label, theirs.initial.get(name), form.data.get(name, ""))
            for name, field in form.fields.items()
        ]
        return conflict(asked, stale, key=("benefit", row.code), rows=rows, version=current.version)
    _warn(asked.request, given)
    return asked.done(_("已保存，正在重算最低到手价。"))


def _switch(asked: Asked, row: Benefit, *, is_on: bool) -> HttpResponse:
    actions.switch_benefit(
        benefit_id=row.pk, is_on=is_on, version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已打开。") if is_on else _("已关掉。"))
