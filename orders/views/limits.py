"""The compensation grid: who may promise how much."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.actions.cases.compensating import set_limit
from orders.actions.errors import OrderRefusedError
from orders.choices import CaseGrade
from orders.forms.cases import LimitForm
from orders.queries.limits import limit_rows
from orders.views.cases import person_of
from shopops.staff.access import requires
from shopops.staff.queries import role_names

# Roles that handle cases to begin with; any other with a limit is shown, too.
ROLES = ("service", "service_lead", "manager", "administrator")


@require_http_methods(["GET", "POST"])
@never_cache
@requires("orders.set_limits")
def limits(request: HttpRequest) -> HttpResponse:
    """Show and change the limits, one cell at a time."""
    status = 200
    if request.method == "POST":
        form = LimitForm(request.POST)
        if form.is_valid() and form.cleaned_data["role"] in role_names():
            data = form.cleaned_data
            try:
                set_limit(
                    role=data["role"],
                    grade=data["grade"],
                    amount=data["amount"],
                    version=data["version"],
                    by=person_of(request),
                    now=timezone.now(),
                )
            except OrderRefusedError as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, _("上限已保存，从下一笔补偿起算。"))
            return redirect("orders:limits")
        messages.error(request, _("没有保存：上限填 0 到 99,999.99，最多两位小数。"))
        status = 422
    context = {
        "grades": [str(grade.label) for grade in CaseGrade],
        "rows": limit_rows(roles=ROLES),
        "now": timezone.now(),
    }
    return render(request, "orders/limits.html", context, status=status)
