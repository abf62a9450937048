"""Words for what the operation log tells of reviews, follow-ups and answers."""

from django.utils.translation import gettext_lazy as _

from crm.review_choices import FollowResult, MaliceState, ReviewCause, ReviewOutcome
from shopops.staff.operations import name_operations, name_parts


def name_all() -> None:
    """Give the log its words; called once, when the apps are ready."""
    name_operations(
        {
            "crm.words.overruled": _("放行被拦的话"),
            "crm.review.answered": _("答复评价"),
            "crm.review.passed_on": _("评价换人处理"),
            "crm.review.cause_named": _("定评价原因"),
            "crm.review.ended": _("结束评价"),
            "crm.review.linked": _("评价对订单"),
            "crm.review.taken_back": _("评价已不在"),
            "crm.review.still_there": _("评价还在"),
            "crm.malice.opened": _("建恶意评价档案"),
            "crm.malice.proof_added": _("加证据"),
            "crm.malice.moved": _("改投诉状态"),
            "crm.malice.exported": _("导出证据"),
            "crm.task.claimed": _("领跟进"),
            "crm.task.touched": _("跟进客户"),
            "crm.task.assigned": _("分配老客"),
            "crm.answer.added": _("加话术"),
            "crm.answer.changed": _("改话术"),
            "crm.answer.switched_on": _("启用话术"),
            "crm.answer.switched_off": _("停用话术"),
            "crm.questions.counted": _("数聊天记录"),
            "crm.questions.settled": _("处理买家问题"),
        }
    )
    name_parts(
        "object",
        {
            "review": _("评价"),
            "malice_file": _("恶意评价档案"),
            "follow_task": _("跟进"),
            "answer": _("话术"),
            "question": _("买家问题"),
        },
    )
    name_parts(
        "field",
        {
            "words": _("词"),
            "places": _("位置"),
            "cause": _("原因"),
            "result": _("结果"),
            "outcome": _("结果"),
            "proof": _("证据"),
            "answer": _("答复"),
            "tasks": _("跟进"),
        },
    )
    name_parts("cause", {one.value: one.label for one in ReviewCause})
    name_parts("outcome", {one.value: one.label for one in ReviewOutcome})
    name_parts("result", {one.value: one.label for one in FollowResult})
    name_parts("malice_state", {one.value: one.label for one in MaliceState})
