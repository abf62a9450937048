"""Words for the lines of a profit and for what a bill says of an order."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.rules import profit as lines
from analytics.rules.reconcile import CashState
from orders.choices import BillKind

LINES: dict[str, str | Promise] = {
    lines.SOLD: _("商品货款"),
    lines.POSTAGE: _("买家付的运费"),
    lines.REFUND: _("退款"),
    lines.GOODS: _("货品成本"),
    lines.GIFTS: _("赠品成本"),
    lines.PACKING: _("包装"),
    lines.CARRIER: _("快递"),
    **{code: BillKind(code).label for code in (*lines.FEES, lines.AFFILIATE)},
    lines.COMPENSATION: _("赔付买家"),
    lines.PENALTY: _("平台扣罚"),
    lines.UNCLASSIFIED: _("账单里没归类的"),
    lines.RETURNS: _("预计退货损耗"),
    lines.ADVERTISING: _("广告投放"),
}

# Groups of the statement: title and the lines below it.
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("净收入"), lines.REVENUE),
    (_("货与发货"), (lines.GOODS, lines.GIFTS, lines.PACKING, lines.CARRIER, lines.RETURNS)),
    (_("平台费用"), lines.FEES),
    (_("推广"), (lines.AFFILIATE, lines.ADVERTISING)),
    (_("赔付与扣罚"), (lines.COMPENSATION, lines.PENALTY, lines.UNCLASSIFIED)),
)

STATES: dict[str, str | Promise] = {
    CashState.NONE: _("还没到结算"),
    CashState.AGREED: _("与账单一致"),
    CashState.MISSING: _("已完成，账单没有到账"),
    CashState.PAYMENT: _("到账金额不同"),
    CashState.REFUND: _("退款金额不同"),
}
