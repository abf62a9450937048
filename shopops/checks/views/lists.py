"""The daily lists: mine of today, one of any day, ticking and signing."""

from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shopops.checks.actions import lists as acts
from shopops.checks.errors import StaleChecksError
from shopops.checks.forms import SignForm, TickForm
from shopops.checks.models import DailyItem, DailyList
from shopops.checks.queries import lists as queries
from shopops.checks.queries import projects
from shopops.checks.queries.issues import check_name, to_look_at_again
from shopops.checks.views.acting import (
    Asked,
    Data,
    Sent,
    answer,
    as_sent,
    events_of,
    person_of,
    show_both,
)
from shopops.lib import pictures, words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names, roles_of

TONES = {
    "passed": "done",
    "done": "done",
    "failed": "late",
    "unknown": "wait",
    "open": "soon",
    "skipped": "wait",
}
MOST_BYTES = pictures.MOST_BYTES


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.view")
def my_lists(request: HttpRequest) -> HttpResponse:
    """Show today's lists of one's roles; a POST ticks, unticks or signs."""
    back = reverse("checks:lists")
    sent = _answer(request, back) if request.method == "POST" else None
    if isinstance(sent, HttpResponse):
        return sent
    now, person = timezone.now(), person_of(request)
    today = business_date(now)
    found = [
        page for page in queries.lists_of(day=today) if queries.may_work(person, page.daily.role)
    ]
    own = {role.code for role in roles_of(person)}
    # One's own role first, those that one only may do as well behind.
    found.sort(key=lambda page: (page.daily.role not in own, page.daily.pk))
    mine = projects.my_lines(person, roles=own, today=today)[:20]
    context = {
        "now": now,
        "today": today,
        "pages": [page_data(page, person, now=now, sent=sent) for page in found],
        "lines": mine,
        "again": [
            {
                "url": reverse("checks:finding", args=[one.pk]),
                "title": words.stored(one.title, names=True),
                "check": check_name(one.code),
                "look_on": one.look_on,
            }
            for one in to_look_at_again(person, today=today)
        ],
        "may_oversee": person.has_perm("checks.assign"),
        "has_templates": bool(queries.roles_with_lists(day=today)),
    }
    return render(request, "checks/lists.html", context, status=422 if sent else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.view")
def one_list(request: HttpRequest, role: str, day: str) -> HttpResponse:
    """Show the list of a role on a day; a POST ticks, unticks or signs."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise Http404(day) from error
    daily = get_object_or_404(
        DailyList.objects.select_related("signed_by"), role=role, business_date=wanted
    )
    back = reverse("checks:list", args=[role, day])
    sent = _answer(request, back) if request.method == "POST" else None
    if isinstance(sent, HttpResponse):
        return sent
    now, person = timezone.now(), person_of(request)
    context = {
        "now": now,
        "page": page_data(queries.pages_of([daily])[0], person, now=now, sent=sent),
        "before_url": _neighbour(role, wanted - timedelta(days=1)),
        "after_url": _neighbour(role, wanted + timedelta(days=1)),
        "events": events_of(acts.OBJECT, daily.pk),
        "may_oversee": person.has_perm("checks.assign"),
    }
    return render(request, "checks/list.html", context, status=422 if sent else 200)


def _neighbour(role: str, day: date) -> str | None:
    if not DailyList.objects.filter(role=role, business_date=day).exists():
        return None
    return reverse("checks:list", args=[role, day.isoformat()])


def page_data(page: queries.Page, person: User, *, now: datetime, sent: Sent | None = None) -> Data:
    """Give a list as templates/checks/_list.html takes it; `sent`: a form of it that came back."""
    daily = page.daily
    fresh = SignForm(auto_id=f"id_sign{daily.pk}_%s")
    sign_form, _is_back = as_sent(sent, fresh, "sign", row=daily.pk)
    may_work = queries.may_work(person, daily.role)
    is_open = daily.frozen_at is None
    return {
        "daily": daily,
        "role": role_names().get(daily.role, daily.role),
        "url": reverse("checks:list", args=[daily.role, daily.business_date.isoformat()]),
        "lines": [_line(line, can_tick=may_work and is_open, sent=sent) for line in page.lines],
        "done": page.done_count,
        "count": len(page.lines),
        "missed": len(page.missed),
        "can_sign": may_work and daily.signed_at is None,
        "is_open": is_open,
        "is_late": daily.signed_at is None and daily.business_date < business_date(now),
        "sign_form": sign_form,
    }


def _line(line: queries.Line, *, can_tick: bool, sent: Sent | None) -> Data:
    item = line.item
    fresh = TickForm(auto_id=f"id_tick{item.pk}_%s", initial={"note": item.note})
    form, is_back = as_sent(sent, fresh, "tick", "skip", row=item.pk)
    by_hand = not line.is_computed
    return {
        "item": item,
        "text": words.stored(item.text),
        "state": line.state,
        "label": DailyItem.State(line.state).label,
        "tone": TONES[line.state],
        "issues": line.issues,
        "by_hand": by_hand,
        "is_settled": line.is_settled,
        "can_tick": can_tick and by_hand,
        # One key press is enough where no picture is asked for.
        "is_quick": can_tick and by_hand and not (item.needs_picture and not item.picture),
        "url": _issues_url(line),
        "checks": words.listed(check_name(code) for code in line.codes[:6]),
        "form": form,
        "is_open": is_back,
        "picture_url": reverse("checks:item_picture", args=[item.pk]) if item.picture else "",
    }


def _issues_url(line: queries.Line) -> str:
    if not line.is_computed:
        return ""
    one = line.codes[0] if len(line.codes) == 1 else ""
    address = reverse("checks:findings") + "?scope=all"
    return f"{address}&check={one}" if one else address


def _answer(request: HttpRequest, back: str) -> HttpResponse | Sent | None:
    parts = {
        "tick": ("checks.view", _tick),
        "untick": ("checks.view", _untick),
        "skip": ("checks.view", _skip),
        "sign": ("checks.view", _sign),
    }
    try:
        return answer(request, parts, back=back)
    except StaleChecksError as stale:
        daily = get_object_or_404(DailyList, pk=request.POST.get("list", "0"))
        rows: list[tuple[object, object, object]] = [
            (
                _("签字"),
                daily.signed_by.name if daily.signed_by else _("还没签"),
                person_of(request).name,
            ),
            (_("说明"), daily.words, request.POST.get("words", "")),
        ]
        return show_both(
            request,
            stale,
            key=(acts.OBJECT, str(daily.pk)),
            rows=rows,
            version=daily.version,
            back=back,
        )


def _tick(asked: Asked) -> HttpResponse | Sent:
    form = TickForm(asked.request.POST, asked.request.FILES)
    if not form.is_valid():
        return asked.say_errors(form)
    file = form.cleaned_data["picture"]
    item = acts.tick(
        item_id=asked.number("item") or 0,
        note=form.cleaned_data["note"],
        picture=bytes(file.read(MOST_BYTES + 1)) if file else b"",
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("做了：%(line)s") % {"line": words.stored(item.text)})


def _untick(asked: Asked) -> HttpResponse:
    item = acts.untick(item_id=asked.number("item") or 0, by=asked.by, now=asked.now)
    return asked.done(_("取消了：%(line)s") % {"line": words.stored(item.text)})


def _skip(asked: Asked) -> HttpResponse:
    why = asked.request.POST.get("note", "")
    item = acts.skip(item_id=asked.number("item") or 0, why=why, by=asked.by, now=asked.now)
    return asked.done(_("今天不适用：%(line)s") % {"line": words.stored(item.text)})


def _sign(asked: Asked) -> HttpResponse | Sent:
    form = SignForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    page = acts.sign(
        list_id=asked.number("list") or 0,
        words=form.cleaned_data["words"],
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    if page.missed:
        return asked.done(_("签好了，%(n)d 项会到明天的清单上。") % {"n": len(page.missed)})
    return asked.done(_("签好了，全部做完。"))


@require_GET
@requires("checks.view")
def item_picture(request: HttpRequest, item_id: int) -> HttpResponse:
    """Give the picture that proves a tick."""
    return pictures.served(request, get_object_or_404(DailyItem, pk=item_id).picture)
