"""One review with its order, history, score and answers to insert."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.actions.desk_errors import StaleServiceError
from crm.actions.reviews import handling, malice
from crm.forms import desk as forms
from crm.models import Review, ReviewCase
from crm.queries import reviews as queries
from crm.queries.service import variables_of
from crm.review_choices import ReviewState, Scene
from crm.rules.reviews import ESTIMATE, SCORE_DAYS
from crm.views.reviews import row_of
from crm.views.serving import (
    Asked,
    Data,
    answer_part,
    answer_rows,
    events,
    inserted,
    person_of,
    shop_name,
)
from products.views.acting import Row, conflict
from shopops.staff.access import requires


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
    words = request.GET.get("find", "")[:100]
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
        "answers": answer_rows(words, scene=Scene.REVIEW, values=values),
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
        or forms.ReviewAnswerForm(
            by=me,
            initial=inserted(request, values) or {"words": case.answer if case else ""},
        ),
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


def _either(
    asked: Asked,
    review_id: int,
    form: Any,  # noqa: ANN401
    act: Callable[[], object],
) -> HttpResponse | None:
    """Do an act on the case; None once it is done, both versions where a colleague was first."""
    try:
        act()
    except StaleServiceError as stale:
        case = ReviewCase.objects.select_related("owner").get(review=review_id)
        return conflict(
            asked, stale, key=(handling.OBJECT, str(review_id)), rows=_both(case, form),
            version=case.version,
            final=_("这条评价已经结束，不能再改；买家又追评时会自己重新打开。")
            if case.state == ReviewState.CLOSED else "",
        )  # fmt: skip
    return None


def _both(case: ReviewCase, form: Any) -> list[Row]:  # noqa: ANN401
    """Give what the case says now beside what was sent; what was not sent shows where it stands."""
    stored = {
        "owner": case.owner.name if case.owner else "",
        "words": case.answer,
        "cause": case.get_cause_display(),
        "outcome": case.get_outcome_display(),
        "note": case.note,
    }
    labels = {
        "owner": _("谁处理"),
        "words": _("答复"),
        "cause": _("原因"),
        "outcome": _("结果"),
        "note": _("备注"),
    }
    state: Row = (_("状态"), case.get_state_display(), case.get_state_display())
    sent = {name: _sent(form, name) for name in stored if name in form.fields}
    return [
        state,
        *(
            (labels[name], value, sent.get(name, value))
            for name, value in stored.items()
            if value or name in sent
        ),
    ]


def _sent(form: Any, name: str) -> str:  # noqa: ANN401
    value = form.cleaned_data.get(name)
    words = dict(getattr(form.fields[name], "choices", ())) if isinstance(value, str) else {}
    return str(words.get(value, getattr(value, "name", value) or ""))


def _answer(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.ReviewAnswerForm(asked.data, by=asked.by)
    if not form.is_valid():
        return asked.say_errors(form)
    said = handling.Said(
        form.cleaned_data["words"],
        form.cleaned_data["answer_id"],
        form.cleaned_data["overrule_reason"],
    )
    both = _either(
        asked,
        review_id,
        form,
        lambda: handling.answer_review(
            review_id=review_id,
            said=said,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        ),
    )
    if both is not None:
        return both
    return asked.done(_("已记下答复。把它贴到平台的评价解释里。"))


def _pass(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.OwnerForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    owner = form.cleaned_data["owner"]
    both = _either(
        asked,
        review_id,
        form,
        lambda: handling.pass_review(
            review_id=review_id,
            owner_id=owner.pk if owner else None,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        ),
    )
    if both is not None:
        return both
    return asked.done(_("已换人处理。"))


def _cause(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.CauseForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    both = _either(
        asked,
        review_id,
        form,
        lambda: handling.name_cause(
            review_id=review_id,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
            **form.cleaned_data,
        ),
    )
    if both is not None:
        return both
    return asked.done(_("原因已定。"))


def _end(asked: Asked, review_id: int) -> HttpResponse:
    form = forms.EndForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    both = _either(
        asked,
        review_id,
        form,
        lambda: handling.end_review(
            review_id=review_id,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
            **form.cleaned_data,
        ),
    )
    if both is not None:
        return both
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
