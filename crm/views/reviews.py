"""Reviews: the queue with bulk acts, and one review with its order, history, score and answers to insert."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.actions.reviews import handling, malice
from crm.forms import desk as forms
from crm.models import Review
from crm.queries import reviews as queries
from crm.queries.service import find_answers, variables_of
from crm.review_choices import Rating, ReviewCause, ReviewOutcome, ReviewState, Scene, Topic
from crm.rules.answers import fill
from crm.rules.reviews import ESTIMATE, SCORE_DAYS
from crm.views.serving import Asked, Data, answer_part, events, person_of, shop_name
from products.views.acting import page_number
from shopops.staff.access import requires
from shopops.staff.models import User

SIZE = 50
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
FILTERS = ("rating", "topic", "tone", "sku", "month", "owner", "q")
FILTER_LABELS = {
    "rating": gettext_lazy("评价"),
    "topic": gettext_lazy("话题"),
    "tone": gettext_lazy("语气"),
    "sku": gettext_lazy("SKU"),
    "month": gettext_lazy("月份"),
    "owner": gettext_lazy("谁处理"),
    "q": gettext_lazy("搜索"),
}
BACK = "crm:reviews"


@require_http_methods(["GET", "POST"])
@never_cache
@requires("crm.reviews")
def reviews(request: HttpRequest) -> HttpResponse:
    """List reviews, late ones first; a POST acts on those that are ticked."""
    tab = request.GET.get("tab", "due")
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    if tab not in TABS or _bad_month(kept.get("month", "")):
        raise Http404(tab)
    if request.method == "POST":
        done = answer_part(request, {"bulk": ("crm.reviews", _bulk)}, back=_url(tab, kept))
        if done is not None:
            return done
    now = timezone.now()
    start = page_number(request)
    rows = list(queries.reviews(tab, kept)[start : start + SIZE + 1])
    counts = queries.counts(now=now)
    context: Data = {
        "now": now,
        "tab": tab,
        "tabs": [
            {
                "label": label,
                "url": _url(code, kept),
                "count": counts.get(code),
                "tone": "late" if code == "due" and counts["late"] else "",
                "current": code == tab,
            }
            for code, label in TABS.items()
        ],
        "ratings": [
            {
                "label": label,
                "url": _url(tab, kept | {"rating": code}),
                "current": kept.get("rating", "") == code,
            }
            for code, label in (("", _("全部")), *Rating.choices)
        ],
        "chips": [
            {
                "label": FILTER_LABELS[name],
                "value": _shown(name, value),
                "remove_url": _url(tab, {k: v for k, v in kept.items() if k != name}),
            }
            for name, value in kept.items()
            if name != "rating"
        ],
        "q": kept.get("q", ""),
        "hidden": {**kept, "tab": tab},
        "rows": [row_of(row) for row in rows[:SIZE]],
        "newer_url": _url(tab, kept | {"after": str(max(start - SIZE, 0))}) if start else None,
        "older_url": _url(tab, kept | {"after": str(start + SIZE)}) if len(rows) > SIZE else None,
        "causes": ReviewCause.choices,
        "outcomes": ReviewOutcome.choices,
        "people": User.objects.filter(is_active=True).order_by("name", "pk"),
        "here": _url(tab, kept),
    }
    return render(request, "crm/reviews.html", context)


def _bad_month(text: str) -> bool:
    return bool(text) and not (len(text) == 7 and text[:4].isdecimal() and text[5:].isdecimal())


def _url(tab: str, query: dict[str, str]) -> str:
    kept = {name: value for name, value in {"tab": tab, **query}.items() if value}
    return f"{reverse(BACK)}?{urlencode(kept)}"


def _shown(name: str, value: str) -> str:
    if name == "topic" and value in Topic:
        return str(Topic(value).label)
    if name == "owner" and value.isdecimal():
        found = User.objects.filter(pk=value).first()
        return found.name if found else value
    return value


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
        "took": case.answered_at - max(row.rated_at, case.opened_at)
        if case and case.answered_at
        else None,
    }


def _bulk(asked: Asked) -> HttpResponse:
    ids = [int(one) for one in asked.data.getlist("review") if one.isdecimal() and len(one) < 19]
    act = str(asked.data.get("act", ""))
    value = str(
        asked.data.get({"pass": "owner", "cause": "cause", "end": "outcome"}.get(act, ""), "")
    )
    done = handling.act_on_many(review_ids=ids, act=act, value=value, by=asked.by, now=asked.now)
    words = _("改了 %(n)d 条。") % {"n": done.done}
    for reason, count in done.refused.items():
        words += " " + _("%(n)d 条没改：%(reason)s") % {"n": count, "reason": reason}
    return asked.done(words)


@require_http_methods(["GET", "POST"])
@never_cache
@requires("crm.reviews")
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """Show one review; a POST of one part answers, passes on, names the cause, ends, joins."""
    try:
        row = queries.one_review(review_id)
    except Review.DoesNotExist as error:
        raise Http404(str(review_id)) from error
    answer_form: forms.ReviewAnswerForm | None = None
    if request.method == "POST":
        if request.POST.get("part") == "answer":
            sent = forms.ReviewAnswerForm(request.POST, by=person_of(request))
            answer_form = sent if not sent.is_valid() else None
        if answer_form is None:
            done = answer_part(request, _parts(row), back=reverse("crm:review", args=[row.pk]))
            if done is not None:
                return done
    now = timezone.now()
    context = _context(request, row, answer_form, now)
    return render(request, "crm/review.html", context, status=422 if answer_form else 200)


def _context(
    request: HttpRequest, row: Review, sent: forms.ReviewAnswerForm | None, now: object
) -> Data:
    me = person_of(request)
    case = getattr(row, "case", None)
    values = variables_of(row, me=me, shop=shop_name())
    words = request.GET.get("find", "")
    found = find_answers(words) if words else find_answers("", scene=Scene.REVIEW)
    score = queries.score_effect(row.pk, now=timezone.now())
    return {
        "now": now,
        "review": row,
        "row": row_of(row),
        "case": case,
        "topics": [
            {"label": one.get_topic_display(), "tone": {"bad": "late", "good": "done"}.get(one.tone, ""),
             "words": one.words}
            for one in row.topics.all()
        ],
        "history": queries.buyer_history(row),
        "malice": getattr(row, "malice", None),
        "answers": [
            {"id": one.pk, "title": one.title, "text": fill(one.text, values), "uses": one.use_count}
            for one in found[:8]
        ],
        "find": words,
        "score": score,
        "score_rows": [
            {"label": label, "effect": score.effects[name]}
            for name, label in (
                ("goods", _("描述相符")), ("service", _("服务态度")), ("logistics", _("物流服务")),
                ("mean", _("三项平均")),
            )
        ],
        "score_days": SCORE_DAYS,
        "guess": ESTIMATE,
        "answer_form": sent
        or forms.ReviewAnswerForm(by=me, initial={"words": case.answer if case else ""}),
        "owner_form": forms.OwnerForm(
            initial={"owner": case.owner_id if case else None}, auto_id="id_owner_%s"
        ),
        "cause_form": forms.CauseForm(
            initial={"cause": case.cause if case else ""}, auto_id="id_cause_%s"
        ),
        "end_form": forms.EndForm(auto_id="id_end_%s"),
        "link_form": forms.LinkForm(auto_id="id_link_%s"),
        "claim_form": forms.ClaimForm(auto_id="id_claim_%s"),
        "acts": {
            code: [{"name": "part", "value": code}, {"name": "version", "value": case.version if case else 0}]
            for code in ("pass", "cause", "end", "link", "malice")
        },
        "is_open": bool(case and case.state != ReviewState.CLOSED),
        "linked_by": row.get_linked_by_display(),
        "events": events("review", row.pk),
    }  # fmt: skip


def _parts(row: Review) -> Data:
    right = "crm.reviews"
    return {
        "answer": (right, lambda asked: _answer(asked, row.pk)),
        "pass": (right, lambda asked: _pass(asked, row.pk)),
        "cause": (right, lambda asked: _cause(asked, row.pk)),
        "end": (right, lambda asked: _end(asked, row.pk)),
        "link": (right, lambda asked: _link(asked, row.pk)),
        "gone": (right, lambda asked: _gone(asked, row.pk)),
        "malice": (right, lambda asked: _malice(asked, row.pk)),
    }


def _answer(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.ReviewAnswerForm(asked.data, by=asked.by)
    if not form.is_valid():
        return asked.say_errors(form)
    said = handling.Said(
        form.cleaned_data["words"],
        form.cleaned_data["answer_id"],
        form.cleaned_data["overrule_reason"],
    )
    handling.answer_review(
        review_id=review_id, said=said, version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已记下答复。把它贴到平台的评价解释里。"))


def _pass(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.OwnerForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    owner = form.cleaned_data["owner"]
    handling.pass_review(
        review_id=review_id,
        owner_id=owner.pk if owner else None,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已换人处理。"))


def _cause(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.CauseForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    handling.name_cause(
        review_id=review_id,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
        **form.cleaned_data,
    )
    return asked.done(_("原因已定。"))


def _end(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.EndForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    handling.end_review(
        review_id=review_id,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
        **form.cleaned_data,
    )
    return asked.done(_("已结束。"))


def _link(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.LinkForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    handling.link_by_hand(
        review_id=review_id, tid=form.cleaned_data["tid"], by=asked.by, now=asked.now
    )
    return asked.done(_("已对上订单。"))


def _gone(asked: Asked, review_id: int) -> HttpResponse:
    is_gone = asked.data.get("gone") == "1"
    handling.confirm_taken_back(review_id=review_id, is_gone=is_gone, by=asked.by, now=asked.now)
    return asked.done(_("记下：评价已经不在了。") if is_gone else _("记下：评价还在。"))


def _malice(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.ClaimForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    row = malice.open_file(
        review_id=review_id, claim=form.cleaned_data["claim"], by=asked.by, now=asked.now
    )
    there = reverse("crm:malice_file", kwargs={"file_id": row.pk})
    return Asked(asked.request, asked.by, asked.now, there).done(_("证据档案建好了。"))
