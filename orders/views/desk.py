"""The problem desk above the list of held orders: whose, what falls due next, taking the next ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.actions.claims import MOST_CLAIMED, claim_holds
from orders.forms import ClaimForm
from orders.queries.held import MOST_COUNTED, held_figures
from orders.views.filtering import address_with, own_roles
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.views.parts import PersonRequest

BY_HOLD_DUE = "hold_due"


def is_by_hold_due(code: str, address: QueryDict) -> bool:
    """Say whether a list is to be sorted by when its holds fall due; only held orders can be."""
    return code == "held" and address.get("sort") == BY_HOLD_DUE


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give the `desk` of templates/orders/_desk.html. One query."""
    assert isinstance(request.user, User)  # noqa: S101
    now, person = timezone.now(), request.user
    found = held_figures(person_id=person.pk, roles=own_roles(person), now=now)
    whose, is_by_due = request.GET.get("whose", ""), is_by_hold_due("held", request.GET)
    return {
        "whose": [
            _one(request, "whose", "", _("全部"), current=not whose),
            _one(request, "whose", "role", _("我岗位待领"), current=whose == "role"),
            _one(request, "whose", "mine", _("我的"), current=whose == "mine"),
        ],
        "sorts": [
            _one(request, "sort", "", _("先应出的在前"), current=not is_by_due),
            _one(request, "sort", BY_HOLD_DUE, _("先到期的在前"), current=is_by_due),
        ],
        "figures": [
            {"label": _("挂起已超期"), "text": _most(found.overdue), "tone": "late"},
            {"label": _("1 小时内到期"), "text": _most(found.soon), "tone": "soon"},
            {"label": _("我岗位没人领"), "text": _most(found.free), "tone": "us"},
            {"label": _("我手上"), "text": _most(found.mine), "tone": ""},
        ],
        "claim_form": ClaimForm() if found.free and person.has_perm("orders.hold") else None,
    }


def _one(
    request: HttpRequest, key: str, value: str, label: str, *, current: bool
) -> dict[str, object]:
    url = address_with(request.GET, key, value)
    return {"label": label, "url": url, "current": current}


def _most(number: int) -> str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


@require_POST
@requires("orders.hold")
def claim(request: PersonRequest) -> HttpResponse:
    """Take the next holds that nobody has, and show them."""
    form = ClaimForm(request.POST)
    limit = form.cleaned_data["limit"] if form.is_valid() else MOST_CLAIMED // 5
    claimed = claim_holds(
        role_codes=own_roles(request.user), limit=limit, by=request.user, now=timezone.now()
    )
    url = reverse("orders:queue", args=["held"])
    if not claimed:
        messages.info(request, _("你的岗位现在没有没人领的问题单。"))
        return redirect(url)
    messages.success(request, _("领到 %(n)d 个问题单。") % {"n": len(claimed)})
    return redirect(f"{url}?whose=mine&sort={BY_HOLD_DUE}")
