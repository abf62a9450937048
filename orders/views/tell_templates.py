"""The templates of what buyers are told: add, change, switch off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.actions import tell_templates as actions
from orders.actions.tell_templates import TellTemplateRefusedError, TellWords
from orders.choices import HoldKind
from orders.forms import TellTemplateForm
from orders.models import TellTemplate
from orders.queries.tell_templates import all_templates
from orders.rules.praise_words import forbidden_promise
from shopops.lib.words import stored
from shopops.staff.access import requires
from shopops.staff.views.parts import PersonRequest

# Of a form sent with errors: the template it is about, 0 for a new one.
type Sent = tuple[int, TellTemplateForm]


@require_http_methods(["GET", "POST"])
@requires("orders.set_audit")
def tell_templates(request: PersonRequest) -> HttpResponse:
    """Show the templates; a POST adds or changes one."""
    return _save(request) if request.method == "POST" else _page(request)


def _save(request: PersonRequest) -> HttpResponse:
    row_id = _number(request, "row")
    form = _form(row_id, data=request.POST)
    if not form.is_valid():
        return _page(request, sent=(row_id, form), status=422)
    data, now = dict(form.cleaned_data), timezone.now()
    reason = data.pop("overrule_reason")
    written = TellWords(**data)
    try:
        if row_id:
            version = _number(request, "version")
            actions.change_template(
                template_id=row_id,
                written=written,
                version=version,
                by=request.user,
                now=now,
                overrule_reason=reason,
            )
        else:
            actions.add_template(written=written, by=request.user, now=now, overrule_reason=reason)
    except TellTemplateRefusedError as refusal:
        form.add_error("words", refusal.message)
        if forbidden_promise(written.words):
            form.offer_overruling(request.user)
        return _page(request, sent=(row_id, form), status=422)
    except TellTemplate.DoesNotExist:
        messages.error(request, _("这一行刚被同事改掉或停用了。"))
    else:
        messages.success(request, _("已保存。"))
    return redirect("orders:tell_templates")


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() else 0


def _form(row_id: int, **options: Any) -> TellTemplateForm:  # noqa: ANN401
    return TellTemplateForm(auto_id=f"id_{row_id}_%s", **options)


def _page(request: HttpRequest, *, sent: Sent | None = None, status: int = 200) -> HttpResponse:
    new = sent[1] if sent and sent[0] == 0 else _form(0)
    context = {
        "rows": [_row(row, sent) for row in all_templates()],
        "new_form": new,
        "is_new_open": bool(sent and sent[0] == 0),
        "log_url": f"{reverse('staff:log')}?type=tell_template"
        if request.user.has_perm("staff.view_log")
        else "",
    }
    return render(request, "orders/tell_templates.html", context, status=status)


def _row(row: TellTemplate, sent: Sent | None) -> dict[str, Any]:
    is_sent = bool(sent and sent[0] == row.pk)
    initial = {"kind": row.kind, "name": row.name, "words": row.words, "is_on": row.is_on}
    return {
        "id": row.pk,
        "version": row.version,
        "kind": HoldKind(row.kind).label if row.kind else _("都能用"),
        "name": stored(row.name),
        "words": row.words,
        "is_on": row.is_on,
        "is_open": is_sent,
        "form": sent[1] if sent and is_sent else _form(row.pk, initial=initial),
    }
