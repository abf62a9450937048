"""The library of answers, one answer with its versions, and what buyers ask most."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.actions import answering, asking
from crm.actions.desk_errors import StaleServiceError
from crm.forms.desk import AnswerForm, ChatForm
from crm.models import Answer, Question
from crm.queries import service as queries
from crm.review_choices import Scene
from crm.views.serving import Asked, Data, answer_part, events, pager_of, person_of
from products.views.acting import Row, conflict
from shopops.staff.access import requires

RIGHT = "crm.answers"
SHOWN = {
    "": gettext_lazy("问得最多的"),
    "missing": gettext_lazy("没有话术的"),
    "ignored": gettext_lazy("不用话术的"),
}


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def answers(request: HttpRequest) -> HttpResponse:
    """Search the library; a POST adds an answer."""
    sent: AnswerForm | None = None
    if request.method == "POST":
        form = AnswerForm(request.POST, by=person_of(request))
        sent = None if form.is_valid() else form
        if sent is None or not request.user.has_perm(RIGHT):
            parts = {"add": (RIGHT, lambda asked: _add(asked, form))}
            done = answer_part(request, parts, back=reverse("crm:answers"))
            if done is not None:
                return done
    words, scene = request.GET.get("q", "")[:100], request.GET.get("scene", "")
    if scene and scene not in Scene:
        raise Http404(scene)
    with_off = request.GET.get("off") == "1"
    try:
        page = queries.answer_page(words, scene=scene, with_off=with_off, **_edge(request))
    except ValueError as error:
        raise Http404(scene) from error
    kept = {"q": words, "scene": scene, "off": "1" if with_off else ""}
    asked_for = _question(request)
    initial: Data = {"text": "", "keywords": asked_for.key[:200]} if asked_for else {}
    context = {
        "now": timezone.now(),
        "q": words,
        "scene": scene,
        "with_off": with_off,
        "scenes": [
            {"label": label, "url": _query(kept | {"scene": code}), "current": code == scene}
            for code, label in (("", _("全部")), *Scene.choices)
        ],
        "off_url": _query(kept | {"off": "" if with_off else "1"}),
        "rows": page.rows,
        "is_cut": bool(words) and len(page.rows) == queries.MOST_FOUND,
        "page": pager_of(page, _query(kept)),
        "form": sent or AnswerForm(initial=initial, by=person_of(request)),
        "is_open": sent is not None or asked_for is not None,
        "question": asked_for,
        "can_edit": request.user.has_perm(RIGHT),
    }
    return render(request, "crm/answers.html", context, status=422 if sent else 200)


def _edge(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("after", "before")}


def _query(kept: dict[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _question(request: HttpRequest) -> Question | None:
    text = request.GET.get("question", "") or request.POST.get("question", "")
    if not text.isdecimal() or len(text) > 18:
        return None
    return Question.objects.filter(pk=text).first()


def _given(form: AnswerForm) -> answering.AnswerGiven:
    return answering.AnswerGiven(**form.cleaned_data)


def _add(asked: Asked, form: AnswerForm) -> HttpResponse:
    if not form.is_valid():
        return asked.say_errors(form)
    answering.add_answer(
        given=_given(form), by=asked.by, now=asked.now, question_id=asked.number("question")
    )
    return asked.done(_("话术已加上。"))


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def answer(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Show an answer with its versions; a POST changes it or takes it out of use."""
    row = get_object_or_404(Answer, pk=answer_id)
    sent: AnswerForm | None = None
    if request.method == "POST":
        back = reverse("crm:answer", args=[row.pk])
        form = AnswerForm(request.POST, by=person_of(request))
        is_change = request.POST.get("part") == "change"
        sent = form if is_change and not form.is_valid() else None
        if sent is None or not request.user.has_perm(RIGHT):
            parts = {
                "change": (RIGHT, lambda asked: _change(asked, row, form)),
                "switch": (RIGHT, lambda asked: _switch(asked, row)),
            }
            done = answer_part(request, parts, back=back)
            if done is not None:
                return done
    initial = {"scene": row.scene, "title": row.title, "keywords": row.keywords, "text": row.text}
    context = {
        "now": timezone.now(),
        "answer": row,
        "form": sent or AnswerForm(initial=initial, by=person_of(request)),
        "versions": row.versions.select_related("by").order_by("-number"),
        "events": events("answer", row.pk),
        "can_edit": request.user.has_perm(RIGHT),
    }
    return render(request, "crm/answer.html", context, status=422 if sent else 200)


def _change(asked: Asked, row: Answer, form: AnswerForm) -> HttpResponse:
    if not form.is_valid():
        return asked.say_errors(form)
    try:
        answering.change_answer(
            answer_id=row.pk,
            given=_given(form),
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleServiceError as stale:
        row.refresh_from_db()
        return conflict(
            asked,
            stale,
            key=(answering.OBJECT, str(row.pk)),
            rows=_both(row, form),
            version=row.version,
        )
    return asked.done(_("已改，旧的说法留在版本里。"))


def _both(row: Answer, form: AnswerForm) -> list[Row]:
    sent = form.cleaned_data
    return [
        (form.fields["scene"].label, row.get_scene_display(), Scene(sent["scene"]).label),
        *(
            (form.fields[name].label, getattr(row, name), sent[name])
            for name in ("title", "keywords", "text")
        ),
    ]


def _switch(asked: Asked, row: Answer) -> HttpResponse:
    answering.switch_answer(
        answer_id=row.pk,
        is_on=not row.is_on,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已停用。") if row.is_on else _("已启用。"))


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def questions(request: HttpRequest) -> HttpResponse:
    """Show what buyers ask most; a POST counts a chat export or settles a question."""
    if request.method == "POST":
        parts = {"count": (RIGHT, _count), "settle": (RIGHT, _settle)}
        done = answer_part(request, parts, back=reverse("crm:questions"))
        if done is not None:
            return done
    show = request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404(show)
    try:
        page = queries.question_page(show=show, **_edge(request))
    except ValueError as error:
        raise Http404(show) from error
    context = {
        "rows": page.rows,
        "show": show,
        "tabs": [
            {"label": label, "url": _query({"show": code}), "current": code == show, "count": None}
            for code, label in SHOWN.items()
        ],
        "page": pager_of(page, _query({"show": show})),
        "answers": Answer.objects.filter(is_on=True).order_by("scene", "title"),
        "form": ChatForm(),
        "can_edit": request.user.has_perm(RIGHT),
    }
    return render(request, "crm/questions.html", context)


def _count(asked: Asked) -> HttpResponse:
    form = ChatForm(asked.data, asked.request.FILES)
    if not form.is_valid():
        return asked.say_errors(form)
    file = form.cleaned_data["file"]
    text = asking.decode(file.read()) if file else form.cleaned_data["text"]
    name = file.name if file else _("粘贴")
    done = asking.count_questions(text=text, name=name, by=asked.by, now=asked.now)
    return asked.done(
        _("看了 %(lines)d 句，%(questions)d 个问题，%(fresh)d 类是新的。")
        % {"lines": done.lines, "questions": done.questions, "fresh": done.fresh}
    )


def _settle(asked: Asked) -> HttpResponse:
    ignore = asked.data.get("do") == "ignore"
    answer_id = None if ignore else asked.number("answer") or None
    asking.settle_question(
        question_id=asked.number("question"),
        answer_id=answer_id,
        ignore=ignore,
        by=asked.by,
        now=asked.now,
    )
    if ignore:
        return asked.done(_("不再列出。"))
    return asked.done(_("配上话术了。") if answer_id else _("还没有话术，列在「没有话术的」里。"))
