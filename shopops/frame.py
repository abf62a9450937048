"""What every page shows around itself: navigation with what waits, and the top bar.

Stands above all apps, so it may ask each of them. Costs a handful of queries by primary key or over
a few rows; nothing here counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orders.queries import calendar, queues
from shopops.intake.freshness import SourceMark, source_marks
from shopops.lib.business_time import business_date
from shopops.notices import queries as notices
from shopops.places import GROUPS, WAITING, Group, Place
from shopops.staff import queries as staff
from shopops.staff.models import Shop, User
from shopops.workdesk import queries as workdesk


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the navigation, as `components/_nav.html` takes it."""

    code: str
    label: str | Promise
    url: str
    icon: str = ""
    count: int = 0
    late: bool = False
    current: bool = False
    open: bool = False
    children: list["NavItem"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShopMark:
    """The shop in the corner."""

    name: str
    mark: str
    kind: str | Promise
    is_demo: bool


@dataclass(frozen=True, slots=True)
class PersonMark:
    """The person in the corner."""

    name: str
    roles: str


@dataclass(frozen=True, slots=True)
class RunMark:
    """Work under way, as the top bar shows it."""

    title: str | Promise
    detail: str
    percent: int
    url: str


@dataclass(frozen=True, slots=True)
class CutoffPill:
    """The next cutoff, as `components/_cutoff_pill.html` takes it."""

    count: int
    url: str
    none_reason: str | Promise = ""
    # The same on a telephone.
    short: str | Promise = ""
    cutoff_at: datetime | None = None
    handover_at: datetime | None = None
    minutes_left: int = 0


@dataclass(frozen=True, slots=True)
class Top:
    """The top bar."""

    runs: list[RunMark]
    cutoff: CutoffPill | None = None
    unread: int = 0


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give navigation and top bar to templates. Nothing but the shop to who is not signed in."""
    now = timezone.now()  # noqa: TID251 - pages show times against it
    shop = staff.current_shop()
    around: dict[str, Any] = {"now": now, "shop": _shop_mark(shop) if shop else None}
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return around
    rights = staff.rights_of(user)
    counts = _counts(rights)
    return {
        **around,
        "nav_html": _nav_html(
            get_language(),
            rights,
            request.path,
            tuple(counts.items()),
            around["shop"],
            _sources(user, rights, now=now),
        ),
        "top": Top(
            runs=_runs_under_way(rights, now=now),
            cutoff=_cutoff(rights, counts, now=now),
            unread=notices.unread_count(user),
        ),
        "person": PersonMark(name=user.name, roles=staff.roles_text(user)),
        "demo_without_second_factor": bool(shop and shop.is_demo),
    }


@lru_cache(maxsize=256)
def _nav_html(
    _language: str | None,
    rights: frozenset[str],
    path: str,
    counts: tuple[tuple[str, int], ...],
    shop: ShopMark | None,
    sources: tuple[SourceMark, ...],
) -> SafeString:
    """Write the navigation; the counts change twice a minute, pages are asked for more often."""
    nav = navigation(rights, path=path, counts=dict(counts))
    return render_to_string("components/_nav.html", {"nav": nav, "shop": shop, "sources": sources})


def _sources(person: User, rights: frozenset[str], *, now: datetime) -> tuple[SourceMark, ...]:
    """Give how fresh the files are to those whose work rests on them."""
    if rights.isdisjoint({"intake.view", "orders.view"}):
        return ()
    return source_marks(person, now=now)


def _shop_mark(shop: Shop) -> ShopMark:
    kind = Shop.Platform(shop.platform).label
    return ShopMark(name=shop.name, mark=shop.name[:1], kind=kind, is_demo=shop.is_demo)


def _counts(rights: frozenset[str]) -> dict[str, int]:
    if "orders.view" not in rights:
        return {}
    return {code: row.count for code, row in queues.counts().items()}


def _cutoff(rights: frozenset[str], counts: dict[str, int], *, now: datetime) -> CutoffPill | None:
    """Give the next cutoff and what must still leave, late ones included."""
    if "orders.view" not in rights:
        return None
    following = calendar.next_cutoff(now=now)
    count = counts.get("past_due", 0) + counts.get("due_today", 0)
    url = reverse("orders:cutoff") if "orders.set_cutoff" in rights else reverse("orders:first")
    if following is None:
        return CutoffPill(count=count, url=url, none_reason=_("截单还没有设置"))
    if not following.is_today:
        day = business_date(following.cutoff_at)
        words = _("下次截单 {month} 月 {day} 日").format(month=day.month, day=day.day)
        short = _("{day} 截单").format(day=f"{day:%m-%d}")
        return CutoffPill(count=count, url=url, none_reason=words, short=short)
    left = following.cutoff_at - now
    return CutoffPill(
        count=count,
        url=url,
        cutoff_at=following.cutoff_at,
        handover_at=following.handover_at,
        minutes_left=int(left.total_seconds() // 60),
    )


def navigation(rights: frozenset[str], *, path: str, counts: dict[str, int]) -> list[NavItem]:
    """Give the groups that a holder of `rights` may open, with stored counts. No query."""
    found = (_group(group, rights, path=path, counts=counts) for group in GROUPS)
    groups = [group for group in found if group is not None]
    if not any(group.current for group in groups):
        groups = _with_nearest_open(groups, path)
    return groups


def _with_nearest_open(groups: list[NavItem], path: str) -> list[NavItem]:
    """Open the group whose pages share most of an address that stands not in the navigation itself."""
    near = {group.code: _shared(group, path) for group in groups}
    nearest = max(near, key=lambda code: near[code], default="")
    if not near.get(nearest, (0, 0))[0]:
        return groups
    return [
        replace(group, current=True, open=bool(group.children)) if group.code == nearest else group
        for group in groups
    ]


def _shared(group: NavItem, path: str) -> tuple[int, int]:
    """Count the leading parts of an address that a group's pages share with it: most, and on how many pages."""
    wanted = path.strip("/").split("/")
    pages = (item.url.strip("/").split("/") for item in group.children or [group])
    pairs = (zip(wanted, parts, strict=False) for parts in pages)
    shared = [len(list(takewhile(lambda pair: pair[0] == pair[1], one))) for one in pairs]
    return max(shared), shared.count(max(shared))


def _group(
    group: Group, rights: frozenset[str], *, path: str, counts: dict[str, int]
) -> NavItem | None:
    open_to_me = (place for place in group.places if place.right in rights)
    children = list(_items(open_to_me, path=path, counts=counts))
    if not children:
        return None
    is_single = len(group.places) == 1
    return NavItem(
        code=group.code,
        label=group.label,
        url=children[0].url,
        icon=group.icon,
        count=sum(item.count for item in children if item.code in WAITING),
        late=any(item.late and item.count for item in children),
        current=any(item.current for item in children),
        open=not is_single and any(item.current for item in children),
        children=[] if is_single else children,
    )


def _items(places: Iterable[Place], *, path: str, counts: dict[str, int]) -> Iterable[NavItem]:
    for place in places:
        try:
            url = reverse(place.url_name, kwargs=dict(place.kwargs))
        except NoReverseMatch:
            continue
        yield NavItem(
            code=place.queue or place.url_name,
            label=place.label,
            url=url,
            count=counts.get(place.queue, 0),
            late=place.is_late and counts.get(place.queue, 0) > 0,
            current=path == url,
        )


def _runs_under_way(rights: frozenset[str], *, now: datetime) -> list[RunMark]:
    """Give the few runs that work now; the partial index on running ones carries this."""
    if "work.view" not in rights:
        return []
    return [
        RunMark(title=run.title, detail=run.detail, percent=run.percent or 0, url=run.url)
        for run in workdesk.running_runs(now=now)
    ]


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the first page that their roles open; whoever has none, to their account."""
    rights = staff.rights_of(request.user) if isinstance(request.user, User) else frozenset()
    groups = navigation(rights, path="", counts={})
    return redirect(groups[0].url if groups else "staff:me")
