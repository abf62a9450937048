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
from shopops.staff import queries as staff
from shopops.staff.models import Shop, User
from shopops.workdesk import queries as workdesk


@dataclass(frozen=True, slots=True)
class Place:
    """One page in the navigation. `queue`: the stored count that stands beside it."""

    label: str | Promise
    url_name: str
    right: str
    kwargs: tuple[tuple[str, str], ...] = ()
    queue: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the navigation with its pages."""

    code: str
    label: str | Promise
    icon: str
    places: tuple[Place, ...]


def _queue(code: str, label: str | Promise, *, is_late: bool = False) -> Place:
    return Place(label, "orders:queue", "orders.view", (("code", code),), code, is_late)


# A place whose address does not exist (yet) is left out, and so is a group without any.
GROUPS: tuple[Group, ...] = (
    Group(
        "desk",
        _("工作台"),
        "layout-dashboard",
        (
            Place(_("工作台"), "morning", "analytics.view"),
            Place(_("异常"), "checks:findings", "checks.view"),
            Place(_("我的清单"), "checks:lists", "checks.view"),
            Place(_("清单总览"), "checks:overview", "checks.assign"),
            Place(_("专项清单"), "checks:projects", "checks.view"),
            Place(_("报告"), "analytics:reports", "analytics.view"),
        ),
    ),
    Group(
        "orders",
        _("订单"),
        "clipboard-list",
        (
            _queue("past_due", _("已超时"), is_late=True),
            _queue("due_today", _("今日截单前")),
            _queue("urgent", _("加急")),
            _queue("awaiting_audit", _("待审单")),
            _queue("held", _("问题单")),
            Place(_("可合单"), "orders:merge_groups", "orders.view", queue="mergeable"),
            _queue("approved", _("已审待出")),
            _queue("handed_over", _("未揽收")),
            _queue("trace_stalled", _("轨迹停滞")),
            _queue("refund_open", _("退款中")),
            _queue("all", _("全部")),
            Place(_("售后单"), "orders:cases", "orders.handle_case", queue="cases"),
            Place(_("日清"), "orders:sweep", "orders.view", queue="sweep"),
            Place(_("账单对赔付"), "orders:bill", "orders.view_bill"),
        ),
    ),
    Group(
        "warehouse",
        _("仓库"),
        "building-warehouse",
        (
            Place(_("波次"), "orders:waves", "orders.pack", queue="approved"),
            Place(_("拣货"), "orders:pick_waves", "orders.pack", queue="in_wave"),
            Place(_("验货打包"), "orders:check", "orders.pack", queue="picked"),
            Place(_("交接"), "orders:hand_over", "orders.hand_over", queue="checked"),
            Place(_("运单"), "orders:waybills", "orders.hand_over"),
            Place(_("快递评分"), "orders:courier_score", "orders.set_warehouse"),
        ),
    ),
    Group(
        "products",
        _("商品"),
        "package",
        (
            Place(_("商品列表"), "products:list", "products.view"),
            Place(_("SKU 与草稿"), "products:skus", "products.view"),
            Place(_("资料冲突"), "products:conflicts", "products.view"),
            Place(_("上架检查"), "products:listing", "products.view"),
            Place(_("主推款盯防"), "products:watch", "products.view"),
            Place(_("上下架计划"), "products:shelf", "products.view"),
            Place(_("补货建议"), "products:replenishment", "products.view"),
            Place(_("改价"), "products:prices", "products.view"),
            Place(_("对手"), "products:competitors", "products.view"),
            Place(_("违规"), "products:violations", "products.view"),
            Place(_("品质"), "products:quality", "products.view"),
        ),
    ),
    Group(
        "stock",
        _("库存"),
        "stack-2",
        (
            Place(_("库存"), "products:stock", "products.view"),
            Place(_("缺货"), "products:warnings", "products.view"),
            Place(_("盘点"), "products:counts", "products.view"),
            Place(_("货架对账"), "products:stock_shelf", "products.view"),
            Place(_("采购单"), "products:purchases", "products.view"),
            Place(_("供应商"), "products:suppliers", "products.view"),
        ),
    ),
    Group(
        "promotions",
        _("活动"),
        "speakerphone",
        (
            Place(_("活动日历"), "promotions:calendar", "promotions.view"),
            Place(_("活动看板"), "promotions:board", "promotions.view"),
            Place(_("优惠"), "promotions:benefits", "promotions.view"),
            Place(_("到手价"), "promotions:prices", "promotions.view"),
            Place(_("赠品"), "promotions:gifts", "promotions.view"),
            Place(_("测试"), "promotions:tests", "promotions.view"),
            Place(_("素材"), "promotions:material", "promotions.view"),
        ),
    ),
    Group(
        "channels",
        _("推广"),
        "chart-bar",
        (
            Place(_("推广总览"), "promotions:channels", "promotions.channels"),
            Place(_("计划"), "promotions:plans", "promotions.channels"),
            Place(_("单品推广"), "promotions:ad_items", "promotions.channels"),
            Place(_("淘宝客"), "promotions:affiliates", "promotions.channels"),
            Place(_("分销"), "promotions:distributors", "promotions.partners"),
            Place(_("互换伙伴"), "promotions:partners", "promotions.partners"),
            Place(_("工具订阅"), "promotions:subscriptions", "promotions.partners"),
        ),
    ),
    Group(
        "crm",
        _("客户"),
        "users",
        (
            Place(_("客户"), "crm:customers", "crm.view"),
            Place(_("价值分层"), "crm:rfm", "crm.view"),
            Place(_("人群"), "crm:segments", "crm.campaign"),
            Place(_("营销"), "crm:campaigns", "crm.campaign"),
            Place(_("会员等级"), "crm:tiers", "crm.view"),
            Place(_("积分"), "crm:points", "crm.view"),
            Place(_("生日与节点"), "crm:occasions", "crm.view"),
            Place(_("客户活动"), "crm:draws", "crm.view"),
        ),
    ),
    Group(
        "service",
        _("客服"),
        "message-2",
        (
            Place(_("今日跟进"), "crm:tasks", "crm.edit"),
            Place(_("评价"), "crm:reviews", "crm.reviews"),
            Place(_("话术库"), "crm:answers", "crm.view"),
            Place(_("客服表现"), "crm:agents", "crm.view_own_figures"),
            Place(_("奖金表"), "crm:bonus", "crm.view_own_figures"),
            Place(_("培训"), "crm:training", "crm.view_own_figures"),
        ),
    ),
    Group(
        "analytics",
        _("数据"),
        "chart-line",
        (
            Place(_("趋势"), "analytics:trend", "analytics.view"),
            Place(_("转化漏斗"), "analytics:funnel", "analytics.view"),
            Place(_("流量来源"), "analytics:traffic", "analytics.view"),
            Place(_("商品贡献"), "analytics:products", "analytics.view"),
            Place(_("地区"), "analytics:regions", "analytics.view"),
            Place(_("时段"), "analytics:hours", "analytics.view"),
            Place(_("新老客"), "analytics:customers", "analytics.view"),
            Place(_("复购"), "analytics:cohorts", "analytics.view"),
            Place(_("库存周转"), "analytics:turnover", "analytics.view"),
            Place(_("退货原因"), "analytics:returns", "analytics.view"),
            Place(_("利润"), "analytics:profit", "analytics.view_profit"),
            Place(_("月结"), "analytics:statement", "analytics.view_profit"),
            Place(_("波动诊断"), "analytics:breaks", "analytics.view"),
            Place(_("店铺评分"), "analytics:dsr", "analytics.view"),
            Place(_("体验指标"), "analytics:experience", "analytics.view"),
            Place(_("目标"), "analytics:targets", "analytics.view"),
        ),
    ),
    Group(
        "intake",
        _("导入"),
        "file-import",
        (Place(_("导入"), "intake:imports", "intake.view"),),
    ),
    Group("work", _("后台任务"), "list-check", (Place(_("后台任务"), "work:runs", "work.view"),)),
    Group(
        "settings",
        _("设置"),
        "settings",
        (
            Place(_("截单设置"), "orders:cutoff", "orders.set_cutoff"),
            Place(_("审单规则"), "orders:audit", "orders.set_audit"),
            Place(_("告知话术"), "orders:tell_templates", "orders.set_audit"),
            Place(_("快递规则"), "orders:couriers", "orders.set_warehouse"),
            Place(_("货位与包装"), "orders:packing", "orders.set_warehouse"),
            Place(_("赔付上限"), "orders:limits", "orders.set_limits"),
            Place(_("库存规则"), "products:stock_rules", "products.set_stock_rules"),
            Place(_("补货规则"), "products:replenishment_rules", "products.set_stock_rules"),
            Place(_("商品规则"), "products:goods_rules", "products.set_rules"),
            Place(_("人员"), "staff:people", "staff.manage"),
            Place(_("岗位与权限"), "staff:roles", "staff.manage"),
            Place(_("操作记录"), "staff:log", "staff.view_log"),
            Place(_("店铺"), "staff:shop", "staff.manage_shop"),
            Place(_("个人信息"), "orders:subjects", "orders.answer_person"),
        ),
    ),
)
# What must leave by today's cutoff, late ones included: their sum stands beside the closed group,
# and is the figure of the cutoff pill. No order is in both.
WAITING = ("past_due", "due_today")


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
    if not near.get(nearest):
        return groups
    return [
        replace(group, current=True, open=bool(group.children)) if group.code == nearest else group
        for group in groups
    ]


def _shared(group: NavItem, path: str) -> int:
    """Count the leading parts of an address that a group's nearest page shares with it."""
    wanted = path.strip("/").split("/")
    pages = (item.url.strip("/").split("/") for item in group.children or [group])
    pairs = (zip(wanted, parts, strict=False) for parts in pages)
    return max(len(list(takewhile(lambda pair: pair[0] == pair[1], one))) for one in pairs)


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
