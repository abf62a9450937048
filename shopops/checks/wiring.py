"""What checks, issues and lists add to the floors below: runs, words for the log, files they keep."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from shopops.checks import actions, ground
from shopops.checks.actions import lists, pictures
from shopops.checks.lists_checks import register as register_list_checks
from shopops.intake.registry import keep_files
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled

NOON, EVENING = "checks.noon", "checks.evening"

_OPERATIONS = {
    "checks.issue.acknowledged": _("知道了这条异常"),
    "checks.issue.assigned": _("指派了异常"),
    "checks.issue.noted": _("写了异常的备注"),
    "checks.issue.look_again": _("定了哪天再看"),
    "checks.list.ticked": _("勾了清单的一项"),
    "checks.list.unticked": _("取消了清单的一项"),
    "checks.list.skipped": _("清单的一项记为不适用"),
    "checks.list.signed": _("签了清单"),
    "checks.template.changed": _("改了清单模板"),
    "checks.project.opened": _("开了专项清单"),
    "checks.project.changed": _("改了专项清单"),
    "checks.project.closed": _("结束了专项清单"),
    "checks.project_item.done": _("做完专项清单的一项"),
    "checks.project_item.reopened": _("专项清单的一项重新打开"),
    "checks.project_item.changed": _("改了专项清单的一项"),
    "checks.project_template.changed": _("改了专项清单的模板"),
}
_OBJECTS = {
    "issue": _("异常"),
    "daily_list": _("清单"),
    "list_template": _("清单模板"),
    "project": _("专项清单"),
    "project_template": _("专项清单的模板"),
}
_FIELDS = {
    "assignee": _("谁处理"),
    "look_on": _("哪天再看"),
    "code": _("检查"),
    "item": _("哪一项"),
    "missed": _("没做的"),
}


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    ground.register()
    register_list_checks()
    # Each time of the day is a kind of its own, so that each has one run a business date.
    for code, label in (
        (actions.KIND, _("每日检查")),
        (NOON, _("中午的检查")),
        (EVENING, _("傍晚的检查")),
    ):
        register_kind(
            KindSpec(
                code=code,
                label=label,
                queue="quick",
                perform=actions.perform_checks,
                time_limit=timedelta(minutes=15),
                in_order=True,
            )
        )
    register_kind(
        KindSpec(
            lists.KIND, _("写今天的清单"), "quick", lists.perform_lists, "work.view", in_order=True
        )
    )
    register_scheduled(lists.KIND, at=time(0, 5))
    register_scheduled(actions.KIND, at=time(7, 30))
    # A look at noon is of no use the day after.
    register_scheduled(NOON, at=time(13, 0), catch_up_days=0)
    register_scheduled(EVENING, at=time(17, 30), catch_up_days=0)
    keep_files(pictures.kept_names)
    name_operations(_OPERATIONS)
    name_parts("object", _OBJECTS)
    name_parts("field", _FIELDS)
