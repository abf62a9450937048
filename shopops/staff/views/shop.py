"""The shop's own data."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shopops.staff import queries
from shopops.staff.access import requires
from shopops.staff.actions import setup as acts
from shopops.staff.errors import StaleError
from shopops.staff.forms import ShopForm
from shopops.staff.models import Shop
from shopops.staff.views.parts import PersonRequest, context, refuse_stale, sent_version


@dataclass(frozen=True, slots=True)
class ShopPage:
    """Context of staff/shop.html."""

    subject: Shop
    form: ShopForm


@requires("staff.manage_shop")
@require_http_methods(["GET", "POST"])
def shop(request: PersonRequest) -> HttpResponse:
    """Show and change the shop's own data."""
    subject = queries.current_shop()
    if subject is None:
        raise Http404
    if request.method != "POST":
        initial = {name: getattr(subject, name) for name in ShopForm.base_fields}
        return _shop_page(request, subject, ShopForm(initial=initial))
    form = ShopForm(request.POST)
    if not form.is_valid():
        return _shop_page(request, subject, form, status=422)
    try:
        acts.change_shop(
            **form.cleaned_data, version=sent_version(request), by=request.user, now=timezone.now()
        )
    except StaleError as error:
        return refuse_stale(request, error, object_type="shop", object_key="1")
    messages.success(request, _("改好了"))
    return redirect("staff:shop")


def _shop_page(
    request: HttpRequest, subject: Shop, form: ShopForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "staff/shop.html", context(ShopPage(subject, form)), status=status)
