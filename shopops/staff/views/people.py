"""People: the list, one person, invitations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shopops.lib import words
from shopops.staff import queries
from shopops.staff.access import requires
from shopops.staff.actions import people as acts
from shopops.staff.actions import sessions, sign_in
from shopops.staff.errors import RefusedError, StaleError
from shopops.staff.forms import InviteForm, PersonForm
from shopops.staff.models import User
from shopops.staff.views.parts import (
    Event,
    PersonRequest,
    context,
    events_of,
    refuse_stale,
    sent_version,
)

MANAGE = "staff.manage"


# --- the list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list and in the head of their own page. `email` is the sign-in name."""

    id: int
    url: str
    name: str
    email: str
    roles: list[str]
    mfa: bool
    mfa_required: bool
    joined_at: datetime
    last_seen_at: datetime | None
    state_label: str
    tone: str
    is_me: bool
    version: int = 0


def _line(row: queries.PersonRow, *, me: User, version: int = 0) -> PersonLine:
    label, tone = _("在用"), "done"
    if not row.is_active:
        label, tone = _("已停用"), "wait"
    elif row.is_invited:
        label, tone = _("等本人设密码"), "soon"
    return PersonLine(
        id=row.id,
        url=reverse("staff:person", args=[row.id]),
        name=row.name,
        email=row.username,
        roles=row.roles,
        mfa=row.has_second_factor,
        mfa_required=row.must_have_second_factor,
        joined_at=row.joined_at,
        last_seen_at=row.last_seen_at,
        state_label=label,
        tone=tone,
        is_me=row.id == me.pk,
        version=version,
    )


@dataclass(frozen=True, slots=True)
class InviteLine:
    """A link that was not used yet. `link` itself is known only right after it was made."""

    email: str
    roles: str
    sent_at: datetime
    expires_at: datetime
    link: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Context of staff/people.html."""

    people: Sequence[PersonLine]
    invites: Sequence[InviteLine]
    can_invite: bool
    invite_form: InviteForm


@requires(MANAGE)
@require_GET
def people(request: PersonRequest) -> HttpResponse:
    """List everybody."""
    return _people_page(request, {})


def _people_page(request: PersonRequest, links: dict[int, str]) -> HttpResponse:
    """`links`: by person, those just made, which are shown this once."""
    page = PeoplePage(
        people=[_line(row, me=request.user) for row in queries.people()],
        invites=[
            InviteLine(
                email=row.username,
                roles=words.listed(row.roles),
                sent_at=row.sent_at,
                expires_at=row.expires_at,
                link=links.get(row.person_id, ""),
                cancel_url=reverse("staff:withdraw", args=[row.person_id]),
            )
            for row in queries.open_invitations(now=timezone.now())
        ],
        can_invite=True,
        invite_form=InviteForm(),
    )
    return render(request, "staff/people.html", context(page))


# --- invitations -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvitePage:
    """Context of staff/invite.html, the form on a page of its own."""

    form: InviteForm


@requires(MANAGE, fresh=True)
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: PersonRequest) -> HttpResponse:
    """Invite a new person."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invited = acts.invite_person(
                username=data["username"],
                name=data["name"],
                roles=[role.code for role in data["roles"]],
                by=request.user,
                now=timezone.now(),
            )
        except RefusedError as error:
            form.add_error("username", str(error))
        else:
            return _invited(request, invited)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/invite.html", context(InvitePage(form)), status=status)


def _invited(request: PersonRequest, invited: acts.Invited) -> HttpResponse:
    link = request.build_absolute_uri(reverse("staff:accept", args=[invited.token]))
    return _people_page(request, {invited.person.pk: link})


@requires(MANAGE, fresh=True)
@never_cache
@require_POST
def invite_again(request: PersonRequest, person_id: int) -> HttpResponse:
    """Make a new link for somebody who cannot get in."""
    get_object_or_404(User, pk=person_id)
    try:
        invited = acts.invite_again(person_id, by=request.user, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("staff:person", person_id)
    return _invited(request, invited)


# --- one person --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One thing that can be done to a person, asked about in a dialog."""

    code: str
    label: str | Promise
    text: str | Promise
    url: str
    tone: str = ""
    form: forms.Form | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One place where a person is signed in."""

    id: int
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


def devices(rows: Sequence[queries.SessionRow]) -> list[Device]:
    """Name the fields of sessions as the pages do."""
    return [
        Device(row.id, row.browser, row.ip, row.created_at, row.last_seen_at, row.is_current)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Context of staff/person.html."""

    person_page: PersonLine
    form: PersonForm
    acts: Sequence[PersonAct]
    sessions: Sequence[Device]
    rights: Sequence[str | Promise]
    events: Sequence[Event]


@requires(MANAGE, fresh=True)
@require_http_methods(["GET", "POST"])
def person(request: PersonRequest, person_id: int) -> HttpResponse:
    """Show and change one person."""
    subject = get_object_or_404(User, pk=person_id)
    if request.method != "POST":
        return _person_page(request, subject, _form_of(subject))
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _person_page(request, subject, form, status=422)
    try:
        acts.change_person(
            person_id,
            name=form.cleaned_data["name"],
            roles=[role.pk for role in form.cleaned_data["roles"]],
            is_active=form.cleaned_data["is_active"],
            version=sent_version(request),
            by=request.user,
            now=timezone.now(),
        )
    except StaleError as error:
        return refuse_stale(request, error, object_type="person", object_key=str(person_id))
    except RefusedError as error:
        form.add_error(None, str(error))
        return _person_page(request, subject, form, status=422)
    messages.success(request, _("改好了"))
    return redirect("staff:person", person_id)


def _form_of(subject: User) -> PersonForm:
    return PersonForm(
        initial={
            "name": subject.name,
            "roles": list(subject.roles.values_list("pk", flat=True)),
            "is_active": subject.is_active,
        }
    )


def _person_page(
    request: PersonRequest, subject: User, form: PersonForm, *, status: int = 200
) -> HttpResponse:
    row = queries.person_row(subject)
    key = str(subject.pk)
    page = PersonPage(
        person_page=_line(row, me=request.user, version=subject.version),
        form=form,
        acts=_acts(row),
        sessions=devices(
            queries.sessions_of(
                subject, now=timezone.now(), current_key=request.session.session_key
            )
        ),
        rights=queries.right_names(queries.rights_of(subject)),
        events=events_of(queries.timeline(object_type="person", object_key=key, limit=30)),
    )
    return render(request, "staff/person.html", context(page), status=status)


def _acts(row: queries.PersonRow) -> list[PersonAct]:
    def act(name: str, label: str, text: str, tone: str = "") -> PersonAct:
        return PersonAct(name, label, text, reverse(f"staff:{name}", args=[row.id]), tone)

    found = [
        act("end_sessions", _("退出所有登录"), _("这个人的每一处登录马上失效，要重新登录。")),
        act("unlock", _("解除登录锁定"), _("忘掉之前输错密码的次数，可以马上再试。")),
    ]
    if row.has_second_factor:
        text = _("手机丢了才用。所有登录马上失效，下次登录要重新绑定。")
        found.append(act("reset_second_factor", _("重置两步验证"), text, "danger"))
    if row.is_active:
        text = _("旧密码和旧链接作废，所有登录马上失效；把新链接交给本人。")
        found.append(act("invite_again", _("重新邀请"), text, "danger"))
    return found


def _act(
    request: PersonRequest, person_id: int, act: Callable[..., object], done: str
) -> HttpResponse:
    get_object_or_404(User, pk=person_id)
    try:
        act(person_id, by=request.user, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("staff:person", person_id)


@requires(MANAGE, fresh=True)
@require_POST
def withdraw(request: PersonRequest, person_id: int) -> HttpResponse:
    """Let a link that was not used yet work no more."""
    return _act(request, person_id, acts.withdraw_invitation, _("邀请已收回"))


@requires(MANAGE, fresh=True)
@require_POST
def reset_second_factor(request: PersonRequest, person_id: int) -> HttpResponse:
    """Take the second factor off a person who lost it."""
    return _act(request, person_id, sessions.reset_second_factor, _("两步验证已重置"))


@requires(MANAGE, fresh=True)
@require_POST
def end_sessions(request: PersonRequest, person_id: int) -> HttpResponse:
    """Sign a person out everywhere."""
    return _act(request, person_id, sessions.revoke_all_sessions, _("已退出这个人的所有登录"))


@requires(MANAGE, fresh=True)
@require_POST
def unlock(request: PersonRequest, person_id: int) -> HttpResponse:
    """Let somebody try again who failed too often."""
    return _act(request, person_id, sign_in.unlock_person, _("已解除登录锁定"))
