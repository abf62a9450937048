"""The pages of the work ledger."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from shopops.lib.paging import Key, decode_key
from shopops.staff.access import passive, requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.work.transitions import IllegalTransitionError
from shopops.workdesk import actions, queries
from shopops.workdesk.filters import filters_of

_SAID = {
    "pause": gettext_lazy("已请求暂停"),
    "resume": gettext_lazy("已继续"),
    "cancel": gettext_lazy("已请求取消"),
    "retry": gettext_lazy("已安排重试"),
}


@dataclass(frozen=True, slots=True)
class Pager:
    """What `components/_pager.html` takes."""

    newer_url: str | None
    older_url: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What `components/_error.html` takes."""

    what: str
    meaning: str
    next: str


@requires("work.view")
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """List runs, newest first, filtered by state and kind."""
    now = timezone.now()
    filters = filters_of(request.GET, path=request.path, counts=queries.open_counts())
    page = queries.page_of_runs(
        now=now,
        state=filters.state,
        kind=filters.kind,
        older_than=_key(request, "after"),
        newer_than=_key(request, "before"),
        can_control=_may(request, "work.control"),
    )
    context = {
        "tabs": filters.tabs,
        "kinds": filters.kinds,
        "chips": filters.chips,
        "runs": page.rows,
        "page": Pager(
            newer_url=_page_url(request, filters.chosen, "before", page.before),
            older_url=_page_url(request, filters.chosen, "after", page.after),
        ),
        "schedule": queries.daily_work(now=now),
        "backlog": queries.backlog(now=now),
    }
    return render(request, "work/runs.html", context)


@requires("work.view")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run."""
    try:
        page = queries.run_page(
            run_id=run_id, now=timezone.now(), can_control=_may(request, "work.control")
        )
    except Run.DoesNotExist as error:
        raise Http404 from error
    return render(request, "work/run.html", _run_context(request, page))


def _run_context(request: HttpRequest, page: queries.RunPage) -> dict[str, object]:
    sees_all = _may(request, page.right)
    return {
        "run": page.row,
        "error": _error(page),
        "trace": page.trace if sees_all else "",
        "progress": page.row.run if page.row.run.running or page.row.run.total else None,
        "progress_url": page.row.progress_url,
        "acts": page.row.acts,
        "facts": page.facts + (page.details if sees_all else []),
        "result": page.result if sees_all else [],
        "link": page.link if sees_all else "",
        "events": page.events,
    }


def _error(page: queries.RunPage) -> ErrorWords | None:
    if not page.error:
        return None
    if page.row.state == RunState.QUARANTINED:
        meaning = _("三次都没有成功，系统不再自动重试。已经做完的部分都保留着。")
        return ErrorWords(page.error, meaning, _("找到原因后点“重试”，会从停下的地方继续。"))
    if page.row.state == RunState.FAILED:
        meaning = _("系统会自动再试。已经做完的部分都保留着。")
        return ErrorWords(page.error, meaning, _("可以等它自己重试，也可以现在点“重试”。"))
    return ErrorWords(page.error, _("这是上一次停下的原因。"), "")


@passive
@requires("work.view")
@require_GET
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the progress part of a run; once the run stands still, have the page loaded anew."""
    try:
        shown = queries.run_progress(run_id=run_id, now=timezone.now())
    except Run.DoesNotExist as error:
        raise Http404 from error
    context = {"run": shown, "url": request.path}
    response = render(request, "components/_progress.html", context)
    if not shown.running:
        response["HX-Refresh"] = "true"
    return response


@requires("work.control")
@require_POST
def act(request: HttpRequest, run_id: int, act: str) -> HttpResponse:
    """Pause, resume, cancel or retry a run."""
    if act not in actions.ACTS:
        raise Http404
    try:
        actions.act_on_run(run_id=run_id, act=act, by=_person(request), now=timezone.now())
    except Run.DoesNotExist as error:
        raise Http404 from error
    except IllegalTransitionError:
        messages.error(request, _("这个任务的状态已经变了，没有改动。请看它现在的状态。"))
    else:
        messages.success(request, str(_SAID[act]))
    return HttpResponseRedirect(_back(request, run_id))


def _back(request: HttpRequest, run_id: int) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("work:run", args=[run_id])


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _may(request: HttpRequest, right: str) -> bool:
    return _person(request).has_perm(right)


def _key(request: HttpRequest, name: str) -> Key | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return decode_key(text)
    except ValueError as error:
        raise Http404 from error


def _page_url(
    request: HttpRequest, chosen: dict[str, str], name: str, cursor: str | None
) -> str | None:
    return f"{request.path}?{urlencode(chosen | {name: cursor})}" if cursor else None
