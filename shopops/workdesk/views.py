"""The pages of the work ledger."""

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
from shopops.work.models import Run
from shopops.work.transitions import IllegalTransitionError
from shopops.workdesk import actions, queries
from shopops.workdesk.filters import filters_of

_DONE_TEXT = {
    "pause": gettext_lazy("已请求暂停"),
    "resume": gettext_lazy("已继续"),
    "cancel": gettext_lazy("已请求取消"),
    "retry": gettext_lazy("已安排重试"),
}


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _may_control(request: HttpRequest) -> bool:
    return _person(request).has_perm("work.control")


def _key(request: HttpRequest, name: str) -> Key | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return decode_key(text)
    except ValueError as error:
        raise Http404 from error


def _page_url(request: HttpRequest, **cursor: str | None) -> str | None:
    (name, value) = next(iter(cursor.items()))
    if value is None:
        return None
    kept = {k: request.GET[k] for k in ("state", "kind") if request.GET.get(k)}
    return f"{request.path}?{urlencode(kept | {name: value})}"


@requires("work.view")
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """List runs, newest first, filtered by state and kind."""
    filters = filters_of(request.GET, path=request.path)
    page = queries.page_of_runs(
        now=timezone.now(),
        state=filters.state,
        kind=filters.kind,
        older_than=_key(request, "after"),
        newer_than=_key(request, "before"),
        can_control=_may_control(request),
    )
    context = {
        "runs": page,
        "filters": filters,
        "newer_url": _page_url(request, before=page.before),
        "older_url": _page_url(request, after=page.after),
    }
    return render(request, "work/runs.html", context)


def _context(request: HttpRequest, run_id: int) -> dict[str, object]:
    try:
        page = queries.run_page(
            run_id=run_id, now=timezone.now(), can_control=_may_control(request)
        )
    except Run.DoesNotExist as error:
        raise Http404 from error
    sees_details = _person(request).has_perm(page.right)
    return {
        "run": page.row,
        "error": page.error,
        "wish_label": page.wish_label,
        "business_date": page.business_date,
        "heartbeat_at": page.heartbeat_at,
        "result": page.result if sees_details else [],
        "payload": page.payload if sees_details else [],
        "progress_url": reverse("work:progress", args=[run_id]),
    }


@requires("work.view")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run."""
    return render(request, "work/run.html", _context(request, run_id))


@passive
@requires("work.view")
@require_GET
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the progress part of a run's page; once the run stands still, have the page reloaded."""
    context = _context(request, run_id)
    response = render(request, "work/run.html#progress", context)
    if not cast(queries.RunRow, context["run"]).running:
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
        messages.success(request, str(_DONE_TEXT[act]))
    return HttpResponseRedirect(_back(request, run_id), status=303)


def _back(request: HttpRequest, run_id: int) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("work:run", args=[run_id])
