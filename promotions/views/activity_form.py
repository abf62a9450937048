"""Writing an activity down, and changing it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import Asked, conflict
from promotions.actions.activities import ActivityValues, create_activity, edit_activity
from promotions.actions.check import request_check
from promotions.forms.activities import ActivityForm
from promotions.models import Activity
from promotions.views.activity_parts import warn_outside
from shopops.lib.business_time import SHANGHAI
from shopops.staff.access import requires
from shopops.staff.models import User


@require_http_methods(["GET", "POST"])
@requires("promotions.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Write an activity down."""
    form = ActivityForm(
        request.POST if request.method == "POST" else None,
        initial={"uplift": 1, "cost_amount": 0, "owner_id": request.user.pk},
    )
    if request.method == "POST" and form.is_valid():
        asked = _asked(request, reverse("promotions:board"))
        try:
            row = create_activity(
                values=ActivityValues(**form.values()), by=asked.by, now=asked.now
            )
        except GoodsRefusedError as refusal:
            _add_errors(form, refusal)
        else:
            return redirect("promotions:activity", activity_id=row.pk)
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
@requires("promotions.edit")
def edit(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Change an activity."""
    row = get_object_or_404(Activity, pk=activity_id)
    if request.method != "POST":
        return _page(request, ActivityForm(initial=ActivityForm.initial_of(row)), row)
    form = ActivityForm(request.POST)
    if not form.is_valid():
        return _page(request, form, row)
    asked = _asked(request, reverse("promotions:activity", args=[row.pk]))
    try:
        edit_activity(
            activity_id=row.pk,
            values=ActivityValues(**form.values()),
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        row.refresh_from_db()
        return conflict(
            asked, stale, key=("activity", str(row.pk)), rows=_sides(form, row), version=row.version
        )
    except GoodsRefusedError as refusal:
        _add_errors(form, refusal)
        return _page(request, form, row)
    request_check(activity_id=row.pk, now=asked.now, by=asked.by)
    warn_outside(request, row.pk)
    return asked.done(_("已保存，正在重新查价格。"))


def _asked(request: HttpRequest, back: str) -> Asked:
    assert isinstance(request.user, User)  # noqa: S101
    return Asked(request, request.user, timezone.now(), back)


def _add_errors(form: ActivityForm, refusal: GoodsRefusedError) -> None:
    for name, words in refusal.errors.items():
        form.add_error(name if name in form.fields else None, words)


def _sides(form: ActivityForm, row: Activity) -> list[tuple[object, object, object]]:
    """Give what stands beside what was sent, in words."""
    mine = form.cleaned_data
    sides: list[tuple[object, object, object]] = []
    for name, field in form.fields.items():
        theirs = getattr(row, name)
        sent = mine[name]
        if name == "owner_id":
            theirs, sent = row.owner.name if row.owner else "", sent.name if sent else ""
        elif name == "kind":
            theirs, sent = row.get_kind_display(), dict(field.choices).get(sent, sent)  # type: ignore[attr-defined]
        elif name in {"starts_at", "ends_at"}:
            theirs, sent = (f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for at in (theirs, sent))
        sides.append((field.label, "" if theirs is None else theirs, "" if sent is None else sent))
    return sides


def _page(request: HttpRequest, form: ActivityForm, row: Activity | None) -> HttpResponse:
    context = {
        "form": form,
        "activity": row,
        "version": request.POST.get("version") or (row.version if row else 0),
        "back_url": reverse("promotions:activity", args=[row.pk])
        if row
        else reverse("promotions:board"),
        "now": timezone.now(),
    }
    return render(
        request, "promotions/activity_form.html", context, status=422 if form.errors else 200
    )
