"""One person's request: everything held about them, or to be forgotten."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions import subjects
from orders.actions.errors import OrderRefusedError
from orders.forms import SubjectForm
from orders.queries.subjects import SubjectError
from orders.wording import subject_text
from shopops.staff.access import requires
from shopops.staff.views.parts import PersonRequest

RIGHT = "orders.answer_person"


@require_GET
@requires(RIGHT)
def subject_page(request: HttpRequest) -> HttpResponse:
    """Show the form of both acts."""
    return _page(request, SubjectForm())


@require_POST
@never_cache
@requires(RIGHT, fresh=True)
def export(request: PersonRequest) -> HttpResponse:
    """Give everything held about a person as a text file."""
    form = SubjectForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    sent = form.cleaned_data
    try:
        document = subjects.export_subject(
            key=sent["key"], reason=sent["reason"], by=request.user, now=timezone.now()
        )
    except (SubjectError, OrderRefusedError) as error:
        return _refused(request, form, error)
    return HttpResponse(
        subject_text(document),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="personal-data.txt"'},
    )


@require_POST
@requires(RIGHT, fresh=True)
def erase(request: PersonRequest) -> HttpResponse:
    """Forget a person."""
    form = SubjectForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    sent = form.cleaned_data
    try:
        erased = subjects.erase_subject(
            key=sent["key"], reason=sent["reason"], by=request.user, now=timezone.now()
        )
    except (SubjectError, OrderRefusedError) as error:
        return _refused(request, form, error)
    if erased.already:
        messages.info(request, _("这个人的信息以前已经删除，没有剩下的。"))
    else:
        messages.success(
            request,
            _("删除了：%(orders)d 单的个人信息、%(files)d 个导入原文件；交易记录以 %(name)s 保留。")
            % {"orders": erased.orders, "files": erased.files, "name": erased.pseudonym},
        )
    return redirect("orders:subjects")


def _refused(request: HttpRequest, form: SubjectForm, error: Exception) -> HttpResponse:
    form.add_error(None, str(error))
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: SubjectForm, *, status: int = 200) -> HttpResponse:
    return render(request, "orders/subjects.html", {"form": form}, status=status)
