"""The one place that locks after-sales cases: always their order first."""

from orders.actions.errors import StaleCaseError
from orders.actions.locks import locked_order
from orders.models import AfterSalesCase, Compensation, Order


def locked_case(*, case_id: int, version: int | None) -> tuple[Order, AfterSalesCase]:
    """Lock a case and, before it, its order, until the end of the transaction.

    `version` is what the person saw; None for callers that saw nothing.

    :raises AfterSalesCase.DoesNotExist: if there is no such case
    :raises StaleCaseError: if the case changed since that version
    """
    tid = AfterSalesCase.objects.values_list("order__tid", flat=True).get(pk=case_id)
    order = locked_order(tid=tid)
    cases = AfterSalesCase.objects.select_for_update(of=("self",))
    case = cases.select_related("owner", "refund").get(pk=case_id)
    case.order = order
    if version is not None and case.version != version:
        raise StaleCaseError(case_id=case_id, seen=version, current=case.version)
    return order, case


def locked_cases(ids: list[int]) -> list[AfterSalesCase]:
    """Lock several cases whose orders are not changed; those that somebody works on are left out."""
    cases = AfterSalesCase.objects.select_for_update(of=("self",), skip_locked=True)
    return list(cases.filter(pk__in=ids).select_related("order", "refund").order_by("pk"))


def locked_compensation(case: AfterSalesCase, *, compensation_id: int) -> Compensation:
    """Lock a compensation of a locked case.

    :raises Compensation.DoesNotExist: if the case has no such compensation
    """
    return Compensation.objects.select_for_update(of=("self",)).get(pk=compensation_id, case=case)
