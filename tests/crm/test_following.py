"""Customers follow their orders: what imports, refunds and undo change is recomputed, nothing else."""

from datetime import date, timedelta

import pytest
from django.db import connection

from crm.actions import follow, persons, recompute
from crm.models import Customer, CustomerStat, CustomerTag, Identity, StaleCustomer, Tag
from crm.queries import stats
from orders.models import Buyer
from orders.registry import ForgottenPerson
from tests.orders.importing.harness import NOW, bring, dicts, undo
from tests.orders.importing.test_merging import order, refund

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def catch_up():
    return recompute.recompute_all_marked(now=NOW)


def stat(nick="买家1"):
    return CustomerStat.objects.get(customer__identities__buyer__nick=nick)


def test_a_new_buyer_becomes_a_customer_with_figures():
    bring(dicts([order()]))

    catch_up()

    known = stat()
    assert (known.orders, known.paid_orders, known.paid_days) == (1, 1, 1)
    assert (known.paid_fen, known.refund_fen) == (20112, 0)
    assert known.first_paid_date == known.last_paid_date == date(2017, 7, 8)
    assert Customer.objects.get().name == "买家1"
    assert not StaleCustomer.objects.exists()


def test_a_masked_name_has_no_customer():
    bring(dicts([order("1", 买家会员名="王**"), order("2")]))

    catch_up()

    assert [one.name for one in Customer.objects.all()] == ["买家2"]


def test_an_import_marks_only_the_buyers_it_touched():
    bring(dicts([order(), order("2")]))
    catch_up()

    bring(dicts([order("2", 订单状态="交易成功")]), exported_at=LATER)

    assert [one.buyer.nick for one in StaleCustomer.objects.select_related("buyer")] == ["买家2"]


def test_a_refund_file_reaches_the_figures():
    bring(dicts([order()]))
    catch_up()

    bring(dicts([refund(退款状态="退款成功", 退款总额="50.00")]))
    catch_up()

    assert (stat().refund_fen, stat().refunded_orders) == (5000, 1)


def test_undo_takes_a_customer_away_whom_nobody_touched():
    batch, *_ = bring(dicts([order()]))
    catch_up()

    undo(batch)

    assert [model.objects.count() for model in (Buyer, Customer, Identity)] == [0, 0, 0]


def test_undo_keeps_a_customer_with_a_tag_by_hand(manager):
    batch, *_ = bring(dicts([order()]))
    catch_up()
    CustomerTag.objects.create(
        customer=Customer.objects.get(), tag=Tag.objects.create(name="老板"), at=NOW, by=manager
    )

    undo(batch)
    catch_up()

    assert (stat().orders, stat().paid_fen, stat().last_paid_date) == (0, 0, None)
    assert Buyer.objects.get().nick == "买家1"


def test_verify_finds_a_figure_that_is_wrong():
    bring(dicts([order(), order("2")]))
    catch_up()
    assert stats.verify().differences == 0

    CustomerStat.objects.filter(pk=stat().pk).update(pieces=99)
    Identity.objects.filter(buyer__nick="买家2").delete()

    found = stats.verify()
    # The figure; and of the lost identity the figures and the days of payment.
    assert (found.differences, found.missing) == (3, 1)


def test_who_recomputes_takes_no_mark_of_a_change_under_way():
    bring(dicts([order()]))
    catch_up()

    follow.mark_some([Buyer.objects.get().pk])

    assert catch_up().changed == 0
    assert recompute.recompute_some(now=NOW) is None


def test_a_buyer_is_forgotten_as_a_customer(manager):
    bring(dicts([order()]))
    catch_up()
    customer = Customer.objects.get()
    Customer.objects.update(note="买家1 说过生日", birth_month=5, birth_day=4)
    buyer = Buyer.objects.get()
    assert persons.held(buyer.pk, [])[0]["note"] == "买家1 说过生日"

    persons.erase(ForgottenPerson(buyer.pk, [], ["买家1"], "erased-1", NOW))

    customer.refresh_from_db()
    assert (customer.name, customer.note, customer.birth_month) == ("erased-1", "", None)
    assert [model.objects.count() for model in (Identity, CustomerStat)] == [0, 0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_buyer SET key = 'erased-1', nick = 'erased-1'")
    follow.mark_everybody()
    catch_up()
    assert Customer.objects.count() == 1
