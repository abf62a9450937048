"""Roles: the matrix, one role, copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shopops.staff import queries
from shopops.staff.access import requires
from shopops.staff.actions import roles as acts
from shopops.staff.errors import RefusedError, StaleError
from shopops.staff.forms import CopyRoleForm, RoleForm
from shopops.staff.models import Role
from shopops.staff.views.parts import (
    Event,
    PersonRequest,
    context,
    events_of,
    refuse_stale,
    sent_version,
)

MANAGE = "staff.manage"
GROUP_LABELS: dict[str, str | Promise] = {
    "orders": gettext_lazy("订单"),
    "intake": gettext_lazy("导入"),
    "analytics": gettext_lazy("经营数据"),
    "work": gettext_lazy("后台任务"),
    "staff": gettext_lazy("人员与店铺"),
    "products": gettext_lazy("商品"),
}


# --- the matrix --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoleHead:
    """One role in the head of the matrix."""

    code: str
    label: str
    count: int
    custom: bool
    copy_url: str
    edit_url: str


@dataclass(frozen=True, slots=True)
class RightRow:
    """One right and, role by role, whether it is held."""

    code: str
    label: str | Promise
    guarded: str
    cells: Sequence[bool]


@dataclass(frozen=True, slots=True)
class RightGroup:
    """Rights of one field of work."""

    label: str | Promise
    rights: Sequence[RightRow]


@dataclass(frozen=True, slots=True)
class RolesPage:
    """Context of staff/roles.html."""

    roles: Sequence[RoleHead]
    groups: Sequence[RightGroup]
    can_edit: bool
    changes: Sequence[Event]


@requires(MANAGE)
@require_GET
def roles(request: PersonRequest) -> HttpResponse:
    """Show every role against every right, and what changed when."""
    matrix = queries.role_matrix()
    page = RolesPage(
        roles=[_head(role) for role in matrix.roles],
        groups=_groups(matrix.rows),
        can_edit=True,
        changes=events_of(queries.role_changes()),
    )
    return render(request, "staff/roles.html", context(page))


def _head(role: queries.RoleColumn) -> RoleHead:
    return RoleHead(
        code=role.code,
        label=role.name,
        count=role.people_count,
        custom=not role.is_built_in,
        copy_url=reverse("staff:copy_role", args=[role.id]),
        edit_url=reverse("staff:role", args=[role.id]),
    )


def _groups(rows: Sequence[queries.MatrixRow]) -> list[RightGroup]:
    def app(row: queries.MatrixRow) -> str:
        return row.right.code.split(".")[0]

    return [
        RightGroup(GROUP_LABELS.get(name, name), [_right_row(row) for row in group])
        for name, group in groupby(rows, key=app)
    ]


def _right_row(row: queries.MatrixRow) -> RightRow:
    guarded = _("要两步验证") if row.right.needs_mfa else ""
    return RightRow(row.right.code, row.right.name, guarded, row.cells)


# --- one role ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RolePage:
    """Context of staff/role.html. A built-in role cannot be changed, only copied."""

    role: Role
    form: RoleForm
    copy_form: CopyRoleForm
    copy_url: str
    held: Sequence[str | Promise]
    events: Sequence[Event]


@requires(MANAGE, fresh=True)
@require_http_methods(["GET", "POST"])
def role(request: PersonRequest, role_id: int) -> HttpResponse:
    """Show and change one role."""
    subject = get_object_or_404(Role, pk=role_id)
    if request.method != "POST":
        return _role_page(request, subject, _form_of(subject))
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _role_page(request, subject, form, status=422)
    try:
        acts.change_role(
            role_id,
            **form.cleaned_data,
            version=sent_version(request),
            by=request.user,
            now=timezone.now(),
        )
    except StaleError as error:
        return refuse_stale(request, error, object_type="role", object_key=subject.code)
    except RefusedError as error:
        form.add_error(None, str(error))
        return _role_page(request, subject, form, status=422)
    messages.success(request, _("改好了"))
    return redirect("staff:role", role_id)


def _form_of(subject: Role) -> RoleForm:
    return RoleForm(initial={"name": subject.name, "rights": subject.rights})


def _role_page(
    request: PersonRequest,
    subject: Role,
    form: RoleForm,
    *,
    copy_form: CopyRoleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = RolePage(
        role=subject,
        form=form,
        copy_form=copy_form or CopyRoleForm(auto_id="copy_%s"),
        copy_url=reverse("staff:copy_role", args=[subject.pk]),
        held=queries.right_names(subject.rights),
        events=events_of(queries.timeline(object_type="role", object_key=subject.code)),
    )
    return render(request, "staff/role.html", context(page), status=status)


@requires(MANAGE, fresh=True)
@require_POST
def copy_role(request: PersonRequest, role_id: int) -> HttpResponse:
    """Copy a role, to change the copy."""
    subject = get_object_or_404(Role, pk=role_id)
    form = CopyRoleForm(request.POST, auto_id="copy_%s")
    if form.is_valid():
        try:
            copy = acts.copy_role(
                role_id, name=form.cleaned_data["name"], by=request.user, now=timezone.now()
            )
        except RefusedError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("复制好了，现在可以改"))
            return redirect("staff:role", copy.pk)
    return _role_page(request, subject, _form_of(subject), copy_form=form, status=422)
