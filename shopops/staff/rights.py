"""Rights are acts, never pages. This table is their only source; roles are sets of them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Right:
    """One act that somebody may or may not do."""

    code: str
    name: str | Promise
    # Compels a second factor on whoever holds it; views may also ask for a fresh one.
    needs_mfa: bool = False


RIGHTS: tuple[Right, ...] = (
    Right("orders.view", _("看订单")),
    Right("orders.approve", _("审单通过")),
    Right("orders.force_approve", _("强制审单")),
    Right("orders.set_audit", _("改审单规则")),
    Right("orders.hold", _("挂起与解除")),
    Right("orders.tell_buyer", _("记录告知买家")),
    Right("orders.merge", _("合单与拆单")),
    Right("orders.pack", _("波次、拣货与验货")),
    Right("orders.hand_over", _("登记交接与运单")),
    Right("orders.set_warehouse", _("改快递规则与包装标准")),
    Right("orders.handle_case", _("处理售后")),
    Right("orders.set_limits", _("改赔付上限")),
    Right("orders.view_bill", _("看支付宝账单")),
    Right("orders.note", _("写备注")),
    Right("orders.export", _("导出订单"), needs_mfa=True),
    Right("orders.reveal_contact", _("查看收货人明文")),
    Right("orders.view_contact", _("看脱敏收货信息")),
    Right("orders.answer_person", _("导出或删除一个人的信息"), needs_mfa=True),
    Right("orders.set_cutoff", _("改截单与规则")),
    Right("intake.view", _("看导入")),
    Right("intake.import", _("导入文件")),
    Right("intake.undo", _("撤销导入")),
    Right("analytics.view", _("看经营数据")),
    Right("analytics.export", _("导出数据")),
    Right("analytics.view_profit", _("看利润")),
    Right("analytics.enter", _("录入评分与外部数字")),
    Right("analytics.set_targets", _("定目标、事件与权重")),
    Right("analytics.reports", _("管报告与推送")),
    Right("checks.view", _("看异常与自己的清单")),
    Right("checks.assign", _("指派异常、看清单总览")),
    Right("checks.set_lists", _("改清单模板")),
    Right("work.view", _("看后台任务")),
    Right("work.control", _("暂停、取消、重试任务")),
    Right("staff.manage", _("管人员与角色"), needs_mfa=True),
    Right("staff.view_log", _("看操作记录")),
    Right("staff.manage_shop", _("改店铺资料")),
    # --- goods
    Right("products.view", _("看商品与库存")),
    Right("products.view_cost", _("看成本")),
    Right("products.edit", _("改商品与上架资料")),
    Right("products.export", _("导出商品")),
    Right("products.decide_conflict", _("决定资料冲突")),
    Right("products.set_price", _("改价")),
    Right("products.approve_price", _("批低于底价的价")),
    Right("products.set_rules", _("改上架词表与品质门槛")),
    Right("products.stock", _("入库、调整、盘点")),
    Right("products.adjust_negative", _("库存可调到负数")),
    Right("products.purchase", _("管采购与供应商")),
    Right("products.set_stock_rules", _("改库存规则")),
    # --- promotions and paid traffic
    Right("promotions.view", _("看活动与推广")),
    Right("promotions.edit", _("管活动、优惠与赠品")),
    Right("promotions.approve", _("批未过价格检查的活动")),
    Right("promotions.set_rules", _("改到手价规则")),
    Right("promotions.channels", _("管付费推广")),
    Right("promotions.partners", _("管分销、互换与工具")),
    # --- customers and service desk
    Right("crm.view", _("看客户")),
    Right("crm.edit", _("改客户、标签与跟进")),
    Right("crm.merge", _("合并与拆开客户")),
    Right("crm.campaign", _("做人群与营销")),
    Right("crm.send", _("发出营销消息"), needs_mfa=True),
    Right("crm.set_tiers", _("改会员等级与积分规则")),
    Right("crm.points", _("手工改积分")),
    Right("crm.reviews", _("处理评价")),
    Right("crm.answers", _("管话术库")),
    Right("crm.overrule_words", _("放行被拦的话")),
    Right("crm.view_own_figures", _("看自己的客服数据与奖金")),
    Right("crm.lead_service", _("管客服数据、目标与奖金")),
)

MFA_RIGHTS: frozenset[str] = frozenset(right.code for right in RIGHTS if right.needs_mfa)
MANAGE_PEOPLE = "staff.manage"
ALL_RIGHTS: frozenset[str] = frozenset(right.code for right in RIGHTS)

_SERVICE = {
    "products.view",
    "promotions.view",
    "orders.view",
    "orders.view_contact",
    "orders.approve",
    "orders.hold",
    "orders.tell_buyer",
    "orders.note",
    "orders.reveal_contact",
    "orders.merge",
    "orders.handle_case",
    "crm.view",
    "crm.edit",
    "crm.reviews",
    "crm.view_own_figures",
    "intake.view",
    "intake.import",
    "work.view",
}
_WAREHOUSE = {
    "products.view",
    "promotions.view",
    "orders.view",
    "orders.view_contact",
    "orders.pack",
    "orders.hand_over",
    "orders.hold",
    "orders.note",
    "products.stock",
    "work.view",
}
_FIGURES = {"analytics.view"}
_LISTS = {"checks.view"}


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A start role."""

    code: str
    name: str
    rights: frozenset[str]


ROLES: tuple[RoleRow, ...] = (
    RoleRow("administrator", gettext_noop("管理员"), ALL_RIGHTS),
    RoleRow("manager", gettext_noop("店长"), ALL_RIGHTS - {"staff.manage", "orders.answer_person"}),
    RoleRow(
        "service_lead",
        gettext_noop("客服主管"),
        frozenset(
            _SERVICE
            | _FIGURES
            | _LISTS
            | {
                "orders.force_approve",
                "orders.set_audit",
                "orders.hand_over",
                "intake.undo",
                "staff.view_log",
                "crm.merge",
                "crm.campaign",
                "crm.points",
                "crm.answers",
                "crm.overrule_words",
                "crm.lead_service",
                "analytics.enter",
            }
        ),
    ),
    RoleRow("service", gettext_noop("客服"), frozenset(_SERVICE | _LISTS)),
    RoleRow(
        "warehouse_lead",
        gettext_noop("仓库主管"),
        frozenset(
            _WAREHOUSE
            | _LISTS
            | {
                "orders.approve",
                "orders.merge",
                "orders.set_warehouse",
                "products.purchase",
                "products.export",
                "products.set_stock_rules",
                "intake.view",
                "intake.import",
                "products.edit",
            }
        ),
    ),
    RoleRow("warehouse", gettext_noop("仓库"), frozenset(_WAREHOUSE | _LISTS)),
    RoleRow(
        "promotion",
        gettext_noop("推广"),
        frozenset(
            _FIGURES
            | _LISTS
            | {
                "products.view",
                "products.edit",
                "products.set_price",
                "promotions.view",
                "promotions.edit",
                "promotions.channels",
                "promotions.partners",
                "crm.view",
                "crm.campaign",
                "intake.view",
                "intake.import",
                "analytics.enter",
            }
        ),
    ),
    RoleRow(
        "editor",
        gettext_noop("运营编辑"),
        frozenset(
            _FIGURES
            | _LISTS
            | {
                "intake.view",
                "intake.import",
                "analytics.enter",
                "products.view",
                "products.edit",
                "products.decide_conflict",
                "products.export",
                "products.set_price",
                "promotions.view",
                "promotions.edit",
            }
        ),
    ),
    RoleRow(
        "designer",
        gettext_noop("美工"),
        frozenset(_LISTS | {"intake.view", "products.view", "products.edit", "promotions.view"}),
    ),
    RoleRow(
        "finance",
        gettext_noop("财务"),
        frozenset(
            _FIGURES
            | {
                "orders.view",
                "orders.view_bill",
                "orders.export",
                "analytics.export",
                "analytics.view_profit",
                "products.export",
                "products.view",
                "products.view_cost",
                "promotions.view",
            }
        ),
    ),
    RoleRow(
        "read_only",
        gettext_noop("只读"),
        frozenset(
            _FIGURES
            | {"orders.view", "products.view", "promotions.view", "intake.view", "work.view"}
        ),
    ),
)
