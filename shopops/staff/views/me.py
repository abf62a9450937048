"""One's own account: sessions, language, tokens. Password and second factor are allauth's pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shopops.staff import queries
from shopops.staff.actions import sessions as session_acts
from shopops.staff.actions import tokens as token_acts
from shopops.staff.errors import RefusedError
from shopops.staff.forms import TokenForm
from shopops.staff.freshness import is_fresh
from shopops.staff.models import ApiToken, User
from shopops.staff.views.parts import PersonRequest, context
from shopops.staff.views.people import Device, devices


@dataclass(frozen=True, slots=True)
class MePage:
    """Context of staff/me.html. `new_token` is shown once, right after it was made."""

    me: User
    role_names: str
    has_second_factor: bool
    must_have_second_factor: bool
    is_demo: bool
    sessions: Sequence[Device]
    tokens: Iterable[ApiToken]
    token_form: TokenForm
    new_token: str = ""


@login_required
@require_GET
def me(request: PersonRequest) -> HttpResponse:
    """Show one's own account."""
    return _me_page(request, TokenForm(rights=queries.rights_of(request.user)))


def _me_page(
    request: PersonRequest, form: TokenForm, *, new_token: str = "", status: int = 200
) -> HttpResponse:
    shop = queries.current_shop()
    page = MePage(
        me=request.user,
        role_names=queries.roles_text(request.user),
        has_second_factor=queries.has_second_factor(request.user),
        must_have_second_factor=queries.needs_second_factor(request.user),
        is_demo=bool(shop and shop.is_demo),
        sessions=_my_sessions(request),
        tokens=queries.tokens_of(request.user),
        token_form=form,
        new_token=new_token,
    )
    return render(request, "staff/me.html", context(page), status=status)


def _my_sessions(request: PersonRequest) -> list[Device]:
    key = request.session.session_key
    return devices(queries.sessions_of(request.user, now=timezone.now(), current_key=key))


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """Context of staff/sessions.html."""

    sessions: Sequence[Device]


@login_required
@require_GET
def sessions(request: PersonRequest) -> HttpResponse:
    """Show where one is signed in."""
    return render(request, "staff/sessions.html", context(SessionsPage(_my_sessions(request))))


@login_required
@require_POST
def revoke_session(request: PersonRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions; somebody else's does not exist here."""
    try:
        session_acts.revoke_session(
            session_id, of=request.user, by=request.user, now=timezone.now()
        )
    except RefusedError as error:
        raise Http404 from error
    messages.success(request, _("已退出那处登录"))
    return redirect("staff:sessions")


@login_required
@never_cache
@require_POST
def create_token(request: PersonRequest) -> HttpResponse:
    """Make a token; it is shown once."""
    if not is_fresh(request):
        raise ReauthenticationRequired
    form = TokenForm(request.POST, rights=queries.rights_of(request.user))
    if not form.is_valid():
        return _me_page(request, form, status=422)
    try:
        made = token_acts.create_token(**form.cleaned_data, by=request.user, now=timezone.now())
    except RefusedError as error:
        form.add_error("scopes", str(error))
        return _me_page(request, form, status=422)
    return _me_page(
        request, TokenForm(rights=queries.rights_of(request.user)), new_token=made.token
    )


@login_required
@require_POST
def revoke_token(request: PersonRequest, token_id: int) -> HttpResponse:
    """Take one of one's own tokens back."""
    try:
        token_acts.revoke_token(token_id, of=request.user, by=request.user, now=timezone.now())
    except RefusedError as error:
        raise Http404 from error
    messages.success(request, _("令牌已收回"))
    return redirect("staff:me")
