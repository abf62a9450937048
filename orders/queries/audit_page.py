"""What the audit page shows: rules, keywords, black list, the last run, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from orders.models import AuditRuleRow, BlackListEntry, Hold, KeywordRow
from orders.queries import audit
from orders.rules.audit import may_run
from shopops.lib.business_time import business_date
from shopops.work.choices import RunState
from shopops.work.models import Run


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Everything on the audit page. By kind, `held` counts what rules hold, `open_holds` all that is held."""

    rules: Sequence[AuditRuleRow]
    keywords: Sequence[KeywordRow]
    black_list: Sequence[BlackListEntry]
    held: dict[str, int]
    open_holds: dict[str, int]
    waiting: int
    runs_by_itself: bool
    last_run: Run | None
    running: Run | None


def audit_page(*, now: datetime) -> AuditPage:
    """Gather the audit page. Seven queries over small tables, open holds and the index of open orders."""
    today = business_date(now)
    rules = list(
        AuditRuleRow.objects.filter(valid_to__isnull=True, valid_from__lte=today)
        .select_related("changed_by")
        .order_by("position", "pk")
    )
    held, open_holds = _held()
    runs = Run.objects.filter(kind=audit.AUDIT_RUN).order_by("-ended_at", "-pk")
    return AuditPage(
        rules=rules,
        keywords=list(
            audit.in_force(KeywordRow.objects.all(), on=today).filter(valid_to__isnull=True)
        ),
        black_list=list(
            BlackListEntry.objects.filter(removed_at__isnull=True)
            .select_related("buyer", "added_by")
            .order_by("-added_at", "-pk")[:200]
        ),
        held=held,
        open_holds=open_holds,
        waiting=audit.waiting_count(),
        runs_by_itself=may_run([audit.as_rule(row) for row in rules if row.is_on], now=now),
        last_run=runs.filter(state=RunState.DONE).first(),
        running=runs.filter(state__in=[RunState.WAITING, RunState.RUNNING]).first(),
    )


def _held() -> tuple[dict[str, int], dict[str, int]]:
    rows = (
        Hold.objects.filter(closed_at__isnull=True)
        .values("kind")
        .annotate(n=Count("pk"), by_rule=Count("pk", filter=Q(is_hand_set=False)))
        .order_by("kind")
    )
    found = list(rows)
    return {row["kind"]: row["by_rule"] for row in found}, {row["kind"]: row["n"] for row in found}
