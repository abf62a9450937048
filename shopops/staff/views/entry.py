"""The first visit, and an invited person's first step. Then one signs in like everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from shopops.staff import queries
from shopops.staff.actions import people, setup
from shopops.staff.errors import RefusedError
from shopops.staff.forms import AcceptForm, SetupForm
from shopops.staff.models import User
from shopops.staff.views.parts import context


@dataclass(frozen=True, slots=True)
class SetupPage:
    """Context of staff/setup.html."""

    form: SetupForm
    shop_fields: Sequence[BoundField]
    person_fields: Sequence[BoundField]


@sensitive_post_parameters("password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def setup_shop(request: HttpRequest) -> HttpResponse:
    """Make the shop and its first administrator; not there any more once somebody exists."""
    if not queries.nobody_yet():
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {key: value for key, value in form.cleaned_data.items() if key != "password_again"}
        try:
            setup.set_up_shop(**data, now=timezone.now())
        except ValidationError as error:
            form.add_error("password", error)
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect("account_login")
        else:
            messages.success(request, _("店铺建好了，用刚才的登录名和密码登录"))
            return redirect("account_login")
    page = SetupPage(
        form=form,
        shop_fields=[form[name] for name in ("shop_name", "platform")],
        person_fields=[form[name] for name in ("name", "username", "password", "password_again")],
    )
    return render(request, "staff/setup.html", context(page), status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class AcceptPage:
    """Context of staff/accept.html. `person` None: the link does not work (any more)."""

    form: AcceptForm
    person: User | None


@sensitive_post_parameters("password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person set a password."""
    now = timezone.now()
    person = queries.invited_person(token, now=now)
    form = AcceptForm(request.POST or None)
    if person is None:
        return render(request, "staff/accept.html", context(AcceptPage(form, None)), status=410)
    if request.method == "POST" and form.is_valid():
        try:
            people.accept_invitation(token, password=form.cleaned_data["password"], now=now)
        except ValidationError as error:
            form.add_error("password", error)
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect("account_login")
        else:
            messages.success(request, _("密码设好了，请登录"))
            return redirect("account_login")
    return render(
        request,
        "staff/accept.html",
        context(AcceptPage(form, person)),
        status=422 if form.errors else 200,
    )


@require_http_methods(["POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the screens; a signed-in person keeps it on every device."""
    answer = set_language(request)
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in queries.languages():
        people.choose_language(request.user, language=language, now=timezone.now())
    return answer
