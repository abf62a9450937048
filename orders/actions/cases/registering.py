"""What after-sales, the sweep and the bill add to the ground floor; called by `OrdersConfig.ready`."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from orders import registry
from orders.actions import counts, sweep
from orders.actions.cases import escalating, evidence, following
from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationState,
    Responsible,
    SweepKind,
    SweepOutcome,
)
from orders.queries import cases as case_queries
from orders.queries import sweep as sweep_queries
from shopops.intake.registry import keep_files
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick

OPERATIONS = {
    "orders.case.opened": _("开了售后单"),
    "orders.case.answered": _("答复了买家"),
    "orders.case.noted": _("记了一笔售后"),
    "orders.case.graded": _("给售后定级"),
    "orders.case.blamed": _("定了责任方"),
    "orders.case.moved": _("改了售后状态"),
    "orders.case.passed_on": _("售后转给同事"),
    "orders.case.escalated": _("售后升级"),
    "orders.case.closed": _("结束售后单"),
    "orders.case.reopened": _("重开售后单"),
    "orders.compensation.asked": _("提出补偿"),
    "orders.compensation.approved": _("批准补偿"),
    "orders.compensation.refused": _("驳回补偿"),
    "orders.compensation.paid": _("补偿已给"),
    "orders.compensation.limit_set": _("改了赔付上限"),
    "orders.evidence.added": _("收下凭证"),
    "orders.evidence.opened": _("打开凭证"),
    "orders.evidence.removed": _("删除凭证"),
    "orders.sweep.followed": _("跟进日清"),
    "orders.sweep.given": _("日清转给同事"),
    "orders.sweep.settled": _("了结日清"),
}
FIELDS = {
    "case": _("售后单"),
    "amount": _("金额"),
    "grade": _("定级"),
    "responsible": _("责任方"),
    "sweep": _("日清"),
    "outcome": _("结果"),
    "evidence": _("凭证"),
    "state": _("状态"),
    "type": _("类型"),
}


def register() -> None:
    """Register kinds of work, ticks, words; safe to repeat."""
    registry.after_import(following.ask_to_follow)
    keep_files(evidence.kept_names)
    register_kind(
        KindSpec(
            following.KIND,
            _("售后单跟上退款"),
            "quick",
            following.perform_following,
            "orders.handle_case",
        )
    )
    register_kind(
        KindSpec(sweep.KIND, _("日清"), "quick", sweep.perform_sweep, "orders.view", in_order=True)
    )
    register_scheduled(sweep.KIND, at=time(0, 20))
    register_tick("escalate_cases", every=timedelta(minutes=5), run=escalating.escalate_due)
    register_tick("settle_sweep", every=timedelta(minutes=10), run=sweep.settle_due)
    counts.count_also("cases", case_queries.open_count)
    counts.count_also("sweep", sweep_queries.open_count)
    name_operations(OPERATIONS)
    name_parts("object", {"compensation_limit": _("赔付上限")})
    name_parts("field", FIELDS)
    for field, choices in (
        ("grade", CaseGrade),
        ("responsible", Responsible),
        ("outcome", SweepOutcome),
    ):
        name_parts(field, {one.value: one.label for one in choices})
    name_parts(
        "state",
        {one.value: one.label for one in (*CaseState, *CompensationState)},
    )
    name_parts("type", {one.value: one.label for one in CaseType})
    name_parts("kind", {one.value: one.label for one in (*CaseEventKind, *SweepKind)})
