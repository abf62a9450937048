"""Two names found to be one person, and parted; figures stay right whatever happens in between."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.actions import caring, merging, recompute, tags
from crm.actions.customer_errors import CustomerRefusedError, StaleCustomerError
from crm.models import (
    Customer,
    CustomerMerge,
    CustomerStat,
    Identity,
    PaidDay,
    RfmBase,
    StaleCustomer,
)
from crm.queries import stats
from orders.models import Buyer, Order, OrderContact, OrderLine, Refund, Shipment
from shopops.staff.models import Operation
from tests.orders.importing.harness import NOW, bring, dicts, undo
from tests.orders.importing.test_merging import order, refund

pytestmark = pytest.mark.django_db
type Models = tuple[type[models.Model], ...]


def two():
    bring(dicts([order("1"), order("2")]))
    recompute.recompute_all_marked(now=NOW)
    return Customer.objects.get(name="买家1"), Customer.objects.get(name="买家2")


def merge(kept, gone, by, **changes):
    values: dict[str, Any] = {
        "kept": kept.pk, "gone": gone.pk, "versions": (kept.version, gone.version),
        "reason": "同一个电话", "by": by, "now": NOW,
    }  # fmt: skip
    return merging.merge_customers(**values | changes)


def test_merged_customers_have_one_set_of_figures(manager):
    first, second = two()

    merge(first, second, manager)

    assert CustomerStat.objects.get().paid_fen == 2 * 20112
    assert set(Identity.objects.values_list("customer", flat=True)) == {first.pk}
    second.refresh_from_db()
    assert second.merged_into_id == first.pk
    assert Operation.objects.get(name="crm.customer.merged").object_key == str(first.pk)
    recompute.recompute_all_marked(now=NOW)
    assert stats.verify().differences == 0


def test_parted_again_each_has_its_own(manager):
    first, second = two()
    tags.put_tag(customer_id=second.pk, name="老客", by=manager, now=NOW)
    made = merge(first, second, manager)
    assert first.tags.count() == 1

    merging.part_customers(merge_id=made.pk, by=manager, now=NOW)

    assert {one.customer_id: one.paid_fen for one in CustomerStat.objects.all()} == {
        first.pk: 20112,
        second.pk: 20112,
    }
    assert (first.tags.count(), second.tags.count()) == (0, 1)
    second.refresh_from_db()
    assert second.merged_into_id is None


def test_who_opted_out_under_one_name_has_opted_out_under_both(manager):
    first, second = two()
    caring.give_consent(customer_id=first.pk, channel="sms", proof="旺旺", by=manager, now=NOW)
    caring.withdraw_consent(customer_id=second.pk, channel="sms", words="T", by=None, now=NOW)

    merge(first, second, manager)

    assert not first.consents.filter(withdrawn_at__isnull=True).exists()


def test_a_customer_is_not_merged_with_itself(manager):
    first, _second = two()

    with pytest.raises(CustomerRefusedError, match="同一个客户"):
        merge(first, first, manager)


def test_merging_asks_why(manager):
    first, second = two()

    with pytest.raises(CustomerRefusedError, match="凭什么"):
        merge(first, second, manager, reason=" ")


def test_a_customer_that_changed_meanwhile_is_not_merged(manager):
    first, second = two()

    with pytest.raises(StaleCustomerError, match="第 9 版"):
        merge(first, second, manager, versions=(first.version, 9))

    assert not CustomerMerge.objects.exists()


def test_a_merged_customer_is_not_merged_again(manager):
    first, second = two()
    merge(first, second, manager)
    first.refresh_from_db()
    second.refresh_from_db()

    with pytest.raises(CustomerRefusedError, match="已经并入"):
        merge(first, second, manager)


def test_parting_waits_for_a_later_merge(manager):
    first, second = two()
    made = merge(first, second, manager)
    bring(dicts([order("3")]))
    recompute.recompute_all_marked(now=NOW)
    first.refresh_from_db()
    merge(Customer.objects.get(name="买家3"), first, manager)

    with pytest.raises(CustomerRefusedError, match="先拆开"):
        merging.part_customers(merge_id=made.pk, by=manager, now=NOW)


def _files(place, who, money):
    sums = {"总金额": f"{money}.00", "买家实际支付金额": f"{money}.00"}
    return order(str(place), 买家会员名=f"买家{who}", **sums)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("orders"), st.integers(1, 6), st.integers(1, 4), st.integers(1, 500)),
        st.tuples(st.just("refund"), st.integers(1, 6), st.integers(1, 90)),
        st.tuples(st.just("undo")),
        st.tuples(st.just("merge"), st.integers(1, 4), st.integers(1, 4)),
        st.tuples(st.just("part")),
        st.tuples(st.just("catch_up")),
    ),
    min_size=3,
    max_size=9,
)


@settings(
    max_examples=max(settings().max_examples // 3, 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=steps)
def test_kept_figures_are_those_of_a_full_recompute_whatever_happened(acts, manager):
    batches = []
    clean()
    for number, (what, *rest) in enumerate(acts):
        at = NOW + timedelta(hours=number + 1)
        if what == "orders":
            batches.append(bring(dicts([_files(*rest)]), exported_at=at)[0])
        elif what == "refund":
            tid, money = rest
            row = refund(str(tid), str(tid), 退款状态="退款成功", 退款总额=f"{money}.00")
            batches.append(bring(dicts([row]), exported_at=at)[0])
        elif what == "undo" and batches:
            undo(batches.pop())
        elif what == "catch_up":
            recompute.recompute_all_marked(now=at)
        elif what == "merge":
            kept, gone = rest
            _try_merge(kept, gone, manager)
        elif what == "part" and (made := CustomerMerge.objects.filter(parted_at=None).last()):
            _try(partial(merging.part_customers, merge_id=made.pk, by=manager, now=NOW))

    recompute.recompute_all_marked(now=NOW)

    found = stats.verify()
    assert (found.differences, found.missing, found.waiting) == (0, 0, 0)
    assert not StaleCustomer.objects.exists()
    assert CustomerStat.objects.count() == Identity.objects.values("customer").distinct().count()


def _try_merge(one, other, by):
    kept, gone = (
        Customer.objects.filter(name=f"买家{n}").order_by("-pk").first() for n in (one, other)
    )
    if kept and gone:
        _try(partial(merge, kept, gone, by))


def _try(act):
    try:
        act()
    except CustomerRefusedError:
        return


def clean():
    """Begin each example in an empty shop: the test is one transaction for all of them."""
    derived: Models = (CustomerMerge, CustomerStat, StaleCustomer, Identity, PaidDay, RfmBase)
    for model in derived:
        model._default_manager.all().delete()
    Customer.objects.update(merged_into=None)
    Customer.objects.all().delete()
    sources: Models = (OrderLine, Refund, Shipment, OrderContact, Order, Buyer)
    for model in sources:
        model._default_manager.all().delete()
