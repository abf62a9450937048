"""Words for what the operation log tells of customers."""

from django.utils.translation import gettext_lazy as _

from crm.choices import Channel
from shopops.staff.operations import name_operations, name_parts


def name_all() -> None:
    """Give the log its words; called once, when the apps are ready."""
    name_operations(
        {
            "crm.customer.merged": _("合并客户"),
            "crm.customer.parted": _("拆开客户"),
            "crm.customer.tagged": _("贴标签"),
            "crm.customer.untagged": _("撕标签"),
            "crm.customer.changed": _("改客户资料"),
            "crm.customer.black_listed": _("列入黑名单"),
            "crm.customer.black_list_ended": _("移出黑名单"),
            "crm.consent.given": _("记下同意"),
            "crm.consent.withdrawn": _("记下退订"),
            "crm.tag.rule_changed": _("改标签规则"),
            "crm.rfm.rule_changed": _("改价值分层的算法"),
            "crm.life.rule_changed": _("改生命周期的天数"),
        }
    )
    name_parts("object", {"customer": _("客户"), "tag": _("标签"), "value_rule": _("价值规则")})
    name_parts(
        "field",
        {
            "customer": _("客户"),
            "count": _("个数"),
            "tag": _("标签"),
            "rule": _("规则"),
            "note": _("备注"),
            "birthday": _("生日"),
            "agent": _("负责人"),
            "channel": _("渠道"),
            "until": _("到期日"),
        },
    )
    name_parts("channel", {one.value: one.label for one in Channel})
