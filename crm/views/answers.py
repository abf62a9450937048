"""The library of answers, one answer with its versions, and what buyers ask most."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import answering, asking
from crm.forms.desk import AnswerForm, ChatForm
from crm.models import Answer, Question
from crm.queries import service as queries
from crm.review_choices import Scene
from crm.views.serving import Asked, Data, answer_part, events, person_of
from shopops.staff.access import requires

MOST = 200
RIGHT = "crm.answers"


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
    asked_for = _question(request)
    initial: Data = {"text": "", "keywords": asked_for.key[:200]} if asked_for else {}
    context = {
        "now": timezone.now(),
        "q": words,
        "scene": scene,
        "with_off": with_off,
        "scenes": [
            {"label": label, "url": f"?scene={code}&q={words}", "current": code == scene}
            for code, label in (("", _("全部")), *Scene.choices)
        ],
        "rows": list(queries.find_answers(words, scene=scene, with_off=with_off)[:MOST]),
        "form": sent or AnswerForm(initial=initial, by=person_of(request)),
        "is_open": sent is not None or asked_for is not None,
        "question": asked_for,
        "can_edit": request.user.has_perm(RIGHT),
    }
    return render(request, "crm/answers.html", context, status=422 if sent else 200)


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
    answering.change_answer(
        answer_id=row.pk,
        given=_given(form),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已改，旧的说法留在版本里。"))


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
    missing = request.GET.get("show") == "missing"
    context = {
        "rows": list(queries.questions(missing_only=missing)[:MOST]),
        "missing": missing,
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
    asking.settle_question(
        question_id=asked.number("question"),
        answer_id=None,
        ignore=True,
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("不再列出。"))
