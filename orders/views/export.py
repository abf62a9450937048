"""Asking for a queue as a file, and fetching it."""

from dataclasses import asdict

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions.exports import KIND, export_path, request_export
from orders.forms import QueueFilterForm
from orders.queries.queues import QUEUES
from orders.views.filtering import filters_of
from shopops.staff import operations
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run


@require_POST
@requires("orders.export", fresh=True)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Start an export of the queue as it is filtered now."""
    if code not in QUEUES:
        raise Http404(code)
    form = QueueFilterForm(request.GET)
    if not form.is_valid():
        messages.error(request, _("筛选条件看不懂，没有导出。"))
        return redirect("orders:queue", code)
    assert isinstance(request.user, User)  # noqa: S101
    filters = asdict(filters_of(form.cleaned_data, request.user))
    run = request_export(code=code, filters=filters, reason="", by=request.user, now=timezone.now())
    messages.success(request, _("开始导出，做完在这一页下载。"))
    return redirect("work:run", run.pk)


@require_GET
@never_cache
@requires("orders.export", fresh=True)
def download(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Hand out a finished export; each fetch is logged."""
    run = Run.objects.filter(pk=run_id, kind=KIND, state=RunState.DONE).first()
    path = export_path(run_id)
    assert isinstance(request.user, User)  # noqa: S101
    if run is None or run.created_by_id != request.user.pk or not path.exists():
        raise Http404
    operations.record(
        name="orders.queue.export_fetched",
        by=request.user,
        now=timezone.now(),
        object_type="run",
        object_key=str(run_id),
    )
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
