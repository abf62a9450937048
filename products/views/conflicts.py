"""Conflicts of sources: side by side, decided one by one or many at once; and what was decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from products.actions.conflicts import decide_conflicts
from products.actions.watch import request_findings
from products.models import CatalogueConflict
from products.queries.product_page import conflict_page
from products.views.product_parts import conflict_rows
from products.wording import catalogue as wording
from shopops.staff.access import requires
from shopops.staff.models import User

MOST_AT_ONCE = 500
_CHOICES = {"theirs": True, "ours": False}


@require_GET
@requires("products.view")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Show open conflicts, or the decided ones."""
    is_open = request.GET.get("show") != "decided"
    field = request.GET.get("field", "")
    field = field if field in wording.FIELDS else ""
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    rows, older = conflict_page(is_open=is_open, field=field, after=after)
    home = reverse("products:conflicts")
    base = f"{home}?show={'open' if is_open else 'decided'}" + (f"&field={field}" if field else "")
    context = {
        "tabs": [
            {"label": _("等人决定"), "url": home, "count": None, "current": is_open},
            {
                "label": _("决定过的"),
                "url": f"{home}?show=decided",
                "count": None,
                "current": not is_open,
            },
        ],
        "is_open": is_open,
        "chips": [{"label": _("字段"), "value": wording.field_words(field), "remove_url": home}]
        if field
        else [],
        "rows": conflict_rows(rows, sees_cost=request.user.has_perm("products.view_cost")),
        "may_decide": request.user.has_perm("products.decide_conflict"),
        "page": {
            "newer_url": None if after is None else base,
            "older_url": f"{base}&after={older}" if older else None,
            "text": _("本页 %(n)d 处") % {"n": len(rows)},
        },
        "now": timezone.now(),
    }
    return render(request, "products/conflicts.html", context)


@require_POST
@requires("products.decide_conflict")
def decide(request: HttpRequest) -> HttpResponse:
    """Decide one or many. A button may name one: `one=<id>:theirs`."""
    back = _back(request)
    one, _colon, choice = request.POST.get("one", "").partition(":")
    sent = [one] if one else request.POST.getlist("conflict")
    choice = choice or request.POST.get("choice", "")
    ids = [int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 18]
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    if choice not in _CHOICES or not ids or len(ids) > MOST_AT_ONCE:
        messages.error(request, _("先勾选要决定的几处。"))
        return redirect(back)
    if not person.has_perm("products.view_cost"):
        hidden = CatalogueConflict.objects.filter(pk__in=ids, field__in=wording.SECRET)
        ids = sorted(set(ids) - set(hidden.values_list("pk", flat=True)))
    done = decide_conflicts(ids=ids, takes_theirs=_CHOICES[choice], by=person, now=timezone.now())
    request_findings(by=person, now=timezone.now())
    for text in done.refused:
        messages.error(request, text)
    if done.gone:
        messages.info(request, _("%(n)d 处同事已经决定过了，没有动。") % {"n": done.gone})
    if done.done:
        messages.success(request, _("决定了 %(n)d 处。") % {"n": done.done})
    return redirect(back)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("products:conflicts")
