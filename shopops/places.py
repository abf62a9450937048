"""Where one can go: the groups of the navigation and their pages, each with the right that it needs."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
