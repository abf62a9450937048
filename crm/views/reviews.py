"""The list of reviews: the queue by its clocks, filters in the address, bulk acts."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from crm.actions.reviews import handling
from crm.forms import desk as forms
from crm.models import Review, ReviewCase
from crm.queries import reviews as queries
from crm.review_choices import REVIEW_TRANSITIONS, Rating, ReviewState
from crm.views.serving import Asked, Data, answer_part, chips_of, pager_of
from shopops.staff.access import requires

TABS = {
    "due": gettext_lazy("待答复"),
    "answered": gettext_lazy("已答复"),
    "closed": gettext_lazy("已结束"),
    "loose": gettext_lazy("没对上订单"),
    "missing": gettext_lazy("可能已删"),
    "all": gettext_lazy("全部"),
}
RATING_TONES = {Rating.GOOD: "done", Rating.NEUTRAL: "soon", Rating.BAD: "late"}
STATE_TONES = {ReviewState.OPEN: "late", ReviewState.ANSWERED: "us", ReviewState.CLOSED: "done"}


@require_http_methods(["GET", "POST"])
@never_cache
@vary_on_headers("HX-Request")
@requires("crm.reviews")
def reviews(request: HttpRequest) -> HttpResponse:
    """List reviews, late ones first; a POST acts on those that are ticked."""
    tab = request.GET.get("tab", "due")
    form = forms.ReviewFilterForm(request.GET)
    if tab not in TABS or not form.is_valid():
        raise Http404(tab)
    kept = {name: str(value) for name, value in form.cleaned_data.items() if value}
    if request.method == "POST":
        done = answer_part(request, {"bulk": ("crm.reviews", _bulk)}, back=_url(tab, kept))
        if done is not None:
            return done
    now = timezone.now()
    try:
        page = queries.review_page(
            tab, kept, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
    except ValueError as error:
        raise Http404(tab) from error
    context = {
        "now": now,
        "tab": tab,
        "tabs": _tabs(tab, kept, now=now),
        "ratings": [
            {
                "label": label,
                "url": _url(tab, kept | {"rating": code}),
                "current": kept.get("rating", "") == code,
            }
            for code, label in (("", _("全部")), *Rating.choices)
        ],
        "filter_form": form,
        "chips": [one for one in chips_of(form, kept, lambda left: _url(tab, left)) if one["name"] != "rating"],
        "hidden": {**kept, "tab": tab},
        "rows": [row_of(row) for row in page.rows],
        "page": pager_of(page, _url(tab, kept)),
        "acts": _acts(),
        "here": _url(tab, kept),
        "is_filtered": bool(kept),
        "all_url": _url(tab, {}),
    }  # fmt: skip
    template = "crm/reviews.html"
    return render(
        request, f"{template}#rows" if getattr(request, "htmx", None) else template, context
    )


def _tabs(tab: str, kept: dict[str, str], *, now: datetime) -> list[Data]:
    counts = queries.counts(now=now)
    return [
        {
            "label": label,
            "url": _url(code, kept),
            "count": counts.get(code),
            "tone": "late" if code == "due" and counts["late"] else "",
            "current": code == tab,
        }
        for code, label in TABS.items()
    ]


def _url(tab: str, query: dict[str, str]) -> str:
    kept = {name: value for name, value in {"tab": tab, **query}.items() if value}
    return f"{reverse('crm:reviews')}?{urlencode(kept)}"


def row_of(row: Review) -> Data:
    """Give one row of the list."""
    case = getattr(row, "case", None)
    return {
        "id": row.pk,
        "url": reverse("crm:review", kwargs={"review_id": row.pk}),
        "rating": row.get_rating_display(),
        "rating_tone": RATING_TONES[Rating(row.rating)],
        "rated_at": row.rated_at,
        "content": row.content,
        "append": row.append,
        "nick": row.nick,
        "sku": row.sku.code if row.sku else (row.spec or row.item_no),
        "tid": row.order.tid if row.order else "",
        "order_url": reverse("orders:order", kwargs={"tid": row.order.tid}) if row.order else "",
        "is_gone": row.taken_back_at is not None,
        "is_missing": row.missing_since is not None,
        "case": case,
        "due_at": case.due_at if case and case.state == ReviewState.OPEN else None,
        "state": case.get_state_display() if case else "",
        "state_tone": STATE_TONES[ReviewState(case.state)] if case else "",
        "cause": case.get_cause_display() if case else "",
        "is_guess": bool(case and case.cause and not case.is_cause_confirmed),
        "owner": case.owner.name if case and case.owner else "",
        "can": _can(case),
        "took": case.answered_at - max(row.rated_at, case.opened_at)
        if case and case.answered_at
        else None,
    }


def _can(case: ReviewCase | None) -> str:
    """Say which bulk acts change a case; the reasons for the rest are said when it is tried."""
    if case is None:
        return ""
    can_end = ReviewState.CLOSED in REVIEW_TRANSITIONS[ReviewState(case.state)]
    return "take pass cause end" if can_end else "take pass cause"


def _acts() -> list[Data]:
    say, not_said = _("{n} 条交给我"), _("{n} 条没有评价单")
    return [
        {
            "code": "take",
            "label": _("我来处理"),
            "main": True,
            "form": None,
            "say": say,
            "say_not": not_said,
        },
        *(
            {"code": code, "label": label, "main": False, "form": form}
            for code, label, form in (
                ("pass", _("交出去"), forms.OwnerForm(auto_id="id_many_%s")),
                ("cause", _("定原因"), forms.ManyCauseForm(auto_id="id_many_%s")),
                ("end", _("结束"), forms.ManyEndForm(auto_id="id_many_%s")),
            )
        ),
    ]


def _bulk(asked: Asked) -> HttpResponse:
    ids = [int(one) for one in asked.data.getlist("tid") if one.isdecimal() and len(one) < 19]
    act = str(asked.data.get("act", ""))
    value = str(
        asked.data.get({"pass": "owner", "cause": "cause", "end": "outcome"}.get(act, ""), "")
    )
    done = handling.act_on_many(review_ids=ids, act=act, value=value, by=asked.by, now=asked.now)
    words = _("改了 %(n)d 条。") % {"n": done.done}
    for reason, count in done.refused.items():
        words += " " + _("%(n)d 条没改：%(reason)s") % {"n": count, "reason": reason}
    return asked.done(words)
