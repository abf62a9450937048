"""What campaigns write into the operation log, and what lines of answers lack, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.staff.operations import name_operations, name_parts

OPERATIONS = {
    "crm.segment.saved": gettext_lazy("存了人群"),
    "crm.segment.put_away": gettext_lazy("收起人群"),
    "crm.segment.taken_back": gettext_lazy("重新用人群"),
    "crm.campaign.saved": gettext_lazy("存了营销"),
    "crm.campaign.draw_asked": gettext_lazy("叫抽人"),
    "crm.campaign.drawn": gettext_lazy("抽好了人"),
    "crm.campaign.approved": gettext_lazy("批准发送"),
    "crm.campaign.paused": gettext_lazy("暂停营销"),
    "crm.campaign.resumed": gettext_lazy("继续营销"),
    "crm.campaign.stopped": gettext_lazy("停掉营销"),
    "crm.campaign.done": gettext_lazy("营销发完"),
    "crm.campaign.settled": gettext_lazy("查清一条消息"),
    "crm.campaign.uploaded": gettext_lazy("回报上传"),
    "crm.campaign.file_made": gettext_lazy("下载上传文件"),
    "crm.customer.opted_out": gettext_lazy("记下退订"),
    "crm.message_rule.set": gettext_lazy("改了发消息的规矩"),
}
OBJECTS = {
    "segment": gettext_lazy("人群"),
    "campaign": gettext_lazy("营销"),
    "message_rule": gettext_lazy("发消息的规矩"),
}
FIELDS = {
    "conditions": gettext_lazy("条件"),
    "texts": gettext_lazy("文案"),
    "people": gettext_lazy("人数"),
    "held_out": gettext_lazy("留出"),
    "seed": gettext_lazy("种子"),
    "sent": gettext_lazy("发出"),
    "was_sent": gettext_lazy("已发出"),
    "was_uploaded": gettext_lazy("已上传"),
    "cap_count": gettext_lazy("上限条数"),
    "cap_days": gettext_lazy("上限天数"),
    "quiet_from": gettext_lazy("静默从"),
    "quiet_to": gettext_lazy("静默到"),
    "most_parts": gettext_lazy("最多几条"),
    "price_amount": gettext_lazy("每条价格"),
    "signature": gettext_lazy("签名"),
    "opt_out_words": gettext_lazy("退订说明"),
}


def name_all() -> None:
    """Say them to the log; called once, when the apps are ready."""
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", FIELDS)


def reply_error(code: str, value: str) -> str:
    """Say why a line of answers was not read."""
    return {
        "no_who": _("没有手机号或旺旺"),
        "no_words": _("「%(value)s」没有回复内容"),
        "bad_time": _("看不懂时间「%(value)s」"),
        "too_many": _("一次最多 %(value)s 行，后面的没有读"),
    }[code] % {"value": value}
